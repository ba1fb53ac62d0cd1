//! The log in the words of others: OCSF, FHIR, syslog and CSV.
//!
//! One entry makes one line, so that a log of any size is exported in constant memory. A line says what
//! the entry says and, when its details are at hand, what the event says, in codes of the vocabulary
//! alone: there is no text from outside, and no address, because an event has no field for one. People and
//! conversations appear under their pseudonyms, and under an [`Alias`] where the exporter was given one;
//! never under their identifiers. An erased event is its public header and no more.
//!
//! Every line carries the index of the entry, its bytes or their leaf hash, and the checkpoint it was
//! exported under: with an [inclusion proof](crate::AuditLog::inclusion_proof) a reader goes back from a
//! line to the signature.

mod alias;
mod csv;
mod facts;
mod fhir;
mod kind;
mod ocsf;
mod stream;
mod syslog;

pub use alias::{Alias, ParseAliasError};
pub use ocsf::{OcsfVersion, UnknownOcsfVersion};
pub use stream::Lines;
pub use syslog::Framing;

use crate::{AuditError, Checkpoint, LogEntry, Logged, Pseudonym, merkle::Hash, pseudonym::Pseudonyms};
use facts::Facts;
use leeward_event::{CorrelationId, Event, Subject};
use serde_json::{Map, Value};
use std::{fmt, sync::Arc};

/// A form to export in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// OCSF events, one JSON object to a line.
    Ocsf(OcsfVersion),
    /// FHIR R4 `AuditEvent` resources in the shape of IHE BALP, one JSON object to a line (NDJSON). R4B has
    /// the same resource.
    FhirR4,
    /// FHIR R5 `AuditEvent` resources, one JSON object to a line (NDJSON).
    FhirR5,
    /// RFC 5424 syslog messages of facility 13, "log audit".
    Syslog(Framing),
    /// RFC 4180, with a line of column names first. No field begins a formula.
    Csv,
}

/// What is at hand of the event behind an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Details<'a> {
    /// The event, checked against the entry by whoever read it. What a seal says is all in the entry, and
    /// takes no details.
    Shown(&'a Event),
    /// Nothing: its subject was erased.
    Erased,
    /// Nothing: only the published log was read.
    NotOpened,
}

/// Makes lines of entries.
///
/// ```
/// use leeward_audit::{AuditLog, Reader, export::{Exporter, Format}};
/// # use leeward_event::{Actor, Component, Purpose};
/// # use leeward_store::{Store, Timestamp};
/// # async fn example(log: &AuditLog, now: Timestamp) -> Result<(), leeward_audit::AuditError> {
/// let reader = Reader::new(Actor::Component(Component::Application), Purpose::Compliance);
/// let exporter = log.exporter(Format::Csv).await?;
/// print!("{}", exporter.header());
/// let mut lines = log.export(exporter, &reader, now).await?;
/// while let Some(line) = lines.next().await? {
///     print!("{line}");
/// }
/// # Ok(()) }
/// # let (store, dir) = (Store::memory().assume_sealed(), tempfile::tempdir().unwrap());
/// # pollster::block_on(async {
/// # let log = AuditLog::open(&store, dir.path(), "example.org/audit").await.unwrap();
/// # log.publish(Timestamp::UNIX_EPOCH).await.unwrap();
/// # example(&log, Timestamp::UNIX_EPOCH).await.unwrap() });
/// ```
#[derive(Clone)]
pub struct Exporter {
    format: Format,
    checkpoint: Checkpoint,
    naming: Naming,
}

/// How people are called.
#[derive(Clone, Default)]
struct Naming {
    aliases: Option<Aliases>,
    pseudonyms: Option<Pseudonyms>,
}

type Aliases = Arc<dyn Fn(Subject) -> Option<Alias> + Send + Sync>;

impl Exporter {
    /// Exports entries that this checkpoint covers, under pseudonyms.
    ///
    /// A correlation is an identifier too and takes the log's own key to disguise: it is left out here, and
    /// told by [`AuditLog::exporter`](crate::AuditLog::exporter).
    #[must_use]
    pub fn new(format: Format, checkpoint: Checkpoint) -> Self {
        Self { format, checkpoint, naming: Naming::default() }
    }

    /// Shows people and conversations under these names, beside their pseudonyms. Who reads the export can
    /// then tell by the pseudonym which entries of the published log are about whom it names.
    #[must_use]
    pub fn with_aliases(mut self, alias: impl Fn(Subject) -> Option<Alias> + Send + Sync + 'static) -> Self {
        self.naming.aliases = Some(Arc::new(alias));
        self
    }

    pub(crate) fn with_pseudonyms(mut self, pseudonyms: Pseudonyms) -> Self {
        self.naming.pseudonyms = Some(pseudonyms);
        self
    }

    /// The checkpoint that every line carries.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// What comes before the first line: column names in CSV, and nothing in the other forms.
    #[must_use]
    pub const fn header(&self) -> &'static str {
        match self.format {
            Format::Csv => csv::HEADER,
            _ => "",
        }
    }

    /// The line of one entry, with whatever ends it.
    ///
    /// # Errors
    /// [`AuditError::OutOfRange`] when the checkpoint does not cover the entry: nothing would lead back from
    /// the line to a proof.
    pub fn line(&self, index: u64, entry: &LogEntry, details: Details<'_>) -> Result<String, AuditError> {
        let size = self.checkpoint.size();
        if index >= size {
            return Err(AuditError::OutOfRange { index, size });
        }
        let facts = Facts::new(index, entry, &details, &self.naming);
        Ok(match self.format {
            Format::Ocsf(version) => ocsf::line(&facts, &self.checkpoint, version),
            Format::FhirR4 => fhir::line_r4(&facts, &self.checkpoint),
            Format::FhirR5 => fhir::line_r5(&facts, &self.checkpoint),
            Format::Syslog(framing) => syslog::line(&facts, &self.checkpoint, framing),
            Format::Csv => csv::line(&facts, &self.checkpoint),
        })
    }
}

impl<'a> Details<'a> {
    /// What was read together with an entry that tells of an event.
    #[must_use]
    pub fn of(logged: &'a Logged) -> Self {
        logged.event.as_ref().map_or(Self::Erased, Self::Shown)
    }

    const fn event(&self) -> Option<&'a Event> {
        match self {
            Self::Shown(event) => Some(event),
            Self::Erased | Self::NotOpened => None,
        }
    }

    const fn words(&self) -> &'static str {
        match self {
            Self::Shown(_) => "shown",
            Self::Erased => "erased",
            Self::NotOpened => "not opened",
        }
    }
}

impl Naming {
    fn alias(&self, who: Subject) -> Option<Alias> {
        self.aliases.as_ref().and_then(|alias| alias(who))
    }

    fn correlation(&self, id: CorrelationId) -> Option<Pseudonym> {
        self.pseudonyms.as_ref().map(|keys| keys.of_correlation(id))
    }
}

/// Sorted, because `serde_json` keeps another order when somebody else's crate asks it to.
fn json_line(object: Map<String, Value>) -> String {
    let mut line = Value::Object(object);
    line.sort_all_objects();
    format!("{line}\n")
}

/// A hash as formats have it that know nothing of base64.
fn hash_hex(hash: &Hash) -> String {
    facts::hex(hash.as_bytes())
}

impl fmt::Debug for Exporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exporter")
            .field("format", &self.format)
            .field("checkpoint", &self.checkpoint)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EventEntry, merkle::empty_root};
    use leeward_event::{
        Action, Actor, CoarseTime, ConversationId, Detail, Outcome, Purpose, Reason, StaffId,
    };

    fn line(format: Format) -> String {
        let keys = Pseudonyms::new(1, &[0x44; 32]);
        let minute = CoarseTime::from_minutes(29_900_000);
        let event =
            Event::new(Action::AccessDecided, Actor::Staff(StaffId::from_bytes([0x11; 16])), minute.start())
                .about(Subject::Conversation(ConversationId::from_bytes([0x22; 16])))
                .correlation(CorrelationId::from_bytes([0x22; 16]))
                .outcome(Outcome::Failure)
                .reason(Reason::NotAssigned)
                .detail(Detail::ReadCaseNote)
                .purpose(Purpose::Treatment);
        let entry = EventEntry::new(CoarseTime::from_minutes(29_900_001), &event, &[0x33; 32], &keys);
        let checkpoint = Checkpoint::new("example.org/audit", 9, empty_root()).unwrap();
        let alias: Alias = "Amira".parse().unwrap();
        let exporter = Exporter::new(format, checkpoint).with_pseudonyms(keys);
        let exporter =
            exporter.with_aliases(move |who| matches!(who, Subject::Staff(_)).then(|| alias.clone()));
        exporter.line(4, &LogEntry::Event(entry), Details::Shown(&event)).unwrap()
    }

    #[test]
    fn the_lines_are_pinned() {
        let formats = [
            Format::Ocsf(OcsfVersion::V1_8_0),
            Format::FhirR4,
            Format::FhirR5,
            Format::Syslog(Framing::Lines),
            Format::Csv,
        ];
        let lines: String =
            formats.into_iter().map(line).map(|line| line.trim_end().to_owned() + "\n").collect();
        let ours = format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION"));
        let lines = lines.replace(&ours, "\"version\":\"THIS\"");
        assert_eq!(lines, include_str!("../../tests/vectors/export-lines.txt"));
    }
}
