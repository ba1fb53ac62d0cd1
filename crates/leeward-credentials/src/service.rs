use crate::{
    ChangeDue, ChangeReason, Chooser, CredentialError, ForeignHash, Governor, HashedPassphrase, Passphrase,
    PasswordPolicy, Salt, breach::BreachCheck, change::ForcedChange, choosing::CHANGE,
    record::PassphraseRecord,
};
use jiff::Timestamp;
use leeward_event::{
    Action, Actor, AuthenticatorId, Event, Outcome, Reason, StaffId, Subject,
    assurance::{FactorKind, ProvedFactor},
};
use leeward_store::{Batch, Entry, Expect, Key, Space, Store, StoreError, Value, Version};
use leeward_throttle::{Admitted, Gate, Guess, Lane};
use ring::rand::SystemRandom;
use std::{fmt, sync::Arc};

pub(crate) const PASSPHRASE: Space = Space::sealed_for("credentials.passphrase", 0);

/// How often a passphrase that changes while it is checked is checked anew.
pub(crate) const MAX_ROUNDS: u32 = 5;

/// Sets and verifies the passphrases of staff.
#[derive(Clone)]
pub struct Credentials {
    pub(crate) store: Store,
    pub(crate) policy: PasswordPolicy,
    pub(crate) governor: Governor,
    pub(crate) breach: Option<Arc<BreachCheck>>,
    pub(crate) rng: SystemRandom,
}

/// Of the passphrase and of the mark that it must be changed; `None` where there is none.
type Versions = [Option<Version>; 2];

/// A record as it was read.
struct Seen {
    record: PassphraseRecord,
    /// There is evidence that somebody else knows it.
    compromised: bool,
}

impl Credentials {
    /// Over a store whose handle seals.
    #[must_use]
    pub fn new(store: &Store, policy: PasswordPolicy, governor: Governor) -> Self {
        Self { store: store.clone(), policy, governor, breach: None, rng: SystemRandom::new() }
    }

    /// Looks passphrases up among those that became known, where the policy's
    /// [`breach`](PasswordPolicy::breach) asks for it.
    #[must_use]
    pub fn breach_check(mut self, check: Arc<BreachCheck>) -> Self {
        self.breach = Some(check);
        self
    }

    /// Gives `account` a passphrase that nobody chose, such as a [generated](crate::generate_passphrase)
    /// one: [`choose`](Self::choose) by nobody in particular.
    ///
    /// # Errors
    /// As [`choose`](Self::choose).
    pub async fn set(
        &self,
        account: StaffId,
        passphrase: &Passphrase,
        by: Actor,
        now: Timestamp,
    ) -> Result<AuthenticatorId, CredentialError> {
        self.choose(account, passphrase, &Chooser::new(), by, now).await
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
    /// [`CredentialError::ChangeDue`] for a right one that is too old or was found compromised;
    /// [`CredentialError::Busy`]; [`CredentialError::NotComputed`]; [`CredentialError::MissingPepper`];
    /// [`CredentialError::CostlyParams`] and [`CredentialError::Record`] for a record that was not written
    /// by this service; [`CredentialError::Random`]; [`CredentialError::Store`]. Only [`Ok`] and what is
    /// in `ChangeDue` prove anything.
    pub async fn verify(
        &self,
        gate: Gate,
        account: StaffId,
        passphrase: &Passphrase,
        now: Timestamp,
    ) -> Result<ProvedFactor, CredentialError> {
        let admitted = gate.admit(account, Guess::Passphrase, now)?;
        let judged = self.judge(&admitted, account, passphrase, now).await;
        if !was_judged(&judged) {
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
        let rows = &[key(account)?, CHANGE.key(&[account.as_bytes()])?];
        let governor = &self.governor.in_lane(admitted.lane());
        for _ in 0..MAX_ROUNDS {
            let (versions, seen) = self.read(rows).await?;
            let matched = matches(governor, seen.as_ref(), passphrase).await?;
            let renewed = match &matched {
                Some(record) => self.renewed(governor, record, passphrase).await,
                None => None,
            };
            let event = checked(account, seen.is_some(), matched.is_some(), now);
            let cleared = matched.map(|_| admitted);
            if self.conclude(rows, versions, renewed.as_ref(), cleared, event).await? {
                let authenticator = matched.ok_or(CredentialError::Rejected)?.authenticator;
                let kind = FactorKind::Passphrase;
                let proved = ProvedFactor::assume_proved(account, kind, authenticator, now);
                return match seen.and_then(|seen| self.change_due(&seen, now)) {
                    Some(reason) => Err(CredentialError::ChangeDue(Box::new(ChangeDue::new(proved, reason)))),
                    None => Ok(proved),
                };
            }
        }
        Err(StoreError::Contended { attempts: MAX_ROUNDS }.into())
    }

    /// Both rows are read whoever it is.
    async fn read(&self, [key, change]: &[Key; 2]) -> Result<(Versions, Option<Seen>), CredentialError> {
        let entry = unless_erased(self.store.get(key).await)?;
        let change = unless_erased(self.store.get(change).await)?;
        let versions = [version(entry.as_ref()), version(change.as_ref())];
        let Some(Entry { value, .. }) = entry else { return Ok((versions, None)) };
        let record = PassphraseRecord::from_bytes(value.as_bytes())?;
        let forced = change.map(|entry| ForcedChange::from_bytes(entry.value.as_bytes())).transpose()?;
        let compromised = forced.is_some_and(|forced| forced.authenticator == record.authenticator);
        Ok((versions, Some(Seen { record, compromised })))
    }

    fn change_due(&self, seen: &Seen, now: Timestamp) -> Option<ChangeReason> {
        let of_age = ChangeReason::of_age(seen.record.set_at, self.policy.max_age_days, now);
        if seen.compromised { Some(ChangeReason::Compromised) } else { of_age }
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

    /// Writes what came of it, if both rows are still those that were read: who has a change forced and ends
    /// the sessions must not be overtaken by a sign-in that began before.
    async fn conclude(
        &self,
        rows: &[Key; 2],
        checked: Versions,
        renewed: Option<&Value>,
        cleared: Option<&Admitted>,
        event: Event,
    ) -> Result<bool, CredentialError> {
        let rng = &self.rng;
        self.store
            .transact(|tx| async move {
                let [key, change] = rows;
                let (entry, change) = (tx.get(key).await, tx.get(change).await);
                let current = [unless_erased(entry)?, unless_erased(change)?];
                if current.each_ref().map(|entry| version(entry.as_ref())) != checked {
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

/// Whether the attempt was judged, or may have been: what came of it may stand in the store though its
/// answer was lost.
const fn was_judged(judged: &Result<ProvedFactor, CredentialError>) -> bool {
    use CredentialError::{ChangeDue, Rejected, Store};
    matches!(judged, Ok(_) | Err(Rejected | ChangeDue(_) | Store(StoreError::OutcomeUnknown(_))))
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

fn version(entry: Option<&Entry>) -> Option<Version> {
    entry.map(|entry| entry.version)
}

fn key(account: StaffId) -> Result<Key, StoreError> {
    PASSPHRASE.key(&[account.as_bytes()])
}

/// An erased account is an account that does not exist.
pub(crate) fn unless_erased(read: Result<Option<Entry>, StoreError>) -> Result<Option<Entry>, StoreError> {
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
