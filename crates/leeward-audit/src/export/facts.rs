//! What an export may say of one entry: nothing else reaches the formats.

use super::{Alias, Details, Naming, kind::What};
use crate::{
    EventEntry, LogEntry, Pseudonym,
    merkle::{Hash, leaf_hash},
};
use leeward_event::{Actor, CoarseTime, Component, Detail, Event, Outcome, Purpose, Reason, Subject};
use std::num::NonZeroU32;

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
    pub(super) what: What,
    pub(super) outcome: Outcome,
    pub(super) actor: Party,
    pub(super) subject: Option<Party>,
    pub(super) reason: Option<Reason>,
    pub(super) detail: Option<Detail>,
    pub(super) purpose: Option<Purpose>,
    pub(super) correlation: Option<Pseudonym>,
    /// How many things it stands for, if the details are known.
    pub(super) times: Option<NonZeroU32>,
    /// Whether the event behind the entry was at hand: `shown`, `erased`, `not opened`; `none` for a seal.
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
        let mut facts = Self::of_any(index, entry);
        if let Some(entry) = entry.event() {
            facts.add_header(entry, details, naming);
        }
        if let (Some(_), Some(event)) = (entry.event(), details.event()) {
            facts.add_event(event, naming);
        }
        facts
    }

    /// What every entry tells: as a seal has it, and anything that a later release adds.
    fn of_any(index: u64, entry: &LogEntry) -> Self {
        let bytes = entry.encode();
        let seal = entry.seal().is_some();
        Self {
            index,
            leaf: leaf_hash(&bytes),
            entry: bytes,
            logged: entry.at(),
            happened: entry.at(),
            what: if seal { What::Seal } else { What::Unknown },
            outcome: if seal { Outcome::Success } else { Outcome::Unknown },
            actor: Party::itself(),
            subject: None,
            reason: None,
            detail: None,
            purpose: None,
            correlation: None,
            times: None,
            details: "none",
        }
    }

    /// What the public header of an event tells.
    fn add_header(&mut self, entry: &EventEntry, details: &Details<'_>, naming: &Naming) {
        self.what = entry.what().map_or(What::Unknown, What::Event);
        self.outcome = entry.how().unwrap_or(Outcome::Unknown);
        let event = details.event();
        self.actor = Party::actor(entry.actor(), event.map(Event::who), naming);
        self.subject = Party::subject(entry.subject(), event.and_then(Event::whom), naming);
        self.details = details.words();
    }

    /// What the event itself tells.
    fn add_event(&mut self, event: &Event, naming: &Naming) {
        self.happened = event.when();
        self.reason = event.why();
        self.detail = event.which();
        self.purpose = event.what_for();
        self.correlation = event.belongs_with().and_then(|id| naming.correlation(id));
        self.times = Some(event.how_many());
    }

    /// One sentence for a person: what happened, how it ended and why.
    pub(super) fn sentence(&self) -> String {
        let mut sentence = format!("{}: {}", self.what.words(), self.outcome.words());
        for more in [self.reason.map(Reason::words), self.detail.map(Detail::words)].into_iter().flatten() {
            sentence = format!("{sentence}, {more}");
        }
        sentence
    }
}

impl Party {
    /// The log itself.
    const fn itself() -> Self {
        Self { role: Role::Component(Component::Audit), pseudonym: None, alias: None }
    }

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
