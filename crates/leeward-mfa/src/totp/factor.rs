use super::{TotpSecret, secret::Step, unlock::Unlock};
use crate::code;
use jiff::Timestamp;
use leeward_event::AuthenticatorId;
use std::fmt;

/// An enrolled TOTP authenticator, and what it takes to accept each of its codes once.
///
/// [`Mfa`](crate::Mfa) stores it. A service with a schema of its own keeps
/// [`to_bytes`](Self::to_bytes) in a row, writes what [`present`](Self::present) leaves **only if the row
/// is still the one that was read**, else two uses of one code at one moment both succeed, and slows
/// guessing down by `leeward-throttle`.
///
/// ```
/// use leeward_event::AuthenticatorId;
/// use leeward_mfa::{Skew, TotpFactor, TotpSecret, Verdict};
/// # let rng = ring::rand::SystemRandom::new();
/// # let now = jiff::Timestamp::from_second(1_700_000_000).unwrap();
/// let mut factor = TotpFactor::new(AuthenticatorId::generate(&rng)?, TotpSecret::generate(&rng)?);
/// let code = factor.secret().code_at(now);
/// assert_eq!(factor.present(&code, Skew::OneStep, now), Verdict::Accepted { drift: 0 });
/// assert_eq!(factor.present(&code, Skew::OneStep, now), Verdict::Reused);
/// # Ok::<(), leeward_mfa::MfaError>(())
/// ```
pub struct TotpFactor {
    pub(crate) authenticator: AuthenticatorId,
    pub(crate) secret: TotpSecret,
    /// The last step whose code was accepted; 0 for none.
    pub(crate) last_step: Step,
    /// By how many steps the authenticator's clock was ahead when a code was last accepted.
    pub(crate) drift: i8,
    pub(crate) unlock: Unlock,
}

/// How far the clocks of the service and the authenticator may differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Skew {
    /// Not at all: a code lives for 30 seconds (ASVS 5.0 6.5.5).
    Exact,
    /// One step either way, as RFC 6238 5.2 recommends: a code lives for 90 seconds.
    #[default]
    OneStep,
}

/// What became of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// It is right, and its step is used up.
    Accepted {
        /// By how many steps the authenticator's clock was ahead; negative when it was behind.
        drift: i8,
    },
    /// It is wrong.
    Wrong,
    /// It was right once, and its step is used up (RFC 6238 5.2).
    Reused,
}

impl TotpFactor {
    /// A factor none of whose codes was used.
    #[must_use]
    pub const fn new(authenticator: AuthenticatorId, secret: TotpSecret) -> Self {
        Self { authenticator, secret, last_step: 0, drift: 0, unlock: Unlock::NONE }
    }

    /// Judges a code at `now`, and remembers it: only a step later than the last accepted one is
    /// accepted, whatever the clock does.
    ///
    /// Spaces and hyphens in a code are ignored, and the digits of other scripts (full-width, Arabic,
    /// Devanagari and others) are taken for the digits they are.
    pub fn present(&mut self, code: &str, skew: Skew, now: Timestamp) -> Verdict {
        let (Some(code), Some(current)) = (code::digits(code), self.secret.period.step_at(now)) else {
            return Verdict::Wrong;
        };
        let matching = self.secret.matching(&code, skew.around(current));
        match matching.iter().find(|step| **step > self.last_step) {
            Some(step) => self.accept(*step, current),
            None if matching.is_empty() => Verdict::Wrong,
            None => Verdict::Reused,
        }
    }

    /// Which authenticator it is.
    #[must_use]
    pub const fn authenticator(&self) -> AuthenticatorId {
        self.authenticator
    }

    /// Its secret.
    #[must_use]
    pub const fn secret(&self) -> &TotpSecret {
        &self.secret
    }

    /// By how many steps the authenticator's clock was ahead of the service's when a code was last
    /// accepted; negative when it was behind. Within the [`Skew`] that was allowed then.
    #[must_use]
    pub const fn drift(&self) -> i8 {
        self.drift
    }

    const fn accept(&mut self, step: Step, current: Step) -> Verdict {
        self.last_step = step;
        self.drift = match step.checked_signed_diff(current) {
            Some(..0) => -1,
            Some(0) | None => 0,
            Some(1..) => 1,
        };
        Verdict::Accepted { drift: self.drift }
    }
}

impl Skew {
    fn around(self, current: Step) -> impl Iterator<Item = Step> {
        let either_way = match self {
            Self::Exact => 0,
            Self::OneStep => 1,
        };
        current.saturating_sub(either_way)..=current.saturating_add(either_way)
    }
}

impl fmt::Debug for TotpFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TotpFactor").field("authenticator", &self.authenticator).finish_non_exhaustive()
    }
}
