use crate::{
    CredentialError, Governor, HashedPassphrase, Passphrase, PasswordPolicy, Salt, record::PassphraseRecord,
};
use jiff::Timestamp;
use leeward_event::{
    Action, Actor, AuthenticatorId, Event, Outcome, Reason, StaffId, Subject,
    assurance::{FactorKind, ProvedFactor},
};
use leeward_store::{Batch, Entry, Expect, Key, Space, Store, StoreError, Value, Version};
use ring::rand::SystemRandom;
use std::fmt;

const PASSPHRASE: Space = Space::sealed_for("credentials.passphrase", 0);

/// How often a passphrase that changes while it is checked is checked anew.
const MAX_ROUNDS: u32 = 5;

/// Sets and verifies the passphrases of staff.
#[derive(Clone)]
pub struct Credentials {
    store: Store,
    policy: PasswordPolicy,
    governor: Governor,
    rng: SystemRandom,
}

/// A record as it was read.
struct Seen {
    version: Version,
    record: PassphraseRecord,
}

impl Credentials {
    /// Over a store whose handle seals.
    #[must_use]
    pub fn new(store: &Store, policy: PasswordPolicy, governor: Governor) -> Self {
        Self { store: store.clone(), policy, governor, rng: SystemRandom::new() }
    }

    /// Gives `account` a passphrase, in place of any it had, as a new authenticator.
    ///
    /// The event says that it was done `by` the account itself or by whoever enrolled it; who may is
    /// for the caller to decide. The record and its event are written together. Sessions that the old
    /// passphrase started are not ended here.
    ///
    /// # Errors
    /// [`CredentialError::Refused`] by the policy; [`CredentialError::Busy`];
    /// [`CredentialError::NotComputed`]; [`CredentialError::Random`]; [`CredentialError::Store`].
    pub async fn set(
        &self,
        account: StaffId,
        passphrase: &Passphrase,
        by: Actor,
        now: Timestamp,
    ) -> Result<AuthenticatorId, CredentialError> {
        self.policy.check(passphrase)?;
        let authenticator = AuthenticatorId::generate(&self.rng)?;
        let hashed = self.governor.hash(passphrase, Salt::generate(&self.rng)?).await?;
        let record = PassphraseRecord { authenticator, set_at: now, hashed };

        let mut batch = Batch::new();
        batch.put(key(account)?, Expect::Any, record.to_value());
        let event = Event::new(Action::PassphraseSet, by, now);
        event.about(Subject::Staff(account)).stage(&mut batch, &self.rng)?;
        self.store.commit(batch).await?;
        Ok(authenticator)
    }

    /// Checks the passphrase of `account`, and makes the value that signing in requires.
    ///
    /// An account without a passphrase takes the same path as a wrong one: the same work in the same
    /// queue, a commit, the same error. An event is written either way, and a hash made with other
    /// parameters than today's is made anew; until then it takes the time of those parameters. Guesses
    /// are not counted here: put a throttle before it.
    ///
    /// # Errors
    /// [`CredentialError::Rejected`] for an account or passphrase that is not right;
    /// [`CredentialError::Busy`]; [`CredentialError::NotComputed`]; [`CredentialError::CostlyParams`]
    /// and [`CredentialError::Record`] for a record that was not written by this service;
    /// [`CredentialError::Random`]; [`CredentialError::Store`]. Only [`Ok`] proves anything.
    pub async fn verify(
        &self,
        account: StaffId,
        passphrase: &Passphrase,
        now: Timestamp,
    ) -> Result<ProvedFactor, CredentialError> {
        let key = &key(account)?;
        for _ in 0..MAX_ROUNDS {
            let seen = self.read(key).await?;
            let matched = self.matches(seen.as_ref(), passphrase).await?;
            let renewed = match &matched {
                Some(record) => self.renewed(record, passphrase).await,
                None => None,
            };
            let event = checked(account, seen.is_some(), matched.is_some(), now);
            let version = seen.as_ref().map(|seen| seen.version);
            if self.conclude(key, version, renewed.as_ref(), event).await? {
                let authenticator = matched.ok_or(CredentialError::Rejected)?.authenticator;
                let kind = FactorKind::Passphrase;
                return Ok(ProvedFactor::assume_proved(account, kind, authenticator, now));
            }
        }
        Err(StoreError::Contended { attempts: MAX_ROUNDS }.into())
    }

    async fn read(&self, key: &Key) -> Result<Option<Seen>, CredentialError> {
        let Some(entry) = unless_erased(self.store.get(key).await)? else { return Ok(None) };
        let record = PassphraseRecord::from_bytes(entry.value.as_bytes())?;
        Ok(Some(Seen { version: entry.version, record }))
    }

    /// The record, if the passphrase is its own.
    async fn matches<'a>(
        &self,
        seen: Option<&'a Seen>,
        passphrase: &Passphrase,
    ) -> Result<Option<&'a PassphraseRecord>, CredentialError> {
        let Some(Seen { record, .. }) = seen else {
            self.governor.check_nothing(passphrase).await?;
            return Ok(None);
        };
        let matched = self.governor.check(passphrase, &record.hashed).await?;
        Ok(matched.then_some(record))
    }

    /// The record with a hash as it is made today, if it is not. A governor without room is no reason
    /// to turn a person away: it is made another time.
    async fn renewed(&self, record: &PassphraseRecord, passphrase: &Passphrase) -> Option<Value> {
        if !record.hashed.is_outdated(self.governor.params()) {
            return None;
        }
        let salt = Salt::generate(&self.rng).ok()?;
        let hashed: HashedPassphrase = self.governor.hash(passphrase, salt).await.ok()?;
        let (authenticator, set_at) = (record.authenticator, record.set_at);
        Some(PassphraseRecord { authenticator, set_at, hashed }.to_value())
    }

    /// Writes what came of it, if the record is still the one that was checked.
    async fn conclude(
        &self,
        key: &Key,
        checked: Option<Version>,
        renewed: Option<&Value>,
        event: Event,
    ) -> Result<bool, CredentialError> {
        let rng = &self.rng;
        self.store
            .transact(|tx| async move {
                let current = unless_erased(tx.get(key).await)?;
                if current.map(|entry| entry.version) != checked {
                    return Ok(false);
                }
                if let Some(value) = renewed {
                    tx.put(key, value.clone())?;
                }
                tx.stage(|batch| event.stage(batch, rng))?;
                Ok(true)
            })
            .await
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("policy", &self.policy).finish_non_exhaustive()
    }
}

fn key(account: StaffId) -> Result<Key, StoreError> {
    PASSPHRASE.key(&[account.as_bytes()])
}

/// An erased account is an account that does not exist.
fn unless_erased(read: Result<Option<Entry>, StoreError>) -> Result<Option<Entry>, StoreError> {
    match read {
        Err(StoreError::Erased { .. }) => Ok(None),
        other => other,
    }
}

fn checked(account: StaffId, enrolled: bool, matched: bool, now: Timestamp) -> Event {
    let actor = if matched { Actor::Staff(account) } else { Actor::Unknown };
    let event = Event::new(Action::PassphraseChecked, actor, now).about(Subject::Staff(account));
    match (enrolled, matched) {
        (_, true) => event,
        (true, false) => event.outcome(Outcome::Failure).reason(Reason::WrongSecret),
        (false, false) => event.outcome(Outcome::Failure).reason(Reason::NotEnrolled),
    }
}
