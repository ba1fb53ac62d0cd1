//! What an export may say of one entry: nothing else reaches the formats.

use super::{Alias, Details, Naming};
use crate::{
    LogEntry, Pseudonym,
    merkle::{Hash, leaf_hash},
};
use leeward_event::{Action, Actor, CoarseTime, Component, Detail, Outcome, Purpose, Reason, Subject};

/// Everything that is told of one entry.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) index: u64,
    /// The entry as it was logged.
    pub(super) entry: Vec<u8>,
    pub(super) leaf: Hash,
    pub(super) logged: CoarseTime,
    /// When it happened, if the details are known: at or before it was logged.
    pub(super) happened: CoarseTime,
    /// `None` when this release has no word for it.
    pub(super) action: Option<Action>,
    pub(super) outcome: Outcome,
    pub(super) actor: Party,
    pub(super) subject: Option<Party>,
    pub(super) reason: Option<Reason>,
    pub(super) detail: Option<Detail>,
    pub(super) purpose: Option<Purpose>,
    pub(super) correlation: Option<Pseudonym>,
    /// Whether the event behind the entry was at hand: `shown`, `erased` or `not opened`.
    pub(super) details: &'static str,
}

/// Somebody or something, by what may be told of it.
#[derive(Debug)]
pub(super) struct Party {
    pub(super) role: Role,
    /// Absent for who is unknown.
    pub(super) pseudonym: Option<Pseudonym>,
    pub(super) alias: Option<Alias>,
}

/// What a party is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Staff,
    Seeker,
    Conversation,
    Component(Component),
    /// The entry alone does not tell, or nobody knew.
    Unknown,
}

impl Facts {
    pub(super) fn new(index: u64, entry: &LogEntry, details: &Details<'_>, naming: &Naming) -> Self {
        let bytes = entry.encode();
        let event = details.event();
        let role_of_subject = event.and_then(|event| event.whom());
        Self {
            index,
            leaf: leaf_hash(&bytes),
            entry: bytes,
            logged: entry.when(),
            happened: event.map_or_else(|| entry.when(), |event| event.when()),
            action: entry.what(),
            outcome: entry.how().unwrap_or(Outcome::Unknown),
            actor: Party::actor(entry.actor(), event.map(|event| event.who()), naming),
            subject: Party::subject(entry.subject(), role_of_subject, naming),
            reason: event.and_then(|event| event.why()),
            detail: event.and_then(|event| event.which()),
            purpose: event.and_then(|event| event.what_for()),
            correlation: event.and_then(|event| event.belongs_with()).and_then(|id| naming.correlation(id)),
            details: details.words(),
        }
    }

    /// What happened, in words.
    pub(super) fn words(&self) -> &'static str {
        self.action.map_or("an event of a later release", Action::words)
    }

    /// One sentence for a person: what happened, how it ended and why.
    pub(super) fn sentence(&self) -> String {
        let mut sentence = format!("{}: {}", self.words(), self.outcome.words());
        for more in [self.reason.map(Reason::words), self.detail.map(Detail::words)].into_iter().flatten() {
            sentence = format!("{sentence}, {more}");
        }
        sentence
    }
}

impl Party {
    fn actor(pseudonym: Pseudonym, actor: Option<Actor>, naming: &Naming) -> Self {
        let (role, named) = match actor {
            Some(Actor::Staff(id)) => (Role::Staff, Some(Subject::Staff(id))),
            Some(Actor::Seeker(id)) => (Role::Seeker, Some(Subject::Seeker(id))),
            Some(Actor::Component(component)) => (Role::Component(component), None),
            _ => (Role::Unknown, None),
        };
        Self::new(role, pseudonym, named, naming)
    }

    fn subject(pseudonym: Pseudonym, subject: Option<Subject>, naming: &Naming) -> Option<Self> {
        let role = match subject {
            Some(Subject::Staff(_)) => Role::Staff,
            Some(Subject::Seeker(_)) => Role::Seeker,
            Some(Subject::Conversation(_)) => Role::Conversation,
            _ => Role::Unknown,
        };
        (pseudonym != Pseudonym::NONE).then(|| Self::new(role, pseudonym, subject, naming))
    }

    fn new(role: Role, pseudonym: Pseudonym, named: Option<Subject>, naming: &Naming) -> Self {
        Self {
            role,
            pseudonym: Some(pseudonym).filter(|pseudonym| *pseudonym != Pseudonym::NONE),
            alias: named.and_then(|who| naming.alias(who)),
        }
    }

    /// The pseudonym in hexadecimal, if there is one.
    pub(super) fn uid(&self) -> Option<String> {
        self.pseudonym.map(|pseudonym| pseudonym.to_string())
    }

    /// What to call it: its alias, the component's name, or what it is.
    pub(super) fn name(&self) -> &str {
        match (&self.alias, self.role) {
            (Some(alias), _) => alias.as_str(),
            (None, Role::Component(component)) => component.words(),
            (None, role) => role.words(),
        }
    }

    /// Whether a name of its own is known, and not only what it is.
    pub(super) const fn is_named(&self) -> bool {
        self.alias.is_some() || matches!(self.role, Role::Component(_))
    }
}

impl Role {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Seeker => "seeker",
            Self::Conversation => "conversation",
            Self::Component(_) => "component",
            Self::Unknown => "unknown",
        }
    }

    pub(super) const fn is_person(self) -> bool {
        matches!(self, Self::Staff | Self::Seeker)
    }
}

/// Bytes in lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
