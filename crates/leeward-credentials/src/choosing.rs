//! What is asked of a passphrase before it is set, and how one is made to be changed.

use crate::{
    Chooser, CredentialError, Credentials, Governor, HashedPassphrase, Passphrase, Refusal, Salt, Score,
    Strength,
    breach::{BreachCheck, BreachHash, BreachVerdict, OnError},
    change::ForcedChange,
    history::History,
    policy::BreachRule,
    record::PassphraseRecord,
    service::{MAX_ROUNDS, PASSPHRASE, unless_erased},
};
use jiff::Timestamp;
use leeward_event::{
    Action, Actor, AuthenticatorId, Event, Reason, StaffId, Subject,
    assurance::{FactorKind, SignIn},
};
use leeward_notify::{Notice, NoticeKind};
use leeward_store::{Batch, Expect, Key, Space, StoreError};
use leeward_throttle::Lane;
use std::sync::Arc;

const HISTORY: Space = Space::sealed_for("credentials.history", 0);
pub(crate) const CHANGE: Space = Space::sealed_for("credentials.change", 0);

/// The rows of one account.
struct Rows {
    account: StaffId,
    passphrase: Key,
    history: Key,
    change: Key,
}

/// What the account had until now, and what of it has to be there still when the new one is written.
struct Past {
    passphrase: Expect,
    forced: Expect,
    /// Those that may not be chosen again, the present one first.
    used: History,
}

impl Credentials {
    /// Gives `account` a passphrase that a person chose, in place of any it had, as a new authenticator.
    ///
    /// Everything that the policy asks is checked, the meter, the breach check and the history included,
    /// each in the governor's pool; the present one may be chosen again, unless the policy has a history or a
    /// greatest age, or the change is forced. The event says that it was done `by` the account itself or by whoever
    /// enrolled it; who may is for the caller to decide. The record, its event and the notice that is due
    /// are written together, and a [forced change](Self::force_change) is over. Sessions that the old
    /// passphrase started are not ended here, and what the throttle counted of the old one is for
    /// [`Throttle::rebound`](leeward_throttle::Throttle::rebound) to forget.
    ///
    /// # Errors
    /// [`CredentialError::Refused`] by the policy; [`CredentialError::NoBreachCheck`];
    /// [`CredentialError::Busy`]; [`CredentialError::NotComputed`]; [`CredentialError::Random`];
    /// [`CredentialError::Record`] for a history that was not written by this service;
    /// [`CredentialError::Store`].
    pub async fn choose(
        &self,
        account: StaffId,
        passphrase: &Passphrase,
        chooser: &Chooser,
        by: Actor,
        now: Timestamp,
    ) -> Result<AuthenticatorId, CredentialError> {
        self.put_new(account, passphrase, chooser, None, by, now).await
    }

    /// Lets the owner of an account [choose](Self::choose) a new passphrase in place of the one that `present`
    /// proved (ASVS 5.0 6.2.3): [verify](Self::verify) that one, or take what was proved out of a
    /// [`ChangeDue`](crate::ChangeDue), and add the second factor of whoever has one. The proof is good for
    /// [`SignIn::PROOF_LASTS`], and for one change. The present one is not a new one.
    ///
    /// # Errors
    /// [`CredentialError::Rejected`] when no passphrase was proved, or not lately, or not the one that the
    /// account has when the new one is written; otherwise as [`choose`](Self::choose).
    pub async fn change(
        &self,
        present: &SignIn,
        passphrase: &Passphrase,
        chooser: &Chooser,
        now: Timestamp,
    ) -> Result<AuthenticatorId, CredentialError> {
        let account = present.account();
        let proved = proved_passphrase(present, now).ok_or(CredentialError::Rejected)?;
        self.put_new(account, passphrase, chooser, Some(proved), Actor::Staff(account), now).await
    }

    /// In place of `present`, if one is named, and otherwise of any.
    async fn put_new(
        &self,
        account: StaffId,
        passphrase: &Passphrase,
        chooser: &Chooser,
        present: Option<AuthenticatorId>,
        by: Actor,
        now: Timestamp,
    ) -> Result<AuthenticatorId, CredentialError> {
        let (rows, governor) = (Rows::of(account)?, self.governor.in_lane(Lane::OnDuty));
        let unchecked = self.may_choose(&governor, passphrase, chooser).await?;
        let authenticator = AuthenticatorId::generate(&self.rng)?;
        let event = Event::new(Action::PassphraseSet, by, now).about(Subject::Staff(account));
        let event = if unchecked { event.reason(Reason::FactsUnavailable) } else { event };
        let mut made: Option<PassphraseRecord> = None;
        for _ in 0..MAX_ROUNDS {
            let past = self.past(&rows, present).await?;
            refuse_used(&governor, passphrase, past.used.entries()).await?;
            let record = match made.take() {
                Some(record) => record,
                None => {
                    let hashed = governor.hash(passphrase, Salt::generate(&self.rng)?).await?;
                    PassphraseRecord { authenticator, set_at: now, hashed }
                }
            };
            let batch = self.change_of(&rows, &record, past, &event)?;
            match self.store.commit(batch).await {
                Ok(_) => return Ok(authenticator),
                Err(StoreError::Conflict { .. }) => made = Some(record),
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Contended { attempts: MAX_ROUNDS }.into())
    }

    /// Makes the owner of `account` change the passphrase, since there is evidence that somebody else knows
    /// it (NIST SP 800-63B-4 3.1.1.2 item 6): from now on the right one is answered with
    /// [`CredentialError::ChangeDue`], until another is set. Answers whether there was one to change.
    ///
    /// The event and the notice that is due are written with it. Sessions are not ended here.
    ///
    /// # Errors
    /// [`CredentialError::Record`] for a record that was not written by this service;
    /// [`CredentialError::Random`]; [`CredentialError::Store`].
    pub async fn force_change(
        &self,
        account: StaffId,
        by: Actor,
        now: Timestamp,
    ) -> Result<bool, CredentialError> {
        let (rows, rng) = (&Rows::of(account)?, &self.rng);
        let event = Event::new(Action::PassphraseChangeForced, by, now).about(Subject::Staff(account));
        let event = &event.reason(Reason::Compromise);
        let notice = &Notice::new(account, NoticeKind::PassphraseChangeForced, now);
        self.store
            .transact(|tx| async move {
                let Some(entry) = unless_erased(tx.get(&rows.passphrase).await)? else { return Ok(false) };
                let authenticator = PassphraseRecord::from_bytes(entry.value.as_bytes())?.authenticator;
                tx.put(&rows.change, ForcedChange { authenticator, at: now }.to_value())?;
                tx.stage(|batch| event.stage(batch, rng))?;
                tx.stage(|batch| notice.stage(batch, rng))?;
                Ok(true)
            })
            .await
    }

    /// What the policy asks beside the history. Answers whether a breach check was due and failed open.
    async fn may_choose(
        &self,
        governor: &Governor,
        passphrase: &Passphrase,
        chooser: &Chooser,
    ) -> Result<bool, CredentialError> {
        self.policy.check(passphrase, chooser)?;
        if self.policy.min_score > Score::Zero {
            let strength = governor.measure(passphrase, &self.policy, chooser).await?;
            refuse_weak(&strength, self.policy.min_score)?;
        }
        match self.policy.breach {
            BreachRule::NotAsked => Ok(false),
            BreachRule::FailOpen => self.refuse_breached(governor, passphrase, OnError::FailOpen).await,
            BreachRule::FailClosed => self.refuse_breached(governor, passphrase, OnError::FailClosed).await,
        }
    }

    async fn refuse_breached(
        &self,
        governor: &Governor,
        passphrase: &Passphrase,
        on_error: OnError,
    ) -> Result<bool, CredentialError> {
        let check: Arc<BreachCheck> = self.breach.clone().ok_or(CredentialError::NoBreachCheck)?;
        let hash = BreachHash::of(passphrase);
        match governor.run(move || check.check_hash(&hash, on_error)).await? {
            Ok(BreachVerdict::Breached { .. }) => Err(Refusal::Breached.into()),
            Ok(verdict) => Ok(matches!(verdict, BreachVerdict::Unchecked(_))),
            Err(_) => Err(Refusal::BreachUnknown.into()),
        }
    }

    /// Where neither the policy, a forced change nor the owner asks what was there, it is not read.
    async fn past(&self, rows: &Rows, proved: Option<AuthenticatorId>) -> Result<Past, CredentialError> {
        let mark = unless_erased(self.store.get(&rows.change).await)?;
        let forced = mark.map_or(Expect::Absent, |entry| Expect::Exactly(entry.version));
        let another = proved.is_some() || forced != Expect::Absent || self.policy.max_age_days.is_some();
        if self.policy.history == 0 && !another {
            return Ok(Past { passphrase: Expect::Any, forced, used: History::default() });
        }
        let present = unless_erased(self.store.get(&rows.passphrase).await)?;
        // Read last: a history that is newer than the present one is no harm, since the commit then conflicts.
        let earlier = self.earlier(rows).await?;
        match present {
            Some(entry) => {
                let record = PassphraseRecord::from_bytes(entry.value.as_bytes())?;
                if proved.is_some_and(|proved| proved != record.authenticator) {
                    return Err(CredentialError::Rejected);
                }
                let used = earlier.after(record.hashed);
                Ok(Past { passphrase: Expect::Exactly(entry.version), forced, used })
            }
            None if proved.is_some() => Err(CredentialError::Rejected),
            None => Ok(Past { passphrase: Expect::Absent, forced, used: earlier }),
        }
    }

    async fn earlier(&self, rows: &Rows) -> Result<History, CredentialError> {
        if self.policy.history == 0 {
            return Ok(History::default());
        }
        let Some(entry) = unless_erased(self.store.get(&rows.history).await)? else {
            return Ok(History::default());
        };
        Ok(History::from_bytes(entry.value.as_bytes())?.kept(self.policy.history))
    }

    fn change_of(
        &self,
        rows: &Rows,
        record: &PassphraseRecord,
        past: Past,
        event: &Event,
    ) -> Result<Batch, CredentialError> {
        let mut batch = Batch::new();
        batch.put(rows.passphrase.clone(), past.passphrase, record.to_value());
        match past.forced {
            Expect::Absent => batch.check(rows.change.clone(), Expect::Absent),
            mark => batch.delete(rows.change.clone(), mark),
        };
        let used = past.used.kept(self.policy.history);
        if used.entries().is_empty() {
            batch.delete(rows.history.clone(), Expect::Any);
        } else {
            batch.put(rows.history.clone(), Expect::Any, used.to_value());
        }
        event.stage(&mut batch, &self.rng)?;
        Notice::new(rows.account, NoticeKind::PassphraseSet, record.set_at).stage(&mut batch, &self.rng)?;
        Ok(batch)
    }
}

impl Rows {
    fn of(account: StaffId) -> Result<Self, StoreError> {
        let key = |space: Space| space.key(&[account.as_bytes()]);
        Ok(Self { account, passphrase: key(PASSPHRASE)?, history: key(HISTORY)?, change: key(CHANGE)? })
    }
}

fn proved_passphrase(present: &SignIn, now: Timestamp) -> Option<AuthenticatorId> {
    let mut proofs = present.proofs().iter().filter(|proof| proof.is_within(SignIn::PROOF_LASTS, now));
    proofs.find(|proof| proof.kind() == FactorKind::Passphrase).map(|proof| proof.authenticator())
}

fn refuse_weak(strength: &Strength, min: Score) -> Result<(), Refusal> {
    let is = strength.score();
    if is < min { Err(Refusal::TooWeak { is, min }) } else { Ok(()) }
}

/// One hash for each. What can no longer be computed, since its pepper is gone or it costs more than the
/// ceiling, can no longer be compared, and is no reason to refuse every change.
async fn refuse_used(
    governor: &Governor,
    passphrase: &Passphrase,
    used: &[HashedPassphrase],
) -> Result<(), CredentialError> {
    for hashed in used {
        match governor.check(passphrase, hashed).await {
            Ok(true) => return Err(Refusal::UsedBefore.into()),
            Ok(false) | Err(CredentialError::MissingPepper | CredentialError::CostlyParams) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
