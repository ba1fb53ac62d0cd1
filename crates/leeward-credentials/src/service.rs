use crate::{
    Chooser, CredentialError, ForeignHash, Governor, HashedPassphrase, Passphrase, PasswordPolicy, Salt,
    record::PassphraseRecord,
};
use jiff::Timestamp;
use leeward_event::{
    Action, Actor, AuthenticatorId, Event, Outcome, Reason, StaffId, Subject,
    assurance::{FactorKind, ProvedFactor},
};
use leeward_notify::{Notice, NoticeKind};
use leeward_store::{Batch, Entry, Expect, Key, Space, Store, StoreError, Value, Version};
use leeward_throttle::{Admitted, Gate, Guess, Lane};
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
    /// for the caller to decide. The record, its event and the notice that is due are written together.
    /// Sessions that the old passphrase started are not ended here, and what the throttle counted of the
    /// old one is for [`Throttle::rebound`](leeward_throttle::Throttle::rebound) to forget.
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
        self.policy.check(passphrase, &Chooser::new())?;
        let authenticator = AuthenticatorId::generate(&self.rng)?;
        let governor = self.governor.in_lane(Lane::OnDuty);
        let hashed = governor.hash(passphrase, Salt::generate(&self.rng)?).await?;
        let record = PassphraseRecord { authenticator, set_at: now, hashed };

        let mut batch = Batch::new();
        batch.put(key(account)?, Expect::Any, record.to_value());
        self.tell_of_change(&mut batch, account, by, now)?;
        Notice::new(account, NoticeKind::PassphraseSet, now).stage(&mut batch, &self.rng)?;
        self.store.commit(batch).await?;
        Ok(authenticator)
    }

    /// Takes over what another service kept of the passphrase of `account`, which goes on to sign in with
    /// it. What is stored is an Argon2id hash of that hash, with today's parameters and pepper; at the first
    /// sign-in the passphrase is hashed anew, and nothing of the old scheme is left.
    ///
    /// No policy is asked, since the passphrase is not known, and no notice is due, since it is the same.
    /// It waits behind everybody who signs in from a known device: try again when it is
    /// [`Busy`](CredentialError::Busy).
    ///
    /// # Errors
    /// [`CredentialError::Enrolled`] when the account has a passphrase;
    /// [`CredentialError::CostlyParams`] over the ceiling; [`CredentialError::Busy`];
    /// [`CredentialError::NotComputed`]; [`CredentialError::Random`]; [`CredentialError::Store`].
    pub async fn import(
        &self,
        account: StaffId,
        foreign: &ForeignHash,
        by: Actor,
        now: Timestamp,
    ) -> Result<AuthenticatorId, CredentialError> {
        let authenticator = AuthenticatorId::generate(&self.rng)?;
        let governor = self.governor.in_lane(Lane::OnDuty);
        let hashed = governor.import(foreign, Salt::generate(&self.rng)?).await?;
        let record = PassphraseRecord { authenticator, set_at: now, hashed };

        let mut batch = Batch::new();
        batch.put(key(account)?, Expect::Absent, record.to_value());
        self.tell_of_change(&mut batch, account, by, now)?;
        match self.store.commit(batch).await {
            Ok(_) => Ok(authenticator),
            Err(StoreError::Conflict { .. }) => Err(CredentialError::Enrolled),
            Err(error) => Err(error.into()),
        }
    }

    /// Checks the passphrase of `account`, and makes the value that signing in requires.
    ///
    /// The gate, made for this account and [`Guess::Passphrase`], says in which lane the work waits. A right
    /// passphrase clears what the throttle counted, in the same commit; work that was not done gives the
    /// attempt back.
    ///
    /// An account without a passphrase takes the same path as a wrong one: the same work in the same
    /// queue, a commit, the same error. An event is written either way, and a hash made otherwise than
    /// today's is made anew when its passphrase is right; see [`Governor::check`] and
    /// [`GovernorConfig::migrating`](crate::GovernorConfig::migrating) for how long it takes until then.
    ///
    /// # Errors
    /// [`CredentialError::Throttle`] for a gate of another account or guess, or an old one;
    /// [`CredentialError::Rejected`] for an account or passphrase that is not right;
    /// [`CredentialError::Busy`]; [`CredentialError::NotComputed`]; [`CredentialError::MissingPepper`];
    /// [`CredentialError::CostlyParams`] and [`CredentialError::Record`] for a record that was not written
    /// by this service; [`CredentialError::Random`]; [`CredentialError::Store`]. Only [`Ok`] proves
    /// anything.
    pub async fn verify(
        &self,
        gate: Gate,
        account: StaffId,
        passphrase: &Passphrase,
        now: Timestamp,
    ) -> Result<ProvedFactor, CredentialError> {
        let admitted = gate.admit(account, Guess::Passphrase, now)?;
        let judged = self.judge(&admitted, account, passphrase, now).await;
        if !matches!(judged, Ok(_) | Err(CredentialError::Rejected)) {
            // Where the store does not take it back either, the attempt stays counted.
            let _ = admitted.refund().await;
        }
        judged
    }

    async fn judge(
        &self,
        admitted: &Admitted,
        account: StaffId,
        passphrase: &Passphrase,
        now: Timestamp,
    ) -> Result<ProvedFactor, CredentialError> {
        let (key, governor) = (&key(account)?, &self.governor.in_lane(admitted.lane()));
        for _ in 0..MAX_ROUNDS {
            let seen = self.read(key).await?;
            let matched = matches(governor, seen.as_ref(), passphrase).await?;
            let renewed = match &matched {
                Some(record) => self.renewed(governor, record, passphrase).await,
                None => None,
            };
            let event = checked(account, seen.is_some(), matched.is_some(), now);
            let version = seen.as_ref().map(|seen| seen.version);
            let cleared = matched.map(|_| admitted);
            if self.conclude(key, version, renewed.as_ref(), cleared, event).await? {
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

    /// The record with a hash as it is made today, if it is not. A governor without room is no reason
    /// to turn a person away: it is made another time.
    async fn renewed(
        &self,
        governor: &Governor,
        record: &PassphraseRecord,
        passphrase: &Passphrase,
    ) -> Option<Value> {
        if !governor.is_outdated(&record.hashed) {
            return None;
        }
        let salt = Salt::generate(&self.rng).ok()?;
        let hashed: HashedPassphrase = governor.hash(passphrase, salt).await.ok()?;
        let (authenticator, set_at) = (record.authenticator, record.set_at);
        Some(PassphraseRecord { authenticator, set_at, hashed }.to_value())
    }

    /// Writes what came of it, if the record is still the one that was checked.
    async fn conclude(
        &self,
        key: &Key,
        checked: Option<Version>,
        renewed: Option<&Value>,
        cleared: Option<&Admitted>,
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
                if let Some(admitted) = cleared {
                    tx.stage(|batch| admitted.succeeded(batch))?;
                }
                tx.stage(|batch| event.stage(batch, rng))?;
                Ok(true)
            })
            .await
    }

    fn tell_of_change(
        &self,
        batch: &mut Batch,
        account: StaffId,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), CredentialError> {
        let event = Event::new(Action::PassphraseSet, by, now).about(Subject::Staff(account));
        Ok(event.stage(batch, &self.rng)?)
    }
}

/// The record, if the passphrase is its own.
async fn matches<'a>(
    governor: &Governor,
    seen: Option<&'a Seen>,
    passphrase: &Passphrase,
) -> Result<Option<&'a PassphraseRecord>, CredentialError> {
    let Some(Seen { record, .. }) = seen else {
        governor.check_nothing(passphrase).await?;
        return Ok(None);
    };
    let matched = governor.check(passphrase, &record.hashed).await?;
    Ok(matched.then_some(record))
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
