mod record;

use crate::{
    Factor, Mfa, MfaError, Presented, Refused, Ticket, Unlocking, service::Presenter, ticket, tries::Tries,
};
use jiff::Timestamp;
use leeward_event::{
    AuthenticatorId, StaffId,
    assurance::{ProvedFactor, Requirement, SignIn},
};
use leeward_throttle::Gate;
use std::fmt;

/// A sign-in that lacks its second factor.
///
/// It lasts 10 minutes after the first factor was proved, and 5 tries. It is no sign-in, and nothing that
/// wants one takes it:
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
///
/// It lives in memory; [`park`](Self::park) puts it into the store, sealed, for another machine to take
/// up.
#[must_use]
pub struct PendingMfa {
    mfa: Mfa,
    proved: ProvedFactor,
    requirement: Requirement,
    options: Vec<Factor>,
    tries: Tries,
}

impl PendingMfa {
    pub(crate) const fn new(
        mfa: Mfa,
        proved: ProvedFactor,
        requirement: Requirement,
        options: Vec<Factor>,
    ) -> Self {
        let tries = Tries::new(proved.at());
        Self { mfa, proved, requirement, options, tries }
    }

    /// Who is signing in.
    #[must_use]
    pub const fn account(&self) -> StaffId {
        self.proved.account()
    }

    /// The factor that was proved, for [`Client::having_proved`](leeward_throttle::Client::having_proved).
    pub const fn proved(&self) -> &ProvedFactor {
        &self.proved
    }

    /// The factors of the account any of which would finish the sign-in.
    #[must_use]
    pub fn options(&self) -> &[Factor] {
        &self.options
    }

    /// How many more codes may be tried.
    #[must_use]
    pub const fn tries_left(&self) -> u8 {
        self.tries.left()
    }

    /// Finishes the sign-in with a code, which is used up by it: of any number of uses at one moment, one
    /// succeeds (RFC 6238 5.2).
    ///
    /// `gate` is for this account and the [kind of guess](Presented::guess) of the code. An event is
    /// written either way. The refusal gives the pending sign-in back while there are tries left:
    ///
    /// ```
    /// # use leeward_mfa::{MfaError, PendingMfa, Presented};
    /// # use leeward_event::assurance::SignIn;
    /// # use leeward_throttle::{Client, Throttle};
    /// async fn sign_in(
    ///     mut pending: PendingMfa,
    ///     codes: &[&str],
    ///     throttle: &Throttle,
    ///     client: Client,
    ///     now: jiff::Timestamp,
    /// ) -> Result<SignIn, MfaError> {
    ///     let client = client.having_proved(pending.proved());
    ///     for code in codes {
    ///         let code = Presented::Totp(code);
    ///         let gate = throttle.knock(pending.account(), code.guess(), &client, now).await?;
    ///         match pending.finish(gate, code, now).await {
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
    /// [`MfaError::Expired`]; [`MfaError::NotEnrolled`] when no factor of this kind counts any more;
    /// [`MfaError::OutOfReach`] when this code is not enough; [`MfaError::Throttle`] for a gate that was
    /// made for something else, and the pending sign-in back; [`MfaError::Store`], and the pending sign-in
    /// back.
    pub async fn finish(
        self,
        gate: Gate,
        code: Presented<'_>,
        now: Timestamp,
    ) -> Result<SignIn, Refused<Self>> {
        match self.check(gate, code, now).await {
            Ok(second) => self.add_up(second, now).map_err(Refused::for_good),
            Err(error) => Err(self.tries.after(error, |tries| Self { tries, ..self })),
        }
    }

    /// Finishes the sign-in with a factor that was proved elsewhere: a passkey.
    ///
    /// # Errors
    /// [`MfaError::Expired`]; [`MfaError::OutOfReach`]; [`MfaError::Assurance`] for a factor of another
    /// account, or the same one again.
    pub fn finish_with(self, second: ProvedFactor, now: Timestamp) -> Result<SignIn, MfaError> {
        self.tries.in_time(now)?;
        self.add_up(second, now)
    }

    /// The way back after so many wrong codes that the throttle lets none through for a long time: three
    /// right codes of one authenticator app, each the next one that it shows. They sign nobody in. When it
    /// is [`Unlocking::Unlocked`], tell the throttle so by
    /// [`rebound`](leeward_throttle::Throttle::rebound).
    ///
    /// After a wrong code no other of this authenticator is looked at here for 15 minutes, so that it is no
    /// way to guess. Each code that is looked at is told by an event.
    ///
    /// # Errors
    /// [`MfaError::Rejected`] for a wrong code and while the 15 minutes last; [`MfaError::NotEnrolled`] for
    /// an authenticator that is no app of this account, or does not count; [`MfaError::Expired`];
    /// [`MfaError::Record`]; [`MfaError::Random`]; [`MfaError::Store`].
    pub async fn unlock_totp(
        &self,
        authenticator: AuthenticatorId,
        code: &str,
        now: Timestamp,
    ) -> Result<Unlocking, MfaError> {
        self.tries.in_time(now)?;
        self.mfa.unlock_totp((self.account(), authenticator), code, now).await
    }

    /// Puts the pending sign-in into the store, sealed, and gives the ticket by which
    /// [`Mfa::resume`] takes it out again, once.
    ///
    /// # Errors
    /// [`MfaError::Random`]; [`MfaError::Store`].
    pub async fn park(self) -> Result<Ticket, MfaError> {
        ticket::park(&self.mfa, ticket::Purpose::SignIn, self.to_bytes(), self.tries.until()).await
    }

    pub(crate) fn check_in_time(&self, now: Timestamp) -> Result<(), MfaError> {
        self.tries.in_time(now)
    }

    async fn check(&self, gate: Gate, code: Presented<'_>, now: Timestamp) -> Result<ProvedFactor, MfaError> {
        self.tries.in_time(now)?;
        let by = Presenter { account: self.account(), known: true };
        self.mfa.judge(gate, by, code, now).await?.ok_or(MfaError::NotEnrolled)
    }

    fn add_up(self, second: ProvedFactor, now: Timestamp) -> Result<SignIn, MfaError> {
        self.mfa.add_up(self.proved, [second], self.requirement, now)
    }
}

impl Mfa {
    /// Takes a parked sign-in up again. The ticket is used up by it: of any number of uses at one moment,
    /// one succeeds.
    ///
    /// # Errors
    /// [`MfaError::Expired`] when there is nothing for this ticket, or no longer; [`MfaError::NotEnrolled`]
    /// and [`MfaError::OutOfReach`] by the factors that the account has by now; [`MfaError::Record`];
    /// [`MfaError::Store`].
    pub async fn resume(&self, ticket: Ticket, now: Timestamp) -> Result<PendingMfa, MfaError> {
        let bytes = ticket::take(self, ticket::Purpose::SignIn, ticket).await?;
        let parked = record::Parked::from_bytes(&bytes);
        let parked = parked.ok_or(MfaError::Record { what: "an unreadable pending sign-in" })?;
        let pending = self.require(parked.proved, parked.requirement, now).await?;
        Ok(PendingMfa { tries: parked.tries, ..pending })
    }
}

impl fmt::Debug for PendingMfa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingMfa")
            .field("account", &self.account())
            .field("requirement", &self.requirement)
            .field("tries", &self.tries)
            .finish_non_exhaustive()
    }
}
