use crate::{
    MfaError, PendingMfa, Skew, TotpEnrolment, TotpFactor, TotpSecret, Verdict, label::Label, tries::Tries,
};
use jiff::Timestamp;
use leeward_event::{
    Action, Actor, AuthenticatorId, Event, Outcome, Reason, StaffId, Subject,
    assurance::{Aal, FactorKind, ProvedFactor},
};
use leeward_store::{Batch, Entry, Key, Space, Store, StoreError};
use ring::rand::SystemRandom;
use std::fmt;

const TOTP: Space = Space::sealed_for("mfa.totp", 0);

/// Enrols the second factors of staff, and asks for them.
#[derive(Clone)]
pub struct Mfa {
    store: Store,
    issuer: Label,
    skew: Skew,
    rng: SystemRandom,
}

impl Mfa {
    /// Over a store whose handle seals. Authenticator apps show `issuer`, the name of the service,
    /// beside each code; choose one that is safe on a screen others may see.
    ///
    /// # Errors
    /// [`MfaError::Label`] for an issuer that an authenticator could not show.
    pub fn new(store: &Store, issuer: &str) -> Result<Self, MfaError> {
        let issuer = Label::new(issuer)?;
        Ok(Self { store: store.clone(), issuer, skew: Skew::default(), rng: SystemRandom::new() })
    }

    /// How far clocks may differ: [`Skew::OneStep`] by default.
    #[must_use]
    pub const fn skew(mut self, skew: Skew) -> Self {
        self.skew = skew;
        self
    }

    /// Makes a TOTP secret for `account`, which counts once its owner has
    /// [confirmed](TotpEnrolment::confirm) it. Authenticator apps show `label` below the issuer; it is
    /// not stored.
    ///
    /// Who may do so is for the caller to decide: binding a factor takes as strong a sign-in as the
    /// account has (NIST SP 800-63B-4 4.1.2).
    ///
    /// # Errors
    /// [`MfaError::AlreadyEnrolled`]; [`MfaError::Label`]; [`MfaError::Random`]; [`MfaError::Store`].
    pub async fn enrol_totp(
        &self,
        account: StaffId,
        label: &str,
        now: Timestamp,
    ) -> Result<TotpEnrolment, MfaError> {
        let label = Label::new(label)?;
        if self.has_totp(account).await? {
            return Err(MfaError::AlreadyEnrolled);
        }
        let factor = (AuthenticatorId::generate(&self.rng)?, TotpSecret::generate(&self.rng)?);
        Ok(TotpEnrolment::new(self.clone(), account, label, factor, now))
    }

    /// Whether `account` has a TOTP factor: what to ask before [`require`](Self::require), which takes
    /// the proof of the first factor with it when there is none.
    ///
    /// # Errors
    /// [`MfaError::Store`].
    pub async fn has_totp(&self, account: StaffId) -> Result<bool, MfaError> {
        Ok(unless_erased(self.store.get(&key(account)?).await)?.is_some())
    }

    /// Takes the TOTP factor from `account`: it was lost, disabled, or is to be replaced.
    ///
    /// `by` and `why` go into the event. The account then signs in with what is left of it, so that
    /// the caller asks for proof as strong as at enrolment (ASVS 5.0 6.4.4).
    ///
    /// # Errors
    /// [`MfaError::NotEnrolled`]; [`MfaError::Random`]; [`MfaError::Store`].
    pub async fn remove_totp(
        &self,
        account: StaffId,
        by: Actor,
        why: Reason,
        now: Timestamp,
    ) -> Result<(), MfaError> {
        let key = &key(account)?;
        let rng = &self.rng;
        let event = Event::new(Action::FactorRemoved, by, now).about(Subject::Staff(account)).reason(why);
        self.store
            .transact(|tx| async move {
                unless_erased(tx.get(key).await)?.ok_or(MfaError::NotEnrolled)?;
                tx.delete(key)?;
                tx.stage(|batch| event.stage(batch, rng))?;
                Ok(())
            })
            .await
    }

    /// Asks for a second factor beside the one `proved`, so that the sign-in reaches `aal` at least.
    ///
    /// A second factor is asked for at [`Aal::One`] too. A sign-in that needs one alone is
    /// [`SignIn::from_factors`](leeward_event::assurance::SignIn::from_factors).
    ///
    /// # Errors
    /// [`MfaError::OutOfReach`] for [`Aal::Three`], which takes a phishing-resistant factor;
    /// [`MfaError::NotEnrolled`]; [`MfaError::Expired`] when the proof is older than 10 minutes;
    /// [`MfaError::Store`].
    pub async fn require(
        &self,
        proved: ProvedFactor,
        aal: Aal,
        now: Timestamp,
    ) -> Result<PendingMfa, MfaError> {
        if aal > Aal::Two {
            return Err(MfaError::OutOfReach { aal });
        }
        Tries::new(proved.at()).in_time(now)?;
        unless_erased(self.store.get(&key(proved.account())?).await)?.ok_or(MfaError::NotEnrolled)?;
        Ok(PendingMfa::new(self.clone(), proved, aal))
    }

    pub(crate) const fn issuer(&self) -> &Label {
        &self.issuer
    }

    pub(crate) const fn skew_allowed(&self) -> Skew {
        self.skew
    }

    /// Judges a code and writes what it leaves, in one batch with the event: the batch applies only if
    /// the factor is still as it was read, so that a code has one winner.
    pub(crate) async fn check_totp(
        &self,
        account: StaffId,
        code: &str,
        now: Timestamp,
    ) -> Result<ProvedFactor, MfaError> {
        let key = &key(account)?;
        let (verdict, authenticator) = self
            .store
            .transact(|tx| async move {
                let entry = unless_erased(tx.get(key).await)?.ok_or(MfaError::NotEnrolled)?;
                let mut factor = TotpFactor::from_bytes(entry.value.as_bytes())?;
                let verdict = factor.present(code, self.skew, now);
                if verdict != Verdict::Disabled {
                    tx.put(key, factor.to_bytes().to_vec())?;
                }
                tx.stage(|batch| checked(account, verdict, now).stage(batch, &self.rng))?;
                Ok::<_, MfaError>((verdict, factor.authenticator))
            })
            .await?;
        match verdict {
            Verdict::Accepted => {
                Ok(ProvedFactor::assume_proved(account, FactorKind::Totp, authenticator, now))
            }
            Verdict::Wrong | Verdict::Reused => Err(MfaError::Rejected),
            Verdict::Disabled => Err(MfaError::Disabled),
        }
    }

    /// Stores a confirmed factor, if there is none.
    pub(crate) async fn activate(
        &self,
        account: StaffId,
        factor: &TotpFactor,
        now: Timestamp,
    ) -> Result<(), MfaError> {
        let key = &key(account)?;
        self.store
            .transact(|tx| async move {
                if unless_erased(tx.get(key).await)?.is_some() {
                    return Err(MfaError::AlreadyEnrolled);
                }
                tx.put(key, factor.to_bytes().to_vec())?;
                tx.stage(|batch| enrolled(account, now).stage(batch, &self.rng))?;
                Ok(())
            })
            .await
    }

    /// Tells the log of a code that did not confirm an enrolment.
    pub(crate) async fn note_unconfirmed(&self, account: StaffId, now: Timestamp) -> Result<(), MfaError> {
        let mut batch = Batch::new();
        let event = enrolled(account, now).outcome(Outcome::Failure).reason(Reason::WrongSecret);
        event.stage(&mut batch, &self.rng)?;
        self.store.commit(batch).await?;
        Ok(())
    }
}

impl fmt::Debug for Mfa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mfa").field("issuer", &self.issuer).field("skew", &self.skew).finish_non_exhaustive()
    }
}

fn key(account: StaffId) -> Result<Key, StoreError> {
    TOTP.key(&[account.as_bytes()])
}

/// An erased account has no factor.
fn unless_erased(read: Result<Option<Entry>, StoreError>) -> Result<Option<Entry>, StoreError> {
    match read {
        Err(StoreError::Erased { .. }) => Ok(None),
        other => other,
    }
}

fn enrolled(account: StaffId, now: Timestamp) -> Event {
    Event::new(Action::FactorEnrolled, Actor::Staff(account), now).about(Subject::Staff(account))
}

/// The account has proved a first factor by now, so that a wrong code is its own.
fn checked(account: StaffId, verdict: Verdict, now: Timestamp) -> Event {
    let event = Event::new(Action::FactorChecked, Actor::Staff(account), now).about(Subject::Staff(account));
    let failed = |reason| event.outcome(Outcome::Failure).reason(reason);
    match verdict {
        Verdict::Accepted => event,
        Verdict::Wrong => failed(Reason::WrongSecret),
        Verdict::Reused => failed(Reason::Reused),
        Verdict::Disabled => failed(Reason::Throttled),
    }
}
