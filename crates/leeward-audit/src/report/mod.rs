//! Who looked at the record of one person or conversation, when and why: for the person concerned.

mod compile;
mod words;

use crate::{LogEntry, TlogProof};
use leeward_event::{Action, CoarseTime, Component, Detail, Outcome, Purpose, Reason, StaffId};

/// The name under which the person concerned knows a member of staff.
///
/// A report never shows an identifier. Any `Fn(StaffId) -> Option<String>` is one.
pub trait Aliases: Send + Sync {
    /// The alias; without one the report says "a member of staff".
    fn alias(&self, staff: StaffId) -> Option<String>;
}

impl<F: Fn(StaffId) -> Option<String> + Send + Sync> Aliases for F {
    fn alias(&self, staff: StaffId) -> Option<String> {
        self(staff)
    }
}

/// Everything that the log says about one subject, for the person concerned to read.
///
/// It is data first: translate it as you like. Its `Display` is plain English, for a person. It names
/// nobody but by alias, and says nothing about anybody else.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccessReport {
    /// The name of the log.
    pub origin: String,
    /// The period asked for: logged in this minute or later; `None` from the beginning.
    pub from: Option<CoarseTime>,
    /// Logged before this minute; `None` up to the signed end of the log.
    pub until: Option<CoarseTime>,
    /// How many entries the signed log had: what was logged later is not here.
    pub size: u64,
    /// What was logged before this entry is no longer kept, and not here.
    pub kept_from: u64,
    /// What happened, in the order of the log.
    pub accesses: Vec<Access>,
    /// When the subject was erased, if it was: what happened before is gone.
    pub erased: Option<ErasedAt>,
    /// Entry at which the report stopped, since it has as many as a report may have: ask again for a later
    /// period.
    pub stopped_at: Option<u64>,
}

/// What is known of the erasure of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErasedAt {
    /// In this minute, as the log says.
    Minute(CoarseTime),
    /// The store says that it was erased; the log does not say when, or not in this period.
    Unknown,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Access {
    /// Where it stands in the log, from 0.
    pub index: u64,
    /// When it happened.
    pub when: CoarseTime,
    /// When it was logged.
    pub logged: CoarseTime,
    /// Who did it.
    pub who: Who,
    /// What sort of thing it was.
    pub kind: Kind,
    /// Whether it was done without an assignment, by an override that is reviewed afterwards.
    pub break_glass: bool,
    /// What was done.
    pub what: Action,
    /// What exactly.
    pub which: Option<Detail>,
    /// How it ended.
    pub how: Outcome,
    /// Why.
    pub why: Option<Reason>,
    /// What for.
    pub what_for: Option<Purpose>,
    /// What the log says in public: what the proof is about.
    pub entry: LogEntry,
    /// The proof that this stands in the log: a file that verifies offline.
    pub proof: TlogProof,
}

/// Who did something, as the person concerned may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Who {
    /// A member of staff, by alias if there is one.
    Staff(Option<String>),
    /// The person concerned.
    Yourself,
    /// Another person who sought help.
    Somebody,
    /// The software itself.
    Component(Component),
    /// Nobody knows.
    Unknown,
}

/// What sort of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// Something was read, or left the service.
    Looked,
    /// Somebody was refused.
    Refused,
    /// Something was written, changed or deleted.
    Changed,
    /// Who may look was changed, or decided.
    Permitted,
    /// Anything else.
    Other,
}
