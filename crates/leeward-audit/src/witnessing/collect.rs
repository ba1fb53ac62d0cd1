use super::{WitnessFailure, Witnessing, ask::Asked, join::join_all};
use crate::{
    AuditError, AuditLog,
    note::{Note, VerifierKey},
    record::{COSIGNED, Signed},
    signing::{LastSigned, MAX_ATTEMPTS},
};
use leeward_event::CoarseTime;
use leeward_store::{Batch, Expect, StoreError, Timestamp};
use leeward_tlog::policy::PolicyError;
use std::{pin::Pin, slice, sync::Arc};

impl AuditLog {
    /// Signs the tree as it is, and has it cosigned, unless that was done lately. What was cosigned is
    /// stored before anybody sees it, and whatever happens later, it is what the log shows until more is
    /// cosigned. Returns the witnesses that failed.
    pub(crate) async fn cosign(
        &self,
        witnessing: &Witnessing,
        now: Timestamp,
    ) -> Result<Vec<WitnessFailure>, AuditError> {
        let (checkpoint, note) = self.sign(now).await?;
        let last = self.last_cosigned().await?;
        let same = last.as_ref().filter(|last| last.checkpoint == checkpoint);
        let age = same.and_then(|last| witnessing.age(&last.note, self.vkey(), now));
        if age.is_some_and(|age| age < witnessing.refresh.as_secs()) {
            return Ok(Vec::new());
        }
        let known = last.as_ref().map(|last| (&last.checkpoint, &last.note));
        let asked = Asked { checkpoint: &checkpoint, note: &note, last: known };
        // Of the same checkpoint, the cosignatures of those who fail now still hold.
        let before = same.map_or_else(|| note.clone(), |last| last.note.clone());
        let (cosigned, failures) = self.ask_all(witnessing, &asked, before).await?;
        match witnessing.policy.verify_from(&cosigned, slice::from_ref(self.vkey())) {
            Ok(_) => self.store_cosigned(&cosigned, checkpoint.size(), now).await.map(|()| failures),
            Err(PolicyError::Note(error)) => Err(error.into()),
            Err(_) => Err(AuditError::Unwitnessed { failures }),
        }
    }

    /// The checkpoint that was cosigned last as the policy asks.
    pub(crate) async fn last_cosigned(&self) -> Result<Option<LastSigned>, AuditError> {
        Ok(self.stored_checkpoint(COSIGNED).await?.0)
    }

    /// Asks all witnesses at once, and adds to the note what they answer.
    async fn ask_all(
        &self,
        witnessing: &Witnessing,
        asked: &Asked<'_>,
        mut note: Note,
    ) -> Result<(Note, Vec<WitnessFailure>), AuditError> {
        let witnesses = witnessing.policy.witnesses();
        let ask = |witness| -> Pin<Box<dyn Future<Output = _> + Send + '_>> {
            Box::pin(self.ask(witnessing, witness, asked))
        };
        let answers = join_all(witnesses.iter().map(ask).collect()).await;
        let mut failures = Vec::new();
        for (witness, answer) in witnesses.iter().zip(answers) {
            match answer? {
                Ok(line) => note = note.with_signature(line)?,
                Err(why) => {
                    failures
                        .push(WitnessFailure { witness: witness.name().into_owned(), why: Arc::new(why) });
                }
            }
        }
        Ok((note, failures))
    }

    /// Stores what was cosigned in the place of what was before, unless that is of a longer log by now.
    async fn store_cosigned(&self, note: &Note, size: u64, now: Timestamp) -> Result<(), AuditError> {
        let signed = Signed { at: CoarseTime::of(now), note: note.to_string().into_bytes() };
        for _ in 0..MAX_ATTEMPTS {
            let last = self.last_cosigned().await?;
            if last.as_ref().is_some_and(|last| last.checkpoint.size() > size) {
                return Ok(());
            }
            let expect = last.map_or(Expect::Absent, |last| Expect::Exactly(last.version));
            let mut batch = Batch::new();
            batch.put(COSIGNED.key(&[])?, expect, signed.encode());
            match self.store.commit(batch).await {
                Err(StoreError::Conflict(_)) => {}
                stored => return Ok(stored.map(drop)?),
            }
        }
        Err(StoreError::Contended { attempts: MAX_ATTEMPTS }.into())
    }
}

impl Witnessing {
    /// How old the oldest cosignature is, in seconds; `None` when the policy is not met. One from a
    /// clock that is ahead is as old as it is ahead.
    fn age(&self, note: &Note, vkey: &VerifierKey, now: Timestamp) -> Option<u64> {
        let witnessed = self.policy.verify_from(note, slice::from_ref(vkey)).ok()?;
        let now = posix(now);
        Some(witnessed.cosignatures.iter().map(|by| by.time.abs_diff(now)).max().unwrap_or(0))
    }
}

fn posix(now: Timestamp) -> u64 {
    u64::try_from(now.as_second()).unwrap_or(0)
}
