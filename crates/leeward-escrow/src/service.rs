use crate::{
    EscrowError, EscrowId, PublicKey, SealedSet, Trustee,
    record::{self, Kept},
};
use jiff::Timestamp;
use leeward_event::{Action, Actor, CorrelationId, Event, Outcome, StaffId, Subject};
use leeward_store::{Scan, Store, Tx};
use ring::rand::SystemRandom;
use std::fmt;

/// Keeps sealed sets, and takes openings and rehearsals from step to step.
///
/// It sees no secret, no share and no private key. Whoever calls it says who acts, and has signed them in.
#[derive(Clone)]
pub struct Escrows {
    pub(crate) store: Store,
    pub(crate) rng: SystemRandom,
}

impl Escrows {
    /// Keeps its records in `store`, whose handle seals.
    #[must_use]
    pub fn new(store: &Store) -> Self {
        Self { store: store.clone(), rng: SystemRandom::new() }
    }

    /// Makes somebody a trustee, or gives a trustee a new key. Sets that were sealed to the old one stay sealed
    /// to it.
    ///
    /// # Errors
    /// Those of the store and the random source.
    pub async fn enrol(&self, trustee: &Trustee, by: Actor, now: Timestamp) -> Result<(), EscrowError> {
        let event = Event::new(Action::TrusteeChanged, by, now).about(Subject::Staff(trustee.staff));
        let (key, bytes) = (&record::trustee_key(trustee.staff)?, &trustee.key.encode());
        let written = self.store.transact(|tx| async move {
            tx.put(key, bytes.clone())?;
            self.tell(&tx, &event)
        });
        written.await
    }

    /// Takes somebody from the trustees to whom new secrets may be sealed. The shares they hold they keep.
    ///
    /// # Errors
    /// [`EscrowError::NotEnrolled`]; those of the store and the random source.
    pub async fn retire(&self, staff: StaffId, by: Actor, now: Timestamp) -> Result<(), EscrowError> {
        let event = Event::new(Action::TrusteeChanged, by, now).about(Subject::Staff(staff));
        let (key, event) = (&record::trustee_key(staff)?, event.reason(leeward_event::Reason::Revoked));
        let written = self.store.transact(|tx| async move {
            tx.get(key).await?.ok_or(EscrowError::NotEnrolled)?;
            tx.delete(key)?;
            self.tell(&tx, &event)
        });
        written.await
    }

    /// A trustee of the directory. Whoever seals to them compares [`PublicKey::id`] with them once: who controls
    /// the service could show another key.
    ///
    /// # Errors
    /// [`EscrowError::NotEnrolled`]; [`EscrowError::Corrupt`]; [`EscrowError::UnknownSuite`]; those of the
    /// store.
    pub async fn trustee(&self, staff: StaffId) -> Result<Trustee, EscrowError> {
        let entry = self.store.get(&record::trustee_key(staff)?).await?.ok_or(EscrowError::NotEnrolled)?;
        Ok(Trustee { staff, key: record::decode_trustee(entry.value.as_bytes())? })
    }

    /// Keeps a set that somebody has sealed, to trustees of the directory.
    ///
    /// # Errors
    /// [`EscrowError::Exists`]; [`EscrowError::NotEnrolled`]; [`EscrowError::Corrupt`]; those of the store and
    /// the random source.
    pub async fn deposit(&self, set: &SealedSet, by: Actor, now: Timestamp) -> Result<EscrowId, EscrowError> {
        let (id, key, event) =
            (set.id, &record::set_key(set.id)?, about(Action::EscrowDeposited, by, set.id, now));
        let kept = self.store.transact(|tx| async move {
            if tx.get(key).await?.is_some() {
                return Err(EscrowError::Exists);
            }
            for trustee in set.trustees() {
                enrolled(&tx, trustee).await?;
            }
            tx.put(key, set.encode())?;
            self.tell(&tx, &event)
        });
        kept.await.map(|()| id)
    }

    /// Keeps a new dealing in place of the one before, whose sealed shares go. Requests and rehearsals of before
    /// end with it; what trustees gave to such requests goes after it, in steps. Called again with the same
    /// dealing, it goes on with what a failed call left.
    ///
    /// That the shares are those of the same secret, nobody can see who has not opened them: whoever calls this
    /// is trusted with the secret's being there at all, like whoever deposited it.
    ///
    /// # Errors
    /// [`EscrowError::OtherGeneration`] when it is not [dealt anew](SealedSet::deal_anew) from what is kept;
    /// [`EscrowError::NotEnrolled`]; as [`set`](Self::set); [`EscrowError::Random`].
    pub async fn replace(&self, next: &SealedSet, by: Actor, now: Timestamp) -> Result<(), EscrowError> {
        let (key, event) = (&record::set_key(next.id)?, about(Action::EscrowReshared, by, next.id, now));
        let replaced = self.store.transact(|tx| async move {
            let before = self.set_in(&tx, next.id).await?;
            if before == *next {
                return Ok(());
            }
            if !before.is_followed_by(next) {
                return Err(EscrowError::OtherGeneration);
            }
            for trustee in next.trustees() {
                enrolled(&tx, trustee).await?;
            }
            tx.put(key, next.encode())?;
            self.tell(&tx, &event)
        });
        replaced.await?;
        self.supersede(next, by, now).await
    }

    /// A set as it is kept: who its trustees are, and under which policy.
    ///
    /// # Errors
    /// [`EscrowError::NotFound`]; [`EscrowError::Shredded`]; [`EscrowError::Corrupt`]; those of the store.
    pub async fn set(&self, id: EscrowId) -> Result<SealedSet, EscrowError> {
        let entry = self.store.get(&record::set_key(id)?).await?;
        sealed(entry.as_ref().map(|entry| entry.value.as_bytes()), id)
    }

    /// Destroys the shares, the requests with what was given to them, and the rehearsals. From the first write
    /// on nothing opens the secret; what else is kept goes after it, in steps, and a second call goes on with
    /// what a failed one left.
    ///
    /// Backups that are older hold the shares still, each sealed to its trustee.
    ///
    /// # Errors
    /// [`EscrowError::NotFound`]; those of the store and the random source.
    pub async fn shred(&self, id: EscrowId, by: Actor, now: Timestamp) -> Result<(), EscrowError> {
        let (key, event) = (&record::set_key(id)?, about(Action::EscrowShredded, by, id, now));
        let shredded = self.store.transact(|tx| async move {
            let entry = tx.get(key).await?.ok_or(EscrowError::NotFound)?;
            if entry.value.as_bytes() == Kept::SHREDDED {
                return Ok(());
            }
            tx.put(key, Kept::SHREDDED.to_vec())?;
            self.tell(&tx, &event)
        });
        shredded.await?;
        for prefix in record::leftovers(id)? {
            loop {
                let page = self.store.scan(&Scan::all(prefix.clone())).await?;
                let mut batch = leeward_store::Batch::new();
                for item in page.items {
                    batch.delete(item.key, leeward_store::Expect::Any);
                }
                if batch.is_empty() {
                    break;
                }
                self.store.commit(batch).await?;
            }
        }
        Ok(())
    }

    /// The set as this transaction found it, which must still hold when its writes are committed.
    pub(crate) async fn set_in(&self, tx: &Tx, id: EscrowId) -> Result<SealedSet, EscrowError> {
        let entry = tx.get(&record::set_key(id)?).await?;
        sealed(entry.as_ref().map(|entry| entry.value.as_bytes()), id)
    }

    pub(crate) fn tell(&self, tx: &Tx, event: &Event) -> Result<(), EscrowError> {
        tx.stage(|batch| event.stage(batch, &self.rng).map_err(EscrowError::from))
    }
}

fn sealed(bytes: Option<&[u8]>, id: EscrowId) -> Result<SealedSet, EscrowError> {
    match Kept::decode(bytes.ok_or(EscrowError::NotFound)?, id)? {
        Kept::Sealed(set) => Ok(set),
        Kept::Shredded => Err(EscrowError::Shredded),
    }
}

async fn enrolled(tx: &Tx, trustee: &Trustee) -> Result<(), EscrowError> {
    let entry = tx.get(&record::trustee_key(trustee.staff)?).await?.ok_or(EscrowError::NotEnrolled)?;
    let key: PublicKey = record::decode_trustee(entry.value.as_bytes())?;
    if key == trustee.key { Ok(()) } else { Err(EscrowError::NotEnrolled) }
}

fn about(action: Action, by: Actor, id: EscrowId, now: Timestamp) -> Event {
    Event::new(action, by, now).about(id.subject).correlation(id.correlation())
}

pub(crate) fn step(action: Action, by: Actor, on: (Subject, CorrelationId), now: Timestamp) -> Event {
    Event::new(action, by, now).about(on.0).correlation(on.1)
}

pub(crate) const fn failed(event: Event, reason: leeward_event::Reason) -> Event {
    event.outcome(Outcome::Failure).reason(reason)
}

impl fmt::Debug for Escrows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Escrows").finish_non_exhaustive()
    }
}
