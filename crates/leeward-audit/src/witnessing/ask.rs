use super::Witnessing;
use crate::{
    AuditError, AuditLog, Checkpoint,
    merkle::consistency_ranges,
    note::{Note, Signature},
    tree::StoredTree,
};
use leeward_tlog::{
    BoxError,
    policy::Witness,
    witness::{AddCheckpoint, AnswerError, add_checkpoint_url},
};
use std::{fmt, sync::Arc};

/// How often one witness is asked from another size within one publication.
const MAX_CONFLICTS: u32 = 3;

/// Why a witness did not cosign.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WitnessError {
    /// The policy gives no address, or a key of a type not known here.
    #[error("the policy gives it no address, or no key of a known type")]
    Unreachable,
    /// The transport failed.
    #[error("it could not be reached")]
    Transport(#[source] BoxError),
    /// It refused, or did not answer as a witness does.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// It has cosigned more of this log than there is: the store was put back to an older state, or
    /// somebody else signs with the log's key.
    #[error(
        "it has cosigned {size} entries of this log, which has only {have}: find out what happened to the rest"
    )]
    Ahead {
        /// How many it has cosigned.
        size: u64,
        /// How many there are.
        have: u64,
    },
    /// It has forgotten what it cosigned: it could be shown another history now.
    #[error(
        "it has gone back to {size} entries, though it had cosigned {before}: do not count on it until its operator has explained that"
    )]
    WentBack {
        /// What it says that it cosigned last.
        size: u64,
        /// What it did cosign.
        before: u64,
    },
}

/// A witness that did not cosign, and why.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WitnessFailure {
    /// What the policy calls it.
    pub witness: String,
    /// Why.
    pub why: Arc<WitnessError>,
}

impl fmt::Display for WitnessFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.witness, self.why)
    }
}

impl PartialEq for WitnessFailure {
    /// The same witness, and the same words.
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for WitnessFailure {}

/// The checkpoint to cosign, and what each witness is known to have cosigned.
pub(super) struct Asked<'a> {
    pub(super) checkpoint: &'a Checkpoint,
    pub(super) note: &'a Note,
    pub(super) last: Option<(&'a Checkpoint, &'a Note)>,
}

impl Asked<'_> {
    /// The last size that this witness cosigned, as far as the log knows.
    fn known(&self, witness: &Witness) -> u64 {
        let signed = |(_, note): &(&Checkpoint, &Note)| {
            witness.key().is_some_and(|key| matches!(key.verify(note), Ok(Some(_))))
        };
        self.last.filter(signed).map_or(0, |(checkpoint, _)| checkpoint.size())
    }
}

impl AuditLog {
    /// Has one witness cosign. The outer error is the log's own.
    pub(super) async fn ask(
        &self,
        witnessing: &Witnessing,
        witness: &Witness,
        asked: &Asked<'_>,
    ) -> Result<Result<Signature, WitnessError>, AuditError> {
        let (Some(key), Some(url)) = (witness.key(), witness.url()) else {
            return Ok(Err(WitnessError::Unreachable));
        };
        let url = add_checkpoint_url(url);
        let (known, have) = (asked.known(witness), asked.checkpoint.size());
        let mut old = known;
        for _ in 0..=MAX_CONFLICTS {
            let ranges = consistency_ranges(old, have).unwrap_or_default();
            let proof = StoredTree::new(&self.store, have).hashes(&ranges).await?;
            let request = AddCheckpoint::new(old, proof, asked.note.clone());
            let answer = match witnessing.transport.post(&url, request.to_string()).await {
                Ok(answer) => answer,
                Err(error) => return Ok(Err(WitnessError::Transport(error))),
            };
            old = match request.read_answer(key, answer.status, &answer.body) {
                Err(AnswerError::Conflict { size }) if size > have => {
                    return Ok(Err(self.ahead(size).await?));
                }
                Err(AnswerError::Conflict { size }) if size < known => {
                    return Ok(Err(WitnessError::WentBack { size, before: known }));
                }
                Err(AnswerError::Conflict { size }) => size,
                answered => return Ok(answered.map_err(WitnessError::from)),
            };
        }
        Ok(Err(AnswerError::Conflict { size: old }.into()))
    }

    /// A witness has cosigned more than it was asked to: another process of this log was there first, or
    /// nobody of this log was.
    async fn ahead(&self, size: u64) -> Result<WitnessError, AuditError> {
        let (head, _) = self.end().await?;
        let have = head.tree.size();
        if size > have {
            Ok(WitnessError::Ahead { size, have })
        } else {
            Ok(AnswerError::Conflict { size }.into())
        }
    }
}
