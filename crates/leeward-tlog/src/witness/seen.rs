use crate::{
    Checkpoint,
    merkle::Hash,
    note::{Note, NoteError},
};
use ring::digest::{SHA256, digest};

/// The form of the record.
const FORM: u8 = 1;

/// What a witness remembers of one log: the checkpoint that it cosigned last.
///
/// It is small, and all that there is. A witness that loses it, or goes back to an older one, cosigns a
/// second history of that log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    checkpoint: Checkpoint,
    note: Note,
}

impl Seen {
    pub(super) const fn new(checkpoint: Checkpoint, note: Note) -> Self {
        Self { checkpoint, note }
    }

    /// The record to store, by the log's origin: `form || note`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        [&[FORM], self.note.to_string().as_bytes()].concat()
    }

    /// Reads the record.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] when it is none, or of a form not known here; those of [`Note::parse`].
    pub fn decode(record: &[u8]) -> Result<Self, NoteError> {
        let (form, note) = record.split_first().ok_or(NoteError::Malformed)?;
        if *form != FORM {
            return Err(NoteError::Malformed);
        }
        let note = Note::parse(note)?;
        Ok(Self { checkpoint: Checkpoint::parse(note.text()).ok_or(NoteError::Malformed)?, note })
    }

    /// Whose log it is.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.checkpoint.origin()
    }

    /// How many entries the log had.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.checkpoint.size()
    }

    /// The root of its tree.
    #[must_use]
    pub const fn root(&self) -> &Hash {
        self.checkpoint.root()
    }

    /// The checkpoint with the log's signature and the witness's own, for whoever monitors the log: it
    /// is served at [`monitoring_path`].
    #[must_use]
    pub const fn note(&self) -> &Note {
        &self.note
    }
}

/// Where a witness shows the latest checkpoint of a log, below its monitoring prefix:
/// `<SHA-256 of the origin>/checkpoint`.
#[must_use]
pub fn monitoring_path(origin: &str) -> String {
    let hash = digest(&SHA256, origin.as_bytes());
    let hex: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hex}/checkpoint")
}
