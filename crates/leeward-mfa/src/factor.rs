use crate::{
    TotpSecret,
    secret::{Step, step_at},
};
use jiff::Timestamp;
use leeward_event::AuthenticatorId;
use std::fmt;
use zeroize::Zeroizing;

/// An enrolled TOTP authenticator, and what it takes to accept each of its codes once.
///
/// [`Mfa`](crate::Mfa) stores it. A service with a schema of its own keeps
/// [`to_bytes`](Self::to_bytes) in a row, and writes what [`present`](Self::present) leaves **only if
/// the row is still the one that was read**: else two uses of one code at one moment both succeed.
///
/// ```
/// use leeward_event::AuthenticatorId;
/// use leeward_mfa::{Skew, TotpFactor, TotpSecret, Verdict};
/// # let rng = ring::rand::SystemRandom::new();
/// # let now = jiff::Timestamp::from_second(1_700_000_000).unwrap();
/// let mut factor = TotpFactor::new(AuthenticatorId::generate(&rng)?, TotpSecret::generate(&rng)?);
/// let code = factor.secret().code_at(now);
/// assert_eq!(factor.present(&code, Skew::OneStep, now), Verdict::Accepted);
/// assert_eq!(factor.present(&code, Skew::OneStep, now), Verdict::Reused);
/// # Ok::<(), leeward_mfa::MfaError>(())
/// ```
pub struct TotpFactor {
    pub(crate) authenticator: AuthenticatorId,
    pub(crate) secret: TotpSecret,
    /// The last step whose code was accepted; 0 for none.
    pub(crate) last_step: Step,
    /// Codes in a row that were not accepted.
    pub(crate) failures: u32,
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
    Accepted,
    /// It is wrong.
    Wrong,
    /// It was right once, and its step is used up (RFC 6238 5.2).
    Reused,
    /// It was not looked at: [`TotpFactor::MAX_FAILURES`] before it were not accepted.
    Disabled,
}

impl TotpFactor {
    /// As many codes in a row that are not accepted disable the factor (NIST SP 800-63B-4 3.2.2).
    ///
    /// Codes are asked for after a passphrase was proved, so that nobody else can use this against
    /// the owner.
    pub const MAX_FAILURES: u32 = 100;

    /// A factor none of whose codes was used.
    #[must_use]
    pub const fn new(authenticator: AuthenticatorId, secret: TotpSecret) -> Self {
        Self { authenticator, secret, last_step: 0, failures: 0 }
    }

    /// Judges a code at `now`, and remembers it: only a step later than the last accepted one is
    /// accepted, whatever the clock does. Spaces in a code are ignored.
    pub fn present(&mut self, code: &str, skew: Skew, now: Timestamp) -> Verdict {
        if self.failures >= Self::MAX_FAILURES {
            return Verdict::Disabled;
        }
        let matching = self.secret.matching(&without_spaces(code), skew.around(now));
        match matching.iter().find(|step| **step > self.last_step) {
            Some(step) => self.accept(*step),
            None if matching.is_empty() => self.refuse(Verdict::Wrong),
            None => self.refuse(Verdict::Reused),
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

    const fn accept(&mut self, step: Step) -> Verdict {
        self.last_step = step;
        self.failures = 0;
        Verdict::Accepted
    }

    const fn refuse(&mut self, verdict: Verdict) -> Verdict {
        self.failures = self.failures.saturating_add(1);
        verdict
    }
}

impl Skew {
    fn around(self, now: Timestamp) -> impl Iterator<Item = Step> {
        let either_way = match self {
            Self::Exact => 0,
            Self::OneStep => 1,
        };
        let around = |step: Step| step.saturating_sub(either_way)..=step.saturating_add(either_way);
        step_at(now).map(around).into_iter().flatten()
    }
}

/// The six digits as typed, perhaps in two groups. What is longer is no code, and stays as it is.
fn without_spaces(code: &str) -> Zeroizing<String> {
    let mut digits = Zeroizing::new(String::with_capacity(16));
    if code.len() <= 16 {
        digits.extend(code.chars().filter(|c| !c.is_ascii_whitespace()));
    }
    digits
}

impl fmt::Debug for TotpFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TotpFactor").field("authenticator", &self.authenticator).finish_non_exhaustive()
    }
}
