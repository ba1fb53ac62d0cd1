use crate::{
    checkpoint::parse_decimal,
    merkle::Hash,
    note::{MAX_NOTE, Note, NoteError},
};
use std::fmt;

/// The most hashes that a request may have: no tree of fewer than 2^64 leaves needs more.
const MAX_HASHES: usize = 63;

/// The longest request that is read, in bytes.
pub const MAX_REQUEST: usize = MAX_NOTE + 4 * 1024;

/// Why a request was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// It is longer than a request may be.
    #[error("the request is larger than {MAX_REQUEST} bytes")]
    TooLarge,
    /// It is not written as a request is.
    #[error("this is not an add-checkpoint request")]
    Malformed,
    /// What it has for a checkpoint is no signed note.
    #[error("the request holds no signed checkpoint")]
    Note(#[from] NoteError),
}

/// The body of an `add-checkpoint` request: cosign this checkpoint, which begins with the tree of the
/// size that you cosigned last.
///
/// ```
/// use leeward_tlog::{
///     Checkpoint,
///     cosignature::{Cosigner, Ed25519Cosigner},
///     merkle::leaf_hash,
///     note::{Ed25519Signer, Signer},
///     witness::{AddCheckpoint, Decision, Witness},
/// };
/// let log = Ed25519Signer::from_seed("example.com/log", &[1; 32])?;
/// let cosigner = Ed25519Cosigner::from_seed("partner.example/witness", &[2; 32])?;
/// let key = cosigner.key().clone();
/// let witness = Witness::new(cosigner, vec![log.vkey().clone()]);
///
/// // The log asks.
/// let note = Checkpoint::new("example.com/log", 1, leaf_hash(b"first"))?.sign(&log)?;
/// let request = AddCheckpoint::new(0, Vec::new(), note.clone());
///
/// // The witness, which has seen nothing of this log, remembers before it answers.
/// let read = witness.read(request.to_string().as_bytes()).map_err(|refusal| refusal.body)?;
/// let Decision::Cosign { remember, answer } = witness.decide(&read, None, 1_767_000_000)? else { panic!() };
/// assert_eq!(remember.size(), 1);
///
/// // The log checks what came back, and has its checkpoint cosigned.
/// let line = request.read_answer(&key, answer.status, answer.body.as_bytes())?;
/// assert_eq!(key.verify(&note.with_signature(line)?)?, Some(1_767_000_000));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    old_size: u64,
    proof: Vec<Hash>,
    checkpoint: Note,
}

impl AddCheckpoint {
    /// The request with the proof that the tree of `checkpoint` begins with that of `old_size`: none
    /// when that is 0, or the same.
    #[must_use]
    pub const fn new(old_size: u64, proof: Vec<Hash>, checkpoint: Note) -> Self {
        Self { old_size, proof, checkpoint }
    }

    /// Reads a request in its one spelling. Nothing is checked: that is what a
    /// [`Witness`](super::Witness) is for.
    ///
    /// # Errors
    /// Every variant of [`RequestError`].
    pub fn parse(body: &[u8]) -> Result<Self, RequestError> {
        if body.len() > MAX_REQUEST {
            return Err(RequestError::TooLarge);
        }
        let text = std::str::from_utf8(body).map_err(|_| RequestError::Malformed)?;
        let (head, note) = text.split_once("\n\n").ok_or(RequestError::Malformed)?;
        let (old_size, proof) = parse_head(head).ok_or(RequestError::Malformed)?;
        Ok(Self { old_size, proof, checkpoint: Note::parse(note.as_bytes())? })
    }

    /// The size that the witness cosigned last, as the log knows.
    #[must_use]
    pub const fn old_size(&self) -> u64 {
        self.old_size
    }

    /// The hashes of the consistency proof.
    #[must_use]
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The checkpoint to cosign.
    #[must_use]
    pub const fn checkpoint(&self) -> &Note {
        &self.checkpoint
    }
}

/// Where a witness takes requests, by the submission prefix that a policy gives.
#[must_use]
pub fn add_checkpoint_url(prefix: &str) -> String {
    format!("{}/add-checkpoint", prefix.trim_end_matches('/'))
}

fn parse_head(head: &str) -> Option<(u64, Vec<Hash>)> {
    let mut lines = head.split('\n');
    let old_size = parse_decimal(lines.next()?.strip_prefix("old ")?)?;
    let lines = lines.take(MAX_HASHES.saturating_add(1));
    let proof: Vec<Hash> = lines.map(Hash::from_base64).collect::<Option<_>>()?;
    (proof.len() <= MAX_HASHES).then_some((old_size, proof))
}

impl fmt::Display for AddCheckpoint {
    /// The body of the request.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old_size)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}
