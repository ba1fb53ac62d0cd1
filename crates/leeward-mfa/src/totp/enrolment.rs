use crate::{
    Bound, Mfa, MfaError, Otpauth, Permit, QrCode, Refused, Ticket, TotpFactor, TotpSecret, Verdict,
    label::Label, ticket, tries::Tries,
};
use jiff::Timestamp;
use leeward_event::{AuthenticatorId, StaffId};
use std::fmt;
use zeroize::Zeroizing;

/// A TOTP secret that its owner has yet to prove they hold.
///
/// It lasts 10 minutes and 5 tries, and counts for nothing until [`confirm`](Self::confirm). It is used
/// up by that:
///
/// ```compile_fail
/// # async fn f(enrolment: leeward_mfa::TotpEnrolment, now: jiff::Timestamp) {
/// let once = enrolment.confirm("123456", now).await;
/// let twice = enrolment.confirm("123456", now).await;
/// # }
/// ```
///
/// It lives in memory; [`park`](Self::park) puts it into the store, sealed, for another machine to take
/// up.
#[must_use]
pub struct TotpEnrolment {
    mfa: Mfa,
    permit: Permit,
    name: Label,
    authenticator: AuthenticatorId,
    secret: TotpSecret,
    tries: Tries,
}

impl TotpEnrolment {
    pub(crate) fn new(
        mfa: Mfa,
        permit: Permit,
        name: Label,
        (authenticator, secret): (AuthenticatorId, TotpSecret),
        now: Timestamp,
    ) -> Self {
        Self { mfa, permit, name, authenticator, secret, tries: Tries::new(now) }
    }

    /// Whose factor it is to be.
    #[must_use]
    pub const fn account(&self) -> StaffId {
        self.permit.account()
    }

    /// The secret. Show it once, to its owner alone.
    #[must_use]
    pub const fn secret(&self) -> &TotpSecret {
        &self.secret
    }

    /// The `otpauth://` URI with the secret in it. Show it once, to its owner alone.
    #[must_use]
    pub fn expose_otpauth_uri(&self) -> Zeroizing<String> {
        Otpauth::totp_uri(self.mfa.issuer(), &self.name, &self.secret)
    }

    /// The URI as a picture to scan. Show it once, to its owner alone.
    ///
    /// # Errors
    /// [`MfaError::Qr`] when the names are too long for a picture.
    pub fn expose_qr(&self) -> Result<QrCode, MfaError> {
        QrCode::of(&self.expose_otpauth_uri())
    }

    /// How many more codes may be tried.
    #[must_use]
    pub const fn tries_left(&self) -> u8 {
        self.tries.left()
    }

    /// Stores the factor if `code` shows that its owner holds it. That code is used up by it, and will
    /// sign nobody in.
    ///
    /// # Errors
    /// [`MfaError::Rejected`], and the enrolment back; [`MfaError::TooManyTries`];
    /// [`MfaError::Expired`]; [`MfaError::NotAccepted`] by the [`Profile`](crate::Profile) of now;
    /// [`MfaError::NotPermitted`] and [`MfaError::StalePermit`] by the factors
    /// that the account has by now; [`MfaError::TooManyFactors`]; [`MfaError::Store`], and the enrolment
    /// back.
    pub async fn confirm(self, code: &str, now: Timestamp) -> Result<Bound, Refused<Self>> {
        match self.try_confirm(code, now).await {
            Ok(bound) => Ok(bound),
            Err(error) => Err(self.tries.after(error, |tries| Self { tries, ..self })),
        }
    }

    /// Puts the enrolment into the store, sealed, and gives the ticket by which
    /// [`Mfa::resume_totp_enrolment`] takes it out again, once.
    ///
    /// # Errors
    /// [`MfaError::Random`]; [`MfaError::Store`].
    pub async fn park(self) -> Result<Ticket, MfaError> {
        ticket::park(&self.mfa, ticket::Purpose::Enrolment, self.to_bytes(), self.tries.until()).await
    }

    async fn try_confirm(&self, code: &str, now: Timestamp) -> Result<Bound, MfaError> {
        self.tries.in_time(now)?;
        let mut factor = TotpFactor::new(self.authenticator, self.secret.duplicate());
        match factor.present(code, self.mfa.skew_allowed(), now) {
            Verdict::Accepted { .. } => self.mfa.bind_totp(&self.permit, &self.name, &factor, now).await,
            Verdict::Wrong | Verdict::Reused => {
                self.mfa.note_unconfirmed(self.account(), now).await?;
                Err(MfaError::Rejected)
            }
        }
    }

    /// Permit (44), tries (9), the factor as it is stored with its length (1), and the name.
    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let factor = TotpFactor::new(self.authenticator, self.secret.duplicate()).to_bytes();
        let length = u8::try_from(factor.len()).unwrap_or(u8::MAX);
        let (permit, tries) = (self.permit.to_bytes(), self.tries.to_bytes());
        Zeroizing::new([&permit[..], &tries, &[length], &factor, self.name.as_str().as_bytes()].concat())
    }

    fn from_bytes(mfa: Mfa, bytes: &[u8]) -> Option<Self> {
        let (permit, rest) = bytes.split_first_chunk()?;
        let (tries, rest) = rest.split_first_chunk()?;
        let ([length], rest) = rest.split_first_chunk()?;
        let (factor, name) = rest.split_at_checked((*length).into())?;
        let TotpFactor { authenticator, secret, .. } = TotpFactor::from_bytes(factor).ok()?;
        let name = Label::new(std::str::from_utf8(name).ok()?).ok()?;
        let (permit, tries) = (Permit::from_bytes(permit)?, Tries::from_bytes(tries)?);
        Some(Self { mfa, permit, name, authenticator, secret, tries })
    }
}

impl Mfa {
    /// Takes a parked enrolment up again. The ticket is used up by it: of any number of uses at one
    /// moment, one succeeds.
    ///
    /// # Errors
    /// [`MfaError::Expired`] when there is nothing for this ticket, or no longer; [`MfaError::Record`];
    /// [`MfaError::Store`].
    pub async fn resume_totp_enrolment(
        &self,
        ticket: Ticket,
        now: Timestamp,
    ) -> Result<TotpEnrolment, MfaError> {
        let bytes = ticket::take(self, ticket::Purpose::Enrolment, ticket).await?;
        let enrolment = TotpEnrolment::from_bytes(self.clone(), &bytes);
        let enrolment = enrolment.ok_or(MfaError::Record { what: "an unreadable enrolment" })?;
        enrolment.tries.in_time(now)?;
        Ok(enrolment)
    }
}

impl fmt::Debug for TotpEnrolment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TotpEnrolment")
            .field("account", &self.account())
            .field("authenticator", &self.authenticator)
            .field("tries", &self.tries)
            .finish_non_exhaustive()
    }
}
