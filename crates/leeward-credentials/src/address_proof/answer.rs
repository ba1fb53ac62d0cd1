use super::{
    AddressProof, AddressProofs, ProofPurpose,
    code::{Bound, digits},
    record::CodeRecord,
    service::row,
};
use crate::{AccountError, attempt::settle};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{Action, Actor, Event, Outcome, Reason, StaffId, Subject};
use leeward_store::{Key, Tx};
use leeward_throttle::{Admitted, Gate, Guess};
use subtle::ConstantTimeEq;

/// How far the clocks of two machines may be apart.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Which code is answered.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) account: StaffId,
    pub(crate) request: [u8; 16],
    pub(crate) purpose: ProofPurpose,
}

/// Judging what was typed in.
impl AddressProofs {
    pub(crate) async fn prove_for(
        &self,
        gate: Gate,
        asked: Asked,
        code: &str,
        now: Timestamp,
    ) -> Result<AddressProof, AccountError> {
        let admitted = gate.admit(asked.account, Guess::AddressCode, now)?;
        let judged = self
            .store
            .transact(|tx| {
                let admitted = &admitted;
                async move { self.prove_in(&tx, admitted, asked, code, now).await }
            })
            .await;
        settle(admitted, judged).await?.map_err(|_| AccountError::Rejected)
    }

    /// Judges a code, uses it up if it is right, and tells of it.
    pub(crate) async fn prove_in(
        &self,
        tx: &Tx,
        admitted: &Admitted,
        asked: Asked,
        code: &str,
        now: Timestamp,
    ) -> Result<Result<AddressProof, Reason>, AccountError> {
        let key = &row(asked.account, asked.request, asked.purpose)?;
        let judged = self.judge(tx, key, asked, &digits(code), now).await?;
        if judged.is_ok() {
            tx.delete(key)?;
            tx.stage(|batch| admitted.succeeded(batch))?;
        }
        let event = answered(asked.account, judged.as_ref().err().copied(), now);
        tx.stage(|batch| event.stage(batch, &self.rng).map_err(AccountError::from))?;
        Ok(judged)
    }

    async fn judge(
        &self,
        tx: &Tx,
        key: &Key,
        Asked { account, request, purpose }: Asked,
        code: &str,
        now: Timestamp,
    ) -> Result<Result<AddressProof, Reason>, AccountError> {
        let Some(entry) = tx.get(key).await? else { return Ok(Err(Reason::NotEnrolled)) };
        let kept = CodeRecord::decode(entry.value.as_bytes())?;
        let mac = Bound { account, request, purpose, address: &kept.address }.mac(&self.key, code)?;
        let right: bool = mac.ct_eq(&kept.mac).into();
        // A code of the future was sent by a clock that has gone back since: nobody knows how old it is.
        if now >= kept.expires_at || kept.sent_at.duration_since(now) > CLOCK_SKEW {
            return Ok(Err(Reason::Expired));
        }
        if !right {
            return Ok(Err(Reason::WrongSecret));
        }
        let CodeRecord { known_as, address, language, .. } = kept;
        Ok(Ok(AddressProof { account, purpose, address, language, known_as, at: now }))
    }
}

fn answered(account: StaffId, refused: Option<Reason>, now: Timestamp) -> Event {
    let by = refused.map_or(Actor::Staff(account), |_| Actor::Unknown);
    let event = Event::new(Action::AddressProved, by, now).about(Subject::Staff(account));
    match refused {
        Some(reason) => event.outcome(Outcome::Failure).reason(reason),
        None => event,
    }
}
