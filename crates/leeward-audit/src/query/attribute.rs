use super::Query;
use crate::{
    AuditError, EventEntry, LogEntry, Pseudonym,
    pseudonym::Pseudonyms,
    record::{EntryRow, INDEX, Place},
};
use leeward_event::{Event, Outcome, Subject};
use leeward_store::{Key, Prefix, StoreError};

/// Something that entries have in common, and that is looked up: pseudonyms and codes alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Attribute {
    Actor(u16, Pseudonym),
    Subject(u16, Pseudonym),
    Action(u16),
    /// Success is what most entries have, and is not indexed.
    Outcome(u16),
    Correlation(u16, Pseudonym),
}

/// The kinds of rows in the index. 0 is where the index ends, 6 what a bundle has.
const ACTOR: u8 = 1;
const SUBJECT: u8 = 2;
const ACTION: u8 = 3;
const OUTCOME: u8 = 4;
const CORRELATION: u8 = 5;

impl Attribute {
    /// What is looked up of a row, by what the public entry and the row say. What is left of an erased
    /// subject is not looked up by it.
    pub(crate) fn of_row(row: &EntryRow, entry: &LogEntry) -> Vec<Self> {
        let mut attributes = Self::of_entry(entry);
        if let Some((procedure, entry)) = row.procedure.zip(entry.event()) {
            attributes.push(Self::Correlation(entry.pseudonym_key(), procedure));
        }
        if row.place == Place::Erased {
            attributes.retain(|attribute| !matches!(attribute, Self::Subject(..)));
        }
        attributes
    }

    /// What the public entry says.
    pub(crate) fn of_entry(entry: &LogEntry) -> Vec<Self> {
        let Some(entry) = entry.event() else { return Vec::new() };
        let key = entry.pseudonym_key();
        let mut attributes = vec![Self::Actor(key, entry.actor())];
        if entry.subject() != Pseudonym::NONE {
            attributes.push(Self::Subject(key, entry.subject()));
        }
        attributes.extend(entry.what().map(|action| Self::Action(action.code())));
        attributes.extend(entry.how().map(|outcome| Self::Outcome(outcome.code())));
        attributes
    }

    /// What only the event says.
    pub(crate) fn of_event(event: &Event, pseudonyms: &Pseudonyms) -> Option<Self> {
        let procedure = pseudonyms.of_correlation(event.belongs_with()?);
        Some(Self::Correlation(pseudonyms.number(), procedure))
    }

    /// That it is about a subject.
    pub(crate) fn of_subject(subject: Subject, pseudonyms: &Pseudonyms) -> Self {
        Self::Subject(pseudonyms.number(), pseudonyms.of_subject(subject))
    }

    /// What a query asks for, the rarest first.
    pub(crate) fn wanted(query: &Query, pseudonyms: &Pseudonyms) -> Vec<Self> {
        let key = pseudonyms.number();
        let correlation = query.correlation.map(|id| Self::Correlation(key, pseudonyms.of_correlation(id)));
        let subject = query.subject.map(|subject| Self::of_subject(subject, pseudonyms));
        let actor = query.actor.map(|actor| Self::Actor(key, pseudonyms.of_actor(actor)));
        let outcome = query.outcome.map(|outcome| Self::Outcome(outcome.code()));
        let action = query.action.map(|action| Self::Action(action.code()));
        [correlation, subject, actor, outcome, action].into_iter().flatten().collect()
    }

    /// Whether the index has rows of it.
    pub(crate) fn is_indexed(&self) -> bool {
        *self != Self::Outcome(Outcome::Success.code())
    }

    /// Its name in keys: one byte for the kind, and what it is.
    pub(crate) fn name(&self) -> Vec<u8> {
        let named = |kind: u8, key: &u16, pseudonym: &Pseudonym| {
            [&[kind], &key.to_be_bytes()[..], pseudonym.as_bytes()].concat()
        };
        let coded = |kind: u8, code: &u16| [&[kind], &code.to_be_bytes()[..]].concat();
        match self {
            Self::Actor(key, pseudonym) => named(ACTOR, key, pseudonym),
            Self::Subject(key, pseudonym) => named(SUBJECT, key, pseudonym),
            Self::Correlation(key, pseudonym) => named(CORRELATION, key, pseudonym),
            Self::Action(code) => coded(ACTION, code),
            Self::Outcome(code) => coded(OUTCOME, code),
        }
    }

    /// The key of its row for a bundle.
    pub(crate) fn row(&self, bundle: u64) -> Result<Key, StoreError> {
        super::row_key(&self.name(), bundle)
    }

    /// All its rows.
    pub(crate) fn rows(&self) -> Result<Prefix, StoreError> {
        INDEX.prefix(&[&self.name()])
    }
}

/// Whether the event is the one that the entry names in public.
pub(crate) fn check_names(
    entry: &EventEntry,
    event: &Event,
    pseudonyms: &Pseudonyms,
) -> Result<(), AuditError> {
    let subject = event.whom().map_or(Pseudonym::NONE, |subject| pseudonyms.of_subject(subject));
    let same = pseudonyms.of_actor(event.who()) == entry.actor() && subject == entry.subject();
    if same || entry.pseudonym_key() != pseudonyms.number() {
        return Ok(());
    }
    Err(AuditError::Contradiction { what: "an entry names others than its event" })
}
