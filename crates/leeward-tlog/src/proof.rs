use crate::{
    Checkpoint, Policy,
    checkpoint::parse_decimal,
    merkle::{Hash, ProofError, leaf_hash, verify_inclusion},
    note::{MAX_NOTE, Note, NoteError, VerifierKey},
    policy::{PolicyError, Witnessed},
};
use std::fmt;

/// No tree of fewer than 2^64 leaves needs a longer proof.
const MAX_HASHES: usize = 63;

/// The longest `extra` line that is read, in bytes.
const MAX_EXTRA: usize = 64 * 1024;

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Why a proof file does not show what it should.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlogProofError {
    /// It is not written as a proof is.
    #[error("this is not a tlog-proof")]
    Malformed,
    /// The checkpoint in it does not hold.
    #[error("the checkpoint of the proof does not hold")]
    Checkpoint(#[from] NoteError),
    /// The checkpoint in it does not hold under the policy.
    #[error("the checkpoint of the proof is not one that the policy accepts")]
    Policy(#[from] PolicyError),
    /// The checkpoint holds, but not the proof.
    #[error("the proof does not lead to the checkpoint's root")]
    Inclusion(#[from] ProofError),
}

/// The proof that one entry stands in a log, with the checkpoint: a file that verifies offline
/// (C2SP tlog-proof v1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    index: u64,
    hashes: Vec<Hash>,
    checkpoint: Note,
}

impl TlogProof {
    /// The proof with these hashes, leaf-upward.
    #[must_use]
    pub const fn new(index: u64, hashes: Vec<Hash>, checkpoint: Note) -> Self {
        Self { index, hashes, checkpoint }
    }

    /// Reads a proof. Nothing is checked: that is what [`verify`](Self::verify) is for. An `extra`
    /// line is left out, since nothing authenticates it.
    ///
    /// # Errors
    /// [`TlogProofError::Malformed`]; [`TlogProofError::Checkpoint`] when the last part is no note.
    pub fn parse(proof: &[u8]) -> Result<Self, TlogProofError> {
        if proof.len() > MAX_NOTE.saturating_add(MAX_EXTRA) {
            return Err(TlogProofError::Malformed);
        }
        let text = std::str::from_utf8(proof).map_err(|_| TlogProofError::Malformed)?;
        let (head, note) = text.split_once("\n\n").ok_or(TlogProofError::Malformed)?;
        let (index, hashes) = parse_head(head).ok_or(TlogProofError::Malformed)?;
        Ok(Self { index, hashes, checkpoint: Note::parse(note.as_bytes())? })
    }

    /// Checks that `entry` stands at [`index`](Self::index) in the log whose key is `vkey`, and returns
    /// the checkpoint that says so.
    ///
    /// # Errors
    /// [`TlogProofError::Checkpoint`] and [`TlogProofError::Inclusion`].
    pub fn verify(&self, entry: &[u8], vkey: &VerifierKey) -> Result<Checkpoint, TlogProofError> {
        let checkpoint = Checkpoint::from_note(&self.checkpoint, vkey)?;
        self.check_inclusion(entry, &checkpoint)?;
        Ok(checkpoint)
    }

    /// As [`verify`](Self::verify), for a log of `policy`, and cosigned as it asks (C2SP tlog-policy).
    ///
    /// # Errors
    /// [`TlogProofError::Policy`] and [`TlogProofError::Inclusion`].
    pub fn verify_under(&self, entry: &[u8], policy: &Policy) -> Result<Witnessed, TlogProofError> {
        let witnessed = policy.verify(&self.checkpoint)?;
        self.check_inclusion(entry, &witnessed.checkpoint)?;
        Ok(witnessed)
    }

    /// Where the entry stands, from 0.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// The hashes, leaf-upward.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// The signed checkpoint.
    #[must_use]
    pub const fn checkpoint(&self) -> &Note {
        &self.checkpoint
    }

    fn check_inclusion(&self, entry: &[u8], checkpoint: &Checkpoint) -> Result<(), ProofError> {
        let leaf = leaf_hash(entry);
        verify_inclusion(&self.hashes, self.index, &leaf, checkpoint.size(), checkpoint.root())
    }
}

fn parse_head(head: &str) -> Option<(u64, Vec<Hash>)> {
    let mut lines = head.split('\n').peekable();
    lines.next().filter(|line| *line == HEADER)?;
    lines.next_if(|line| line.starts_with("extra "));
    let index = parse_decimal(lines.next()?.strip_prefix("index ")?)?;
    let hashes: Vec<Hash> =
        lines.take(MAX_HASHES.saturating_add(1)).map(Hash::from_base64).collect::<Option<_>>()?;
    (hashes.len() <= MAX_HASHES).then_some((index, hashes))
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nindex {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}
