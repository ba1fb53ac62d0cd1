//! What the program can decide by.

mod certification;
mod default;
mod gateway;
mod records;
mod todo;
mod users;

use leeward_policy::authzen::{Answer, Query, Search};

/// Which rules are wanted.
#[derive(Clone, Copy)]
pub(crate) enum Scenario {
    Todo,
    Gateway,
    Search,
    Certification,
    Default,
}

/// The rules, with what they know.
pub(crate) enum Policy {
    Todo,
    Gateway,
    Search(records::Records),
    Certification,
    Default(Box<default::Helpline>),
}

impl Scenario {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "todo" => Some(Self::Todo),
            "gateway" => Some(Self::Gateway),
            "search" => Some(Self::Search),
            "certification" => Some(Self::Certification),
            "default" => Some(Self::Default),
            _ => None,
        }
    }

    pub(crate) fn policy(self) -> Policy {
        match self {
            Self::Todo => Policy::Todo,
            Self::Gateway => Policy::Gateway,
            Self::Search => Policy::Search(records::Records::of_scenario()),
            Self::Certification => Policy::Certification,
            Self::Default => Policy::Default(Box::new(default::Helpline::example())),
        }
    }
}

impl Policy {
    pub(crate) fn evaluate(&self, query: &Query) -> Answer {
        match self {
            Self::Todo => Answer::of(todo::permits(query)),
            Self::Gateway => Answer::of(gateway::permits(query)),
            Self::Search(records) => Answer::of(records.permits(query)),
            Self::Certification => Answer::of(certification::permits(query)),
            Self::Default(helpline) => helpline.evaluate(query),
        }
    }

    /// In any order.
    pub(crate) fn candidates(&self, search: &Search) -> Vec<String> {
        match self {
            Self::Todo | Self::Gateway => Vec::new(),
            Self::Search(records) => records.candidates(search),
            Self::Certification => certification::candidates(search),
            Self::Default(helpline) => helpline.candidates(search),
        }
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}
