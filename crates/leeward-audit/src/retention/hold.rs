use crate::{
    AuditError, AuditLog,
    record::{RETENTION, Retention},
};
use leeward_event::{Action, Actor, CorrelationId, Event};
use leeward_store::{Timestamp, Tx};

/// The most procedures for which a log can be under hold at once.
pub(crate) const MAX_HOLDS: usize = 64;

impl AuditLog {
    /// Forbids the removal of entries, however old, until the hold is lifted. It is named by the procedure
    /// that asks for it; placing one twice changes nothing. What was removed before stays removed.
    ///
    /// The details of entries go when their subject is erased: to keep those, place a hold of the same
    /// name on the subjects in the vault.
    ///
    /// # Errors
    /// [`AuditError::TooManyHolds`]; [`AuditError::Store`], [`AuditError::Corrupt`],
    /// [`AuditError::Random`].
    pub async fn place_hold(
        &self,
        procedure: CorrelationId,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), AuditError> {
        let event = Event::new(Action::LegalHoldPlaced, by, now).correlation(procedure);
        let place = |retention: &mut Retention| {
            if retention.holds.contains(&procedure) {
                return Ok(false);
            }
            if retention.holds.len() >= MAX_HOLDS {
                return Err(AuditError::TooManyHolds);
            }
            retention.holds.push(procedure);
            Ok(true)
        };
        self.change_retention(event, place).await
    }

    /// Lifts a hold. Lifting one that is not there changes nothing.
    ///
    /// # Errors
    /// [`AuditError::Store`], [`AuditError::Corrupt`], [`AuditError::Random`].
    pub async fn lift_hold(
        &self,
        procedure: CorrelationId,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), AuditError> {
        let event = Event::new(Action::LegalHoldLifted, by, now).correlation(procedure);
        let lift = |retention: &mut Retention| {
            let before = retention.holds.len();
            retention.holds.retain(|held| *held != procedure);
            Ok(retention.holds.len() < before)
        };
        self.change_retention(event, lift).await
    }

    /// The procedures for which the log is under hold.
    ///
    /// # Errors
    /// [`AuditError::Store`], [`AuditError::Corrupt`].
    pub async fn holds(&self) -> Result<Vec<CorrelationId>, AuditError> {
        Ok(self.retention().await?.0.holds)
    }

    /// Changes what the log keeps, with an event, when `change` says that it changed something.
    async fn change_retention(
        &self,
        event: Event,
        change: impl Fn(&mut Retention) -> Result<bool, AuditError> + Send + Sync,
    ) -> Result<(), AuditError> {
        let (change, event) = (&change, &event);
        self.store
            .transact(|tx| async move {
                let mut retention = read(&tx).await?;
                if change(&mut retention)? {
                    tx.put(&RETENTION.key(&[])?, retention.encode())?;
                    tx.stage(|batch| self.stage(event, batch))?;
                }
                Ok(())
            })
            .await
    }
}

/// What the log keeps: everything, when nobody has said otherwise.
pub(super) async fn read(tx: &Tx) -> Result<Retention, AuditError> {
    let Some(row) = tx.get(&RETENTION.key(&[])?).await? else { return Ok(Retention::default()) };
    let retention = Retention::decode(row.value.as_bytes());
    retention.ok_or(AuditError::Corrupt { what: "no word of what it keeps" })
}
