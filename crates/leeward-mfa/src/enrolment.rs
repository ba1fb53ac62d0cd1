use crate::{Mfa, MfaError, Refused, TotpFactor, TotpSecret, Verdict, label::Label, tries::Tries};
use jiff::Timestamp;
use leeward_event::{AuthenticatorId, StaffId};
use std::fmt;
use zeroize::Zeroizing;

/// A TOTP secret that its owner has yet to prove they hold.
///
/// It lives in memory and nothing of it is stored until [`confirm`](Self::confirm), within 10 minutes
/// and 5 tries. It is used up by that:
///
/// ```compile_fail
/// # async fn f(enrolment: leeward_mfa::TotpEnrolment, now: jiff::Timestamp) {
/// let once = enrolment.confirm("123456", now).await;
/// let twice = enrolment.confirm("123456", now).await;
/// # }
/// ```
#[must_use]
pub struct TotpEnrolment {
    mfa: Mfa,
    account: StaffId,
    label: Label,
    authenticator: AuthenticatorId,
    secret: TotpSecret,
    tries: Tries,
}

impl TotpEnrolment {
    pub(crate) fn new(
        mfa: Mfa,
        account: StaffId,
        label: Label,
        (authenticator, secret): (AuthenticatorId, TotpSecret),
        now: Timestamp,
    ) -> Self {
        Self { mfa, account, label, authenticator, secret, tries: Tries::new(now) }
    }

    /// The secret. Show it once, to its owner alone.
    #[must_use]
    pub const fn secret(&self) -> &TotpSecret {
        &self.secret
    }

    /// The `otpauth://` URI with the secret in it, to show as a QR code once, to its owner alone.
    #[must_use]
    pub fn expose_otpauth_uri(&self) -> Zeroizing<String> {
        self.mfa.issuer().uri(&self.label, &self.secret)
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
    /// [`MfaError::Expired`]; [`MfaError::AlreadyEnrolled`] when another was confirmed meanwhile;
    /// [`MfaError::Store`], and the enrolment back.
    pub async fn confirm(self, code: &str, now: Timestamp) -> Result<AuthenticatorId, Refused<Self>> {
        match self.try_confirm(code, now).await {
            Ok(()) => Ok(self.authenticator),
            Err(error) => Err(self.tries.after(error, |tries| Self { tries, ..self })),
        }
    }

    async fn try_confirm(&self, code: &str, now: Timestamp) -> Result<(), MfaError> {
        self.tries.in_time(now)?;
        let secret = TotpSecret::from_bytes(self.secret.expose_bytes());
        let mut factor = TotpFactor::new(self.authenticator, secret);
        match factor.present(code, self.mfa.skew_allowed(), now) {
            Verdict::Accepted => self.mfa.activate(self.account, &factor, now).await,
            Verdict::Wrong | Verdict::Reused | Verdict::Disabled => {
                self.mfa.note_unconfirmed(self.account, now).await?;
                Err(MfaError::Rejected)
            }
        }
    }
}

impl fmt::Debug for TotpEnrolment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TotpEnrolment")
            .field("account", &self.account)
            .field("authenticator", &self.authenticator)
            .field("tries", &self.tries)
            .finish_non_exhaustive()
    }
}
