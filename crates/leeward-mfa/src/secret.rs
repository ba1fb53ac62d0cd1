use crate::MfaError;
use jiff::Timestamp;
use ring::rand::SecureRandom;
use std::fmt;
use totp_rs::{Builder, Secret, Totp};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// How long one code lasts, in seconds (RFC 6238 5.2).
const PERIOD: u64 = 30;

/// What an authenticator and the service share: 160 random bits (RFC 4226 4, R6).
///
/// It makes the codes of RFC 6238 with what every authenticator app understands: HMAC-SHA-1, six
/// digits, 30 seconds.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct TotpSecret(Box<[u8; Self::LEN]>);

/// The number of a 30-second step since 1970 (RFC 6238 4.2).
pub(crate) type Step = u64;

impl TotpSecret {
    /// Bytes.
    pub const LEN: usize = 20;

    /// A new secret.
    ///
    /// # Errors
    /// [`MfaError::Random`] when the source of randomness fails.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, MfaError> {
        let mut secret = Self(Box::new([0; Self::LEN]));
        rng.fill(secret.0.as_mut_slice()).map_err(|_| MfaError::Random)?;
        Ok(secret)
    }

    /// The secret with these bytes, from a store of your own.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        Self(Box::new(*bytes))
    }

    /// The bytes, for a store of your own.
    #[must_use]
    pub fn expose_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// Base32, as it is typed into an authenticator app that cannot scan.
    #[must_use]
    pub fn expose_base32(&self) -> Zeroizing<String> {
        Zeroizing::new(Secret::new_stack(*self.0).to_base32())
    }

    /// The code that an authenticator shows at `at`, or at the beginning of 1970 if that is earlier.
    /// For tests and demonstrations: codes that the service tells to anyone prove nothing.
    #[must_use]
    pub fn code_at(&self, at: Timestamp) -> Zeroizing<String> {
        let second = u64::try_from(at.as_second()).unwrap_or(0);
        Zeroizing::new(self.totp().generate(second).to_string())
    }

    /// Which of `steps` have this code. Codes are compared in constant time.
    pub(crate) fn matching(&self, code: &str, steps: impl Iterator<Item = Step>) -> Vec<Step> {
        let totp = self.totp();
        steps.filter(|step| totp.check(code, step.saturating_mul(PERIOD)).is_some()).collect()
    }

    fn totp(&self) -> Totp {
        // Each step is asked for by itself: skew here would hide which step it was.
        let builder = Builder::new().with_secret(Secret::new_stack(*self.0)).with_skew(0);
        // What `build` checks, the length of the secret above all, is fixed by the types here.
        builder.with_digits(6).with_step_duration(PERIOD).build_noncompliant()
    }
}

/// The step that `at` lies in; none before 1970.
pub(crate) fn step_at(at: Timestamp) -> Option<Step> {
    u64::try_from(at.as_second()).ok().map(|second| second.div_euclid(PERIOD))
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret([redacted])")
    }
}
