use crate::{
    EscrowError, EscrowId, Escrows, Rehearsal, RehearsalId, RehearsalInvitation, RehearsalProof, record,
    service::{failed, step},
};
use jiff::Timestamp;
use leeward_event::{Action, Actor, Reason, StaffId};

impl Escrows {
    /// Begins a rehearsal: see [`Rehearsal`] for what it proves. It may be answered for a week.
    ///
    /// # Errors
    /// As [`set`](Self::set); [`EscrowError::Random`].
    pub async fn rehearse(&self, id: EscrowId, by: Actor, now: Timestamp) -> Result<Rehearsal, EscrowError> {
        let begun = self.store.transact(|tx| async move {
            let rehearsal = Rehearsal::new(&self.set_in(&tx, id).await?, now, &self.rng)?;
            tx.put_until(&record::rehearsal_key(rehearsal.id)?, rehearsal.encode(), rehearsal.expires_at)?;
            let on = (id.subject, rehearsal.id.correlation());
            self.tell(&tx, &step(Action::EscrowRehearsalBegun, by, on, now))?;
            Ok::<_, EscrowError>(rehearsal)
        });
        begun.await
    }

    /// What to send to one trustee, whose machine opens their share and proves it.
    ///
    /// # Errors
    /// As [`Rehearsal::invite`]; as [`set`](Self::set).
    pub async fn rehearsal_invitation(
        &self,
        id: RehearsalId,
        trustee: StaffId,
        now: Timestamp,
    ) -> Result<RehearsalInvitation, EscrowError> {
        let set = self.set(id.escrow).await?;
        self.rehearsal(id).await?.invite(&set, trustee, now)
    }

    /// Where a rehearsal stands.
    ///
    /// # Errors
    /// [`EscrowError::NotFound`]; [`EscrowError::Corrupt`]; those of the store.
    pub async fn rehearsal(&self, id: RehearsalId) -> Result<Rehearsal, EscrowError> {
        let entry = self.store.get(&record::rehearsal_key(id)?).await?.ok_or(EscrowError::NotFound)?;
        Rehearsal::decode(entry.value.as_bytes(), id)
    }

    /// Takes a trustee's answer.
    ///
    /// # Errors
    /// As [`Rehearsal::answer`]: a wrong proof is recorded, and nobody blamed for it. As [`set`](Self::set).
    pub async fn answer(
        &self,
        id: RehearsalId,
        proof: &RehearsalProof,
        now: Timestamp,
    ) -> Result<Rehearsal, EscrowError> {
        let key = &record::rehearsal_key(id)?;
        let on = (id.escrow.subject, id.correlation());
        let from = |who| step(Action::EscrowRehearsed, who, on, now);
        let (done, forged) =
            (from(Actor::Staff(proof.trustee())), failed(from(Actor::Unknown), Reason::WrongSecret));
        let answered = self.store.transact(|tx| async move {
            let set = self.set_in(&tx, id.escrow).await?;
            let entry = tx.get(key).await?.ok_or(EscrowError::NotFound)?;
            match Rehearsal::decode(entry.value.as_bytes(), id)?.answer(&set, proof, now) {
                Ok(after) => {
                    tx.put_until(key, after.encode(), after.expires_at)?;
                    self.tell(&tx, &done)?;
                    Ok(Ok(after))
                }
                Err(EscrowError::BadProof) => {
                    self.tell(&tx, &forged)?;
                    Ok(Err(EscrowError::BadProof))
                }
                Err(error) => Err(error),
            }
        });
        answered.await?
    }
}
