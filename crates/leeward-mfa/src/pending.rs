use crate::{Mfa, MfaError, Refused, tries::Tries};
use jiff::Timestamp;
use leeward_event::{
    StaffId,
    assurance::{Aal, ProvedFactor, SignIn},
};
use std::fmt;

/// A sign-in that lacks its second factor.
///
/// It lives in memory, for 10 minutes after the first factor was proved and for 5 tries. It is no
/// sign-in, and nothing that wants one takes it:
///
/// ```compile_fail
/// use leeward_event::assurance::SignIn;
/// fn start_session(sign_in: SignIn) {}
/// fn skip_the_code(pending: leeward_mfa::PendingMfa) {
///     start_session(pending);
/// }
/// ```
///
/// One passphrase makes one sign-in, so that it is not `Clone` either:
///
/// ```compile_fail
/// fn twice(pending: leeward_mfa::PendingMfa) {
///     let another = pending.clone();
/// }
/// ```
#[must_use]
pub struct PendingMfa {
    mfa: Mfa,
    proved: ProvedFactor,
    aal: Aal,
    tries: Tries,
}

impl PendingMfa {
    pub(crate) const fn new(mfa: Mfa, proved: ProvedFactor, aal: Aal) -> Self {
        let tries = Tries::new(proved.at());
        Self { mfa, proved, aal, tries }
    }

    /// Who is signing in.
    #[must_use]
    pub const fn account(&self) -> StaffId {
        self.proved.account()
    }

    /// How many more codes may be tried.
    #[must_use]
    pub const fn tries_left(&self) -> u8 {
        self.tries.left()
    }

    /// Finishes the sign-in with a code, which is used up by it (RFC 6238 5.2): of any number of uses
    /// at one moment, one succeeds.
    ///
    /// An event is written either way. The refusal gives the pending sign-in back while there are
    /// tries left:
    ///
    /// ```
    /// # use leeward_mfa::{MfaError, PendingMfa};
    /// # use leeward_event::assurance::SignIn;
    /// async fn sign_in(mut pending: PendingMfa, codes: &[&str], now: jiff::Timestamp) -> Result<SignIn, MfaError> {
    ///     for code in codes {
    ///         match pending.finish(code, now).await {
    ///             Ok(sign_in) => return Ok(sign_in),
    ///             Err(refused) => pending = refused.retry()?,
    ///         }
    ///     }
    ///     Err(MfaError::Rejected)
    /// }
    /// ```
    ///
    /// # Errors
    /// [`MfaError::Rejected`], and the pending sign-in back; [`MfaError::TooManyTries`];
    /// [`MfaError::Expired`]; [`MfaError::Disabled`]; [`MfaError::NotEnrolled`] when the factor was
    /// removed meanwhile; [`MfaError::OutOfReach`]; [`MfaError::Store`], and the pending sign-in back.
    pub async fn finish(self, code: &str, now: Timestamp) -> Result<SignIn, Refused<Self>> {
        match self.check(code, now).await {
            Ok(second) => self.add_up(second, now).map_err(Refused::for_good),
            Err(error) => Err(self.tries.after(error, |tries| Self { tries, ..self })),
        }
    }

    async fn check(&self, code: &str, now: Timestamp) -> Result<ProvedFactor, MfaError> {
        self.tries.in_time(now)?;
        self.mfa.check_totp(self.account(), code, now).await
    }

    fn add_up(self, second: ProvedFactor, now: Timestamp) -> Result<SignIn, MfaError> {
        let sign_in = SignIn::from_factors(self.proved, [second], now)?;
        if sign_in.aal() < self.aal { Err(MfaError::OutOfReach { aal: self.aal }) } else { Ok(sign_in) }
    }
}

impl fmt::Debug for PendingMfa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingMfa")
            .field("account", &self.account())
            .field("aal", &self.aal)
            .field("tries", &self.tries)
            .finish_non_exhaustive()
    }
}
