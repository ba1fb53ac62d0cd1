use super::{TotpEnrolment, TotpFactor, TotpSecret, Unlocking, Verdict};
use crate::{
    Bound, Factor, Judged, Mfa, MfaError, Permit,
    label::Label,
    registry,
    service::{Presenter, checked},
    unless_erased,
};
use jiff::Timestamp;
use leeward_event::{Action, Actor, AuthenticatorId, Event, StaffId, Subject, assurance::FactorKind};
use leeward_notify::{Notice, NoticeKind};
use leeward_store::{Key, Space, Tx};

const TOTP: Space = Space::sealed_for("mfa.totp", 0);

impl Mfa {
    /// Makes a TOTP secret for the account of `permit`, which counts once its owner has
    /// [confirmed](TotpEnrolment::confirm) it. Authenticator apps show `name` below the issuer, and it is
    /// kept with the factor.
    ///
    /// # Errors
    /// [`MfaError::NotAccepted`] by the [`Profile`](crate::Profile); [`MfaError::NotPermitted`] and
    /// [`MfaError::StalePermit`]; [`MfaError::Label`]; [`MfaError::Random`]; [`MfaError::Record`];
    /// [`MfaError::Store`].
    pub async fn enrol_totp(
        &self,
        permit: &Permit,
        name: &str,
        now: Timestamp,
    ) -> Result<TotpEnrolment, MfaError> {
        self.enrol_totp_secret(permit, name, TotpSecret::generate(self.rng())?, now).await
    }

    /// As [`enrol_totp`](Self::enrol_totp) with a secret that is there already: of a hardware token, or
    /// from an [`otpauth://` URI](crate::Otpauth::parse) of another service.
    ///
    /// # Errors
    /// Those of [`enrol_totp`](Self::enrol_totp).
    pub async fn enrol_totp_secret(
        &self,
        permit: &Permit,
        name: &str,
        secret: TotpSecret,
        now: Timestamp,
    ) -> Result<TotpEnrolment, MfaError> {
        let name = Label::new(name)?;
        self.check_binds(permit, FactorKind::Totp, now).await?;
        let factor = (AuthenticatorId::generate(self.rng())?, secret);
        Ok(TotpEnrolment::new(self.clone(), permit.duplicate(), name, factor, now))
    }

    /// By how many steps the clock of a TOTP authenticator was ahead when a code of it was last accepted;
    /// negative when it was behind.
    ///
    /// # Errors
    /// [`MfaError::NotEnrolled`]; [`MfaError::Record`]; [`MfaError::Store`].
    pub async fn totp_drift(&self, account: StaffId, authenticator: AuthenticatorId) -> Result<i8, MfaError> {
        let entry = unless_erased(self.store().get(&key(account, authenticator)?).await)?;
        let entry = entry.ok_or(MfaError::NotEnrolled)?;
        Ok(TotpFactor::from_bytes(entry.value.as_bytes())?.drift)
    }

    /// Stores a confirmed factor.
    pub(crate) async fn bind_totp(
        &self,
        permit: &Permit,
        name: &Label,
        factor: &TotpFactor,
        now: Timestamp,
    ) -> Result<Bound, MfaError> {
        self.check_accepts(FactorKind::Totp)?;
        let key = &key(permit.account(), factor.authenticator)?;
        self.store()
            .transact(|tx| async move {
                let bound = Factor::new(factor.authenticator, FactorKind::Totp, name.clone(), now);
                let bound = registry::bind(&tx, permit, bound, self.rng(), now).await?;
                tx.put(key, factor.to_bytes().to_vec())?;
                Ok(bound)
            })
            .await
    }

    /// Judges a code that is to end too many wrong ones of one authenticator.
    pub(crate) async fn unlock_totp(
        &self,
        (account, authenticator): (StaffId, AuthenticatorId),
        code: &str,
        now: Timestamp,
    ) -> Result<Unlocking, MfaError> {
        self.check_accepts(FactorKind::Totp)?;
        let unlocking = self.store().transact(|tx| async move {
            let is_it = |(_, factor): &(Key, TotpFactor)| factor.authenticator == authenticator;
            let found = active(&tx, account).await?.into_iter().find(is_it);
            let (key, mut factor) = found.ok_or(MfaError::NotEnrolled)?;
            let Some(judged) = factor.present_to_unlock(code, self.skew_allowed(), now) else {
                return Ok(None);
            };
            tx.put(&key, factor.to_bytes().to_vec())?;
            let checked = judged.map_or(Judged::Wrong, |_| Judged::Right(authenticator));
            let event = checked_event(account, checked, now);
            tx.stage(|batch| event.stage(batch, self.rng()))?;
            if judged == Some(Unlocking::Unlocked) {
                self.tell_unlocked(&tx, account, now)?;
            }
            Ok::<_, MfaError>(judged)
        });
        unlocking.await?.ok_or(MfaError::Rejected)
    }

    fn tell_unlocked(&self, tx: &Tx, account: StaffId, now: Timestamp) -> Result<(), MfaError> {
        let event = Event::new(Action::FactorReinstated, Actor::Staff(account), now);
        tx.stage(|batch| event.about(Subject::Staff(account)).stage(batch, self.rng()))?;
        let notice = Notice::new(account, NoticeKind::FactorReinstated, now);
        Ok(tx.stage(|batch| notice.stage(batch, self.rng()))?)
    }
}

/// Of an owner who has proved another factor.
fn checked_event(account: StaffId, judged: Judged, now: Timestamp) -> Event {
    checked(Presenter { account, known: true }, judged, now)
}

/// Judges a code by each TOTP factor of the account that counts, and writes down what it leaves.
pub(crate) async fn check(
    mfa: &Mfa,
    tx: &Tx,
    account: StaffId,
    code: &str,
    now: Timestamp,
) -> Result<Judged, MfaError> {
    let mut judged = Judged::Missing;
    for (key, mut factor) in active(tx, account).await? {
        match factor.present(code, mfa.skew_allowed(), now) {
            Verdict::Accepted { .. } => {
                tx.put(&key, factor.to_bytes().to_vec())?;
                return Ok(Judged::Right(factor.authenticator));
            }
            Verdict::Reused => judged = Judged::Reused,
            Verdict::Wrong if judged != Judged::Reused => judged = Judged::Wrong,
            Verdict::Wrong => {}
        }
    }
    Ok(judged)
}

pub(crate) fn forget(tx: &Tx, account: StaffId, authenticator: AuthenticatorId) -> Result<(), MfaError> {
    Ok(tx.delete(&key(account, authenticator)?)?)
}

async fn active(tx: &Tx, account: StaffId) -> Result<Vec<(Key, TotpFactor)>, MfaError> {
    let roster = registry::read(tx, account).await?;
    let mut factors = Vec::new();
    for factor in roster.active(FactorKind::Totp) {
        let key = key(account, factor.authenticator)?;
        if let Some(entry) = unless_erased(tx.get(&key).await)? {
            factors.push((key, TotpFactor::from_bytes(entry.value.as_bytes())?));
        }
    }
    Ok(factors)
}

fn key(account: StaffId, authenticator: AuthenticatorId) -> Result<Key, MfaError> {
    Ok(TOTP.key(&[account.as_bytes(), authenticator.as_bytes()])?)
}
