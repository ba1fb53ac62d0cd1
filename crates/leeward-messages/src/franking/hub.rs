use super::{AbuseReport, Agents, FrankingTag, HubKeys, Stamp, VerifiedReport};
use crate::{Error, MemberId};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{Action, Actor, ConversationId, CorrelationId, Event};
use leeward_store::{Key, Space, Store, StoreError, Tx, Value};
use ring::rand::SystemRandom;
use std::fmt;

const HUB_KEYS: Space = Space::sealed("messages.hub-keys");

/// The hub's side of franking, its keys in a [`Store`]. Belongs to whoever runs the delivery service. Cheap
/// to clone; any number of machines may share the store.
#[derive(Clone)]
pub struct Hub {
    store: Store,
    rng: SystemRandom,
}

impl Hub {
    /// A hub whose keys are in this store, which must seal what it keeps.
    #[must_use]
    pub fn new(store: &Store) -> Self {
        Self { store: store.clone(), rng: SystemRandom::new() }
    }

    /// The keys in use, which are made when there are none.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Random`], [`Error::Corrupt`].
    pub async fn keys(&self) -> Result<HubKeys, Error> {
        let key = &key()?;
        self.store.transact(|tx| async move { self.load(&tx, key).await }).await
    }

    /// The public halves, for clients.
    ///
    /// # Errors
    /// As [`keys`](Self::keys).
    pub async fn agents(&self) -> Result<Agents, Error> {
        Ok(self.keys().await?.agents())
    }

    /// Stamps a message on acceptance: [`HubKeys::stamp`].
    ///
    /// # Errors
    /// As [`keys`](Self::keys).
    pub async fn stamp(
        &self,
        tag: &FrankingTag,
        sender: MemberId,
        conversation: ConversationId,
        now: Timestamp,
    ) -> Result<Stamp, Error> {
        self.keys().await?.stamp(tag, sender, conversation, now)
    }

    /// Stamps with a new key from now on, and forgets those that were retired longer ago than messages may
    /// be reported.
    ///
    /// # Errors
    /// As [`keys`](Self::keys), and [`Error::TooManyKeys`].
    pub async fn rotate(&self, retention: SignedDuration, now: Timestamp) -> Result<(), Error> {
        let key = &key()?;
        self.store
            .transact(|tx| async move {
                let mut keys = self.load(&tx, key).await?;
                keys.forget(retention, now);
                keys.rotate(now, &self.rng)?;
                save(&tx, key, &keys)
            })
            .await
    }

    /// Verifies a report: [`HubKeys::verify`]. That it is true, and who brought it, is an event; what was
    /// said is not in it. A report that is not true leaves no trace.
    ///
    /// # Errors
    /// [`Error::Report`] when it is not true; [`Error::Event`], and as [`keys`](Self::keys).
    pub async fn report(
        &self,
        reporter: MemberId,
        report: &AbuseReport,
        now: Timestamp,
    ) -> Result<VerifiedReport, Error> {
        let key = &key()?;
        self.store
            .transact(|tx| async move {
                let verified = self.load(&tx, key).await?.verify(report)?;
                let correlation = CorrelationId::from_bytes(*verified.conversation().as_bytes());
                let event = Event::new(Action::MessageReported, Actor::from(reporter), now)
                    .about(verified.sender().into())
                    .correlation(correlation);
                tx.stage(|batch| event.stage(batch, &self.rng).map_err(Error::from))?;
                Ok(verified)
            })
            .await
    }

    /// The keys, read in the transaction that needs them.
    pub(crate) async fn keys_in(&self, tx: &Tx) -> Result<HubKeys, Error> {
        self.load(tx, &key()?).await
    }

    async fn load(&self, tx: &Tx, key: &Key) -> Result<HubKeys, Error> {
        if let Some(entry) = tx.get(key).await? {
            return HubKeys::decode(entry.value.as_bytes());
        }
        let keys = HubKeys::generate(&self.rng)?;
        save(tx, key, &keys)?;
        Ok(keys)
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub").finish_non_exhaustive()
    }
}

fn key() -> Result<Key, StoreError> {
    HUB_KEYS.key(&[b"franking"])
}

fn save(tx: &Tx, key: &Key, keys: &HubKeys) -> Result<(), Error> {
    // Handed over without a copy that nobody wipes.
    let value = Value::new(std::mem::take(&mut *keys.encode()?));
    Ok(tx.put(key, value)?)
}
