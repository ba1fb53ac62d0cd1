use crate::{
    merkle::Hash,
    note::{Note, NoteError, Signer, VerifierKey},
};
use std::fmt;

/// What a log signs: its name, its size and its root (C2SP tlog-checkpoint v1.0.0).
///
/// ```
/// use leeward_tlog::{Checkpoint, merkle::empty_root, note::{Ed25519Signer, Signer}};
/// let signer = Ed25519Signer::from_seed("example.com/log", &[1; 32])?;
/// let checkpoint = Checkpoint::new("example.com/log", 0, empty_root())?;
/// let note = checkpoint.sign(&signer)?.to_string();
/// assert_eq!(Checkpoint::open(note.as_bytes(), signer.vkey())?, checkpoint);
/// # Ok::<(), leeward_tlog::note::NoteError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
}

impl Checkpoint {
    /// The checkpoint of a log of this name, size and root.
    ///
    /// # Errors
    /// [`NoteError::Name`] when the origin could not name a key.
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, NoteError> {
        crate::note::check_name(origin)?;
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// Reads a signed checkpoint, by the log whose key is `vkey`: its signature holds, and the origin
    /// is the key's name. Extension lines and other signatures are ignored.
    ///
    /// # Errors
    /// Those of [`Note::parse`] and [`Note::verify`]; [`NoteError::Malformed`] when the text is no
    /// checkpoint; [`NoteError::Name`] when it is another log's.
    pub fn open(note: &[u8], vkey: &VerifierKey) -> Result<Self, NoteError> {
        Self::from_note(&Note::parse(note)?, vkey)
    }

    /// As [`open`](Self::open), for a note that was read already.
    ///
    /// # Errors
    /// As [`open`](Self::open), but for the parsing.
    pub fn from_note(note: &Note, vkey: &VerifierKey) -> Result<Self, NoteError> {
        Self::from_note_by(note, std::slice::from_ref(vkey))
    }

    /// As [`from_note`](Self::from_note), signed by at least one of `keys`: those of several logs, or
    /// the old and the new one of a log that changes its key. A bad signature of any of them rejects it.
    ///
    /// # Errors
    /// As [`from_note`](Self::from_note).
    pub fn from_note_by(note: &Note, keys: &[VerifierKey]) -> Result<Self, NoteError> {
        let signed = note.verify(keys)?;
        let checkpoint = Self::parse(note.text()).ok_or(NoteError::Malformed)?;
        if signed.iter().any(|key| key.name() == checkpoint.origin) {
            Ok(checkpoint)
        } else {
            Err(NoteError::Name)
        }
    }

    /// Signs it. The signer's name must be the origin.
    ///
    /// # Errors
    /// [`NoteError::Name`] when it is not; those of [`Note::sign`].
    pub fn sign(&self, signer: &dyn Signer) -> Result<Note, NoteError> {
        if signer.vkey().name() != self.origin {
            return Err(NoteError::Name);
        }
        Note::sign(&self.to_string(), signer)
    }

    /// The name of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many entries the log has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of its tree.
    #[must_use]
    pub const fn root(&self) -> &Hash {
        &self.root
    }

    /// Reads the text that is signed.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let origin = lines.next().filter(|origin| !origin.is_empty())?;
        let size = parse_decimal(lines.next()?)?;
        let root = Hash::from_base64(lines.next()?)?;
        lines.all(|extension| !extension.is_empty()).then(|| Self { origin: origin.to_owned(), size, root })
    }
}

/// Reads a decimal number in its one spelling: no sign, no leading zeroes.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok().filter(|_| text.len() <= 20)?;
    (number.to_string() == text).then_some(number)
}

impl fmt::Display for Checkpoint {
    /// The text that is signed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root)
    }
}
