use super::{HotpFactor, HotpSecret};
use crate::{Bound, Factor, Judged, Mfa, MfaError, Permit, label::Label, registry, unless_erased};
use jiff::Timestamp;
use leeward_event::{AuthenticatorId, StaffId, assurance::FactorKind};
use leeward_store::{Key, Space, Tx};

const HOTP: Space = Space::sealed_for("mfa.hotp", 0);

impl Mfa {
    /// Binds a hardware token to the account of `permit`, by two codes that follow each other from where
    /// its counter stands, or up to 1,000 further. They are used up by it, and will sign nobody in.
    ///
    /// # Errors
    /// [`MfaError::Rejected`] when the codes are not those of the token; [`MfaError::NotAccepted`] by the
    /// [`Profile`](crate::Profile); [`MfaError::NotPermitted`] and [`MfaError::StalePermit`];
    /// [`MfaError::Label`]; [`MfaError::TooManyFactors`]; [`MfaError::Random`]; [`MfaError::Store`].
    pub async fn bind_hotp(
        &self,
        permit: &Permit,
        name: &str,
        (secret, counter): (HotpSecret, u64),
        (first, second): (&str, &str),
        now: Timestamp,
    ) -> Result<Bound, MfaError> {
        let name = &Label::new(name)?;
        self.check_binds(permit, FactorKind::Hotp, now).await?;
        let mut token = HotpFactor::new(AuthenticatorId::generate(self.rng())?, secret, counter);
        if !token.resynchronise(first, second) {
            self.note_unconfirmed(permit.account(), now).await?;
            return Err(MfaError::Rejected);
        }
        let (key, token) = (&key(permit.account(), token.authenticator)?, &token);
        self.store()
            .transact(|tx| async move {
                let factor = Factor::new(token.authenticator, FactorKind::Hotp, name.clone(), now);
                let bound = registry::bind(&tx, permit, factor, self.rng(), now).await?;
                tx.put(key, token.to_bytes().to_vec())?;
                Ok(bound)
            })
            .await
    }
}

/// Judges a code by each token of the account that counts, and writes down what it leaves.
pub(crate) async fn check(tx: &Tx, account: StaffId, code: &str) -> Result<Judged, MfaError> {
    judge(tx, account, |token| token.present(code)).await
}

/// Judges two codes that follow each other.
pub(crate) async fn check_pair(
    tx: &Tx,
    account: StaffId,
    (first, second): (&str, &str),
) -> Result<Judged, MfaError> {
    judge(tx, account, |token| token.resynchronise(first, second)).await
}

pub(crate) fn forget(tx: &Tx, account: StaffId, authenticator: AuthenticatorId) -> Result<(), MfaError> {
    Ok(tx.delete(&key(account, authenticator)?)?)
}

async fn judge(
    tx: &Tx,
    account: StaffId,
    right: impl Fn(&mut HotpFactor) -> bool,
) -> Result<Judged, MfaError> {
    let roster = registry::read(tx, account).await?;
    let mut judged = Judged::Missing;
    for factor in roster.active(FactorKind::Hotp) {
        let key = key(account, factor.authenticator())?;
        let Some(entry) = unless_erased(tx.get(&key).await)? else { continue };
        let mut token = HotpFactor::from_bytes(entry.value.as_bytes())?;
        judged = Judged::Wrong;
        if right(&mut token) {
            tx.put(&key, token.to_bytes().to_vec())?;
            return Ok(Judged::Right(token.authenticator));
        }
    }
    Ok(judged)
}

fn key(account: StaffId, authenticator: AuthenticatorId) -> Result<Key, MfaError> {
    Ok(HOTP.key(&[account.as_bytes(), authenticator.as_bytes()])?)
}
