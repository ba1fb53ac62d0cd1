use crate::{ManagePolicy, Permit, Policies, PolicyError, PolicyHash, PolicySet, record};
use jiff::Timestamp;
use leeward_event::{Action as What, Actor, Component, CorrelationId, Event};
use leeward_store::Tx;

impl Policies {
    /// Puts other rules in force, here and for every machine that shares the store.
    ///
    /// From now on a decision by any other rules is [`PolicyError::StalePolicy`], a denial: each other
    /// machine adopts the same rules too. Of two that adopt different rules at once, one wins. The event
    /// carries the first half of the hash as its correlation. No rule is asked: such rules come with a release
    /// or a configuration. Those that a person puts in force are [`adopt_by`](Self::adopt_by)'s.
    ///
    /// # Errors
    /// [`PolicyError::StalePolicy`] when others have come into force since this machine took its own:
    /// [take](Self::adopted) those first; those of the store and the random source.
    pub async fn adopt(&self, policy: PolicySet, now: Timestamp) -> Result<(), PolicyError> {
        self.adopt_as(Actor::Component(Component::Policy), policy, now).await
    }

    /// As [`adopt`](Self::adopt), for somebody who was permitted to: by the default rules an administrator, after a
    /// second person [approved](Self::approve) it, which is of replacing the rules now, whatever they become: show
    /// the [difference](crate::DecisionMatrix::diff) to both.
    ///
    /// # Errors
    /// As [`adopt`](Self::adopt); [`PolicyError::PermitExpired`].
    pub async fn adopt_by(
        &self,
        permit: Permit<ManagePolicy>,
        policy: PolicySet,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let by = permit.redeem(now)?.requester.actor();
        self.adopt_as(by, policy, now).await
    }

    async fn adopt_as(&self, by: Actor, policy: PolicySet, now: Timestamp) -> Result<(), PolicyError> {
        let (mine, next) = (self.policy().hash(), policy.hash());
        let adopted = self.store.transact(|tx| async move {
            match adopted(&tx).await? {
                Some(hash) if hash == next => return Ok(Ok(())),
                Some(hash) if hash != mine => return Ok(Err(PolicyError::StalePolicy)),
                Some(_) | None => {}
            }
            tx.put(&record::adopted_key()?, record::encode_adopted(next))?;
            self.tell(&tx, &[told(next, by, now)])?;
            Ok::<_, PolicyError>(Ok(()))
        });
        adopted.await??;
        self.policy.replace(policy);
        Ok(())
    }

    /// The hash of the rules in force on every machine; `None` while none were
    /// [adopted](Self::adopt), when each decides by its own.
    ///
    /// # Errors
    /// Those of the store; [`PolicyError::Corrupt`].
    pub async fn adopted(&self) -> Result<Option<PolicyHash>, PolicyError> {
        let entry = self.store.get(&record::adopted_key()?).await?;
        entry.map(|entry| record::decode_adopted(entry.value.as_bytes())).transpose()
    }
}

pub(crate) async fn adopted(tx: &Tx) -> Result<Option<PolicyHash>, PolicyError> {
    let entry = tx.get(&record::adopted_key()?).await?;
    entry.map(|entry| record::decode_adopted(entry.value.as_bytes())).transpose()
}

fn told(policy: PolicyHash, by: Actor, now: Timestamp) -> Event {
    let event = Event::new(What::PolicyAdopted, by, now);
    match policy.as_bytes().first_chunk() {
        Some(half) => event.correlation(CorrelationId::from_bytes(*half)),
        None => event,
    }
}
