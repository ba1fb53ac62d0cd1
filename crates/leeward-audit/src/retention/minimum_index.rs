use crate::{
    note::{Note, NoteError, Signer, VerifierKey},
    tiles::TILE_WIDTH,
};
use std::fmt;

/// The file that says which entries a log no longer keeps.
pub const MINIMUM_INDEX_FILE: &str = "minimum-index";

/// The first line, which no origin can be: so the note is never taken for a checkpoint.
const HEADER: &str = "leeward minimum-index v1";

/// What a log signs when it stops keeping its oldest entries: bundles below this index may be missing.
/// The tree, with the hashes of those entries, stays whole.
///
/// The text of the note is three lines: `leeward minimum-index v1`, the origin, and the index in decimal,
/// which is a multiple of 256.
///
/// ```
/// use leeward_audit::{MinimumIndex, note::{Ed25519Signer, Signer}};
/// let signer = Ed25519Signer::from_seed("example.com/log", &[1; 32])?;
/// let note = MinimumIndex::new("example.com/log", 700)?.sign(&signer)?.to_string();
/// let minimum = MinimumIndex::open(note.as_bytes(), signer.vkey())?;
/// assert_eq!(minimum.index(), 512);
/// # Ok::<(), leeward_audit::note::NoteError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MinimumIndex {
    origin: String,
    index: u64,
}

impl MinimumIndex {
    /// That a log of this name keeps the bundle of entry `index` and all after it.
    ///
    /// # Errors
    /// [`NoteError::Name`] when the origin could not name a key.
    pub fn new(origin: &str, index: u64) -> Result<Self, NoteError> {
        crate::note::check_name(origin)?;
        let index = index.saturating_sub(index % u64::from(TILE_WIDTH));
        Ok(Self { origin: origin.to_owned(), index })
    }

    /// Reads the note of the log whose key is `vkey`. Other signatures are ignored.
    ///
    /// # Errors
    /// Those of [`Note::parse`] and [`Note::verify`]; [`NoteError::Malformed`] when the text says
    /// something else; [`NoteError::Name`] when it is another log's.
    pub fn open(note: &[u8], vkey: &VerifierKey) -> Result<Self, NoteError> {
        let note = Note::parse(note)?;
        note.verify(std::slice::from_ref(vkey))?;
        let minimum = Self::parse(note.text()).ok_or(NoteError::Malformed)?;
        if minimum.origin == vkey.name() { Ok(minimum) } else { Err(NoteError::Name) }
    }

    /// What a note in one's own directory says, whoever signed it.
    pub(crate) fn read_unverified(note: &[u8]) -> Option<Self> {
        Self::parse(Note::parse(note).ok()?.text())
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

    /// The first entry that is kept: a multiple of 256.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.split('\n').skip(1);
        let (origin, index) = (lines.next()?, lines.next()?.parse().ok()?);
        let minimum = Self::new(origin, index).ok()?;
        // Whatever was lenient above, only one spelling comes back the same.
        (minimum.to_string() == text).then_some(minimum)
    }
}

impl fmt::Display for MinimumIndex {
    /// The text that is signed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\n{}\n{}", self.origin, self.index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Checkpoint, merkle::empty_root, note::Ed25519Signer};

    fn signer() -> Ed25519Signer {
        Ed25519Signer::from_seed("example.org/log", &[1; 32]).unwrap()
    }

    #[test]
    fn the_text_is_pinned_and_has_one_spelling() {
        let minimum = MinimumIndex::new("example.org/log", 513).unwrap();
        assert_eq!(minimum.to_string(), "leeward minimum-index v1\nexample.org/log\n512\n");
        for other in [
            "leeward minimum-index v1\nexample.org/log\n0512\n",
            "leeward minimum-index v1\nexample.org/log\n+512\n",
            "leeward minimum-index v1\nexample.org/log\n513\n",
            "leeward minimum-index v1\nexample.org/log\n512\nmore\n",
            "leeward minimum-index v2\nexample.org/log\n512\n",
        ] {
            let note = Note::sign(other, &signer()).unwrap().to_string();
            let opened = MinimumIndex::open(note.as_bytes(), signer().vkey());
            assert!(matches!(opened, Err(NoteError::Malformed)), "{other}");
        }
        let other = "leeward minimum-index v1\nexample.org/other\n512\n";
        let note = Note::sign(other, &signer()).unwrap().to_string();
        assert!(matches!(MinimumIndex::open(note.as_bytes(), signer().vkey()), Err(NoteError::Name)));
        assert!(matches!(minimum.sign(&other_signer()), Err(NoteError::Name)));
    }

    fn other_signer() -> Ed25519Signer {
        Ed25519Signer::from_seed("example.org/other", &[1; 32]).unwrap()
    }

    #[test]
    fn it_is_never_taken_for_a_checkpoint_nor_one_for_it() {
        let (signer, root) = (signer(), empty_root());
        let minimum = MinimumIndex::new("example.org/log", 512).unwrap().sign(&signer).unwrap();
        assert!(Checkpoint::open(minimum.to_string().as_bytes(), signer.vkey()).is_err());
        let checkpoint = Checkpoint::new("example.org/log", 512, root).unwrap().sign(&signer).unwrap();
        assert!(MinimumIndex::open(checkpoint.to_string().as_bytes(), signer.vkey()).is_err());
    }
}
