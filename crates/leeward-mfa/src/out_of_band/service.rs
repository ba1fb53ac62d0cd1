use super::{
    PhoneCodeRequest,
    record::{LASTS, SentCode, decode_phone, encode_phone},
};
use crate::{
    Bound, Factor, Judged, Mfa, MfaError, PendingMfa, Permit, code, label::Label, registry, unless_erased,
};
use jiff::Timestamp;
use leeward_event::{Action, Actor, AuthenticatorId, Event, StaffId, Subject, assurance::FactorKind};
use leeward_notify::{
    Address, AddressId, CodeMessage, CodePurpose, Notice, NoticeKind, Notifier, NotifyError, OneTimeCode,
};
use leeward_store::{Key, Space, Tx};
use std::time::Duration;

const PHONE: Space = Space::sealed_for("mfa.phone", 0);
const CODE: Space = Space::sealed_for("mfa.phone-code", 0);
/// At least six (NIST SP 800-63B-4 3.1.3.2).
const DIGITS: u8 = 8;

impl Mfa {
    /// Binds a telephone of the account of `permit`, to which codes can be sent: by short message or by
    /// voice, as the notifier's channel does it. The address was proved when the account got it. An
    /// e-mail address is never a factor (NIST SP 800-63B-4 3.1.3.1).
    ///
    /// # Errors
    /// [`MfaError::NotAccepted`] by the [`Profile`](crate::Profile); [`MfaError::NeedsAlternative`] for an
    /// account that has no other lasting factor; [`MfaError::NoPhone`] for an address that is none of the
    /// account's, or no telephone; [`MfaError::NotPermitted`] and [`MfaError::StalePermit`];
    /// [`MfaError::Label`]; [`MfaError::TooManyFactors`]; [`MfaError::Random`]; [`MfaError::Notify`];
    /// [`MfaError::Store`].
    pub async fn bind_phone(
        &self,
        permit: &Permit,
        name: &str,
        notifier: &Notifier,
        address: AddressId,
        now: Timestamp,
    ) -> Result<Bound, MfaError> {
        let name = &Label::new(name)?;
        let account = permit.account();
        self.check_binds(permit, FactorKind::OutOfBand, now).await?;
        check_phone(notifier, account, address).await?;
        let id = AuthenticatorId::generate(self.rng())?;
        let key = &phone_key(account, id)?;
        self.store()
            .transact(|tx| async move {
                let factor = Factor::new(id, FactorKind::OutOfBand, name.clone(), now);
                let bound = registry::bind(&tx, permit, factor, self.rng(), now).await?;
                tx.put(key, encode_phone(address))?;
                Ok(bound)
            })
            .await
    }

    /// Sends a code to a telephone of whoever is signing in: eight digits, good for ten minutes, once, and
    /// only with the request that is given back. A code that was sent before is over. How many wrong codes
    /// were given is counted by the throttle, and another request changes nothing of that
    /// (NIST SP 800-63B-4 3.2.2).
    ///
    /// It leaves with the notifier's next delivery, within its budgets for the destination and its country.
    ///
    /// # Errors
    /// [`MfaError::NotEnrolled`] when it is no telephone that counts; [`MfaError::NotAccepted`] by the
    /// [`Profile`](crate::Profile); [`MfaError::Notify`] when the
    /// budget is spent or the address is not safe; [`MfaError::Expired`]; [`MfaError::Random`];
    /// [`MfaError::Record`]; [`MfaError::Store`].
    pub async fn send_phone_code(
        &self,
        pending: &PendingMfa,
        authenticator: AuthenticatorId,
        notifier: &Notifier,
        now: Timestamp,
    ) -> Result<PhoneCodeRequest, MfaError> {
        pending.check_in_time(now)?;
        self.check_accepts(FactorKind::OutOfBand)?;
        let account = pending.account();
        let request = &PhoneCodeRequest::new(authenticator, self.rng())?;
        let code = &OneTimeCode::digits(self.rng(), DIGITS)?;
        self.store()
            .transact(|tx| async move {
                let address = address(&tx, account, authenticator).await?;
                let valid_for = Duration::from_secs(LASTS.as_secs().unsigned_abs());
                let message = CodeMessage { purpose: CodePurpose::SignIn, code, valid_for };
                notifier.send_code_in(&tx, account, address, &message, now).await?;
                let sent = SentCode::new(account, request, code.expose(), now);
                tx.put_until(&code_key(account, authenticator)?, sent.to_bytes(), sent.until())?;
                let event = Event::new(Action::OutOfBandCodeSent, Actor::Staff(account), now);
                tx.stage(|batch| event.about(Subject::Staff(account)).stage(batch, self.rng()))?;
                Ok::<_, MfaError>(())
            })
            .await?;
        Ok(*request)
    }
}

/// Judges a code for a request, and uses it up, with a notice: the use of a restricted authenticator is
/// told (NIST SP 800-63B-4 3.2.9).
pub(crate) async fn check(
    mfa: &Mfa,
    tx: &Tx,
    account: StaffId,
    (request, typed): (&PhoneCodeRequest, &str),
    now: Timestamp,
) -> Result<Judged, MfaError> {
    let roster = registry::read(tx, account).await?;
    let is_it = |factor: &Factor| factor.authenticator() == request.authenticator;
    if !roster.active(FactorKind::OutOfBand).any(is_it) {
        return Ok(Judged::Missing);
    }
    let key = code_key(account, request.authenticator)?;
    let Some(entry) = unless_erased(tx.get(&key).await)? else { return Ok(Judged::Wrong) };
    let sent = SentCode::from_bytes(entry.value.as_bytes())?;
    if !code::digits(typed).is_some_and(|code| sent.is(account, request, &code, now)) {
        return Ok(Judged::Wrong);
    }
    tx.delete(&key)?;
    let notice = Notice::new(account, NoticeKind::PhoneCodeUsed, now);
    tx.stage(|batch| notice.stage(batch, mfa.rng()))?;
    Ok(Judged::Right(request.authenticator))
}

pub(crate) fn forget(tx: &Tx, account: StaffId, authenticator: AuthenticatorId) -> Result<(), MfaError> {
    tx.delete(&phone_key(account, authenticator)?)?;
    Ok(tx.delete(&code_key(account, authenticator)?)?)
}

/// Where codes for the telephone go, if it counts.
async fn address(tx: &Tx, account: StaffId, authenticator: AuthenticatorId) -> Result<AddressId, MfaError> {
    let roster = registry::read(tx, account).await?;
    let is_it = |factor: &Factor| factor.authenticator() == authenticator;
    if !roster.active(FactorKind::OutOfBand).any(is_it) {
        return Err(MfaError::NotEnrolled);
    }
    let entry = unless_erased(tx.get(&phone_key(account, authenticator)?).await)?;
    decode_phone(entry.ok_or(MfaError::NotEnrolled)?.value.as_bytes())
}

async fn check_phone(notifier: &Notifier, account: StaffId, address: AddressId) -> Result<(), MfaError> {
    let addresses = notifier.addresses(account).await?;
    let is_phone = addresses
        .iter()
        .any(|(id, contact)| *id == address && matches!(contact.address(), Address::Phone(_)));
    if is_phone { Ok(()) } else { Err(MfaError::NoPhone) }
}

fn phone_key(account: StaffId, authenticator: AuthenticatorId) -> Result<Key, MfaError> {
    Ok(PHONE.key(&[account.as_bytes(), authenticator.as_bytes()])?)
}

fn code_key(account: StaffId, authenticator: AuthenticatorId) -> Result<Key, MfaError> {
    Ok(CODE.key(&[account.as_bytes(), authenticator.as_bytes()])?)
}

impl From<NotifyError> for MfaError {
    fn from(error: NotifyError) -> Self {
        match error {
            NotifyError::Random => Self::Random,
            NotifyError::Store(error) => Self::Store(error),
            other => Self::Notify(other),
        }
    }
}
