use crate::{Algorithm, Digits, MfaError, otp::OtpKey};
use jiff::Timestamp;
use ring::rand::SecureRandom;
use std::fmt;
use zeroize::Zeroizing;

/// What an authenticator app and the service share: a secret, and how codes are made of it.
///
/// By default 160 random bits (RFC 4226 4, R6), HMAC-SHA-1, six digits and 30 seconds, which every
/// authenticator app understands.
pub struct TotpSecret {
    pub(crate) key: OtpKey,
    pub(crate) period: Period,
}

/// How long one code lasts (RFC 6238 5.2; at most 2 minutes by NIST SP 800-63B-4 3.1.4.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Period {
    /// 30 seconds.
    #[default]
    HalfMinute,
    /// 60 seconds, as some hardware tokens have it.
    Minute,
}

/// The number of a step since 1970 (RFC 6238 4.2).
pub(crate) type Step = u64;

impl TotpSecret {
    /// Bytes of a secret by default.
    pub const LEN: usize = 20;

    /// A new secret.
    ///
    /// # Errors
    /// [`MfaError::Random`] when the source of randomness fails.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, MfaError> {
        Self::generate_with(rng, Algorithm::default(), Digits::default())
    }

    /// A new secret for another hash or longer codes. Check that the authenticator knows them: many
    /// apps do not, and show wrong codes without a word.
    ///
    /// # Errors
    /// [`MfaError::Random`] when the source of randomness fails.
    pub fn generate_with(
        rng: &dyn SecureRandom,
        algorithm: Algorithm,
        digits: Digits,
    ) -> Result<Self, MfaError> {
        Ok(Self { key: OtpKey::generate(rng, algorithm, digits)?, period: Period::default() })
    }

    /// A secret that was made elsewhere, as of a hardware token: 16 to 64 bytes.
    ///
    /// # Errors
    /// [`MfaError::SecretLength`].
    pub fn from_bytes(
        secret: &[u8],
        algorithm: Algorithm,
        digits: Digits,
        period: Period,
    ) -> Result<Self, MfaError> {
        Ok(Self { key: OtpKey::new(secret, algorithm, digits)?, period })
    }

    /// The bytes, for a store of your own.
    #[must_use]
    pub fn expose_bytes(&self) -> &[u8] {
        self.key.expose()
    }

    /// Base32, as it is typed into an authenticator app that cannot scan.
    #[must_use]
    pub fn expose_base32(&self) -> Zeroizing<String> {
        self.key.expose_base32()
    }

    /// The hash.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.key.algorithm
    }

    /// How long a code is.
    #[must_use]
    pub const fn digits(&self) -> Digits {
        self.key.digits
    }

    /// How long a code lasts.
    #[must_use]
    pub const fn period(&self) -> Period {
        self.period
    }

    /// The code that an authenticator shows at `at`, or at the beginning of 1970 if that is earlier.
    /// For tests and demonstrations: codes that the service tells to anyone prove nothing.
    #[must_use]
    pub fn code_at(&self, at: Timestamp) -> Zeroizing<String> {
        self.key.code(self.period.step_at(at).unwrap_or(0))
    }

    /// Which of `steps` have this code.
    pub(crate) fn matching(&self, code: &str, steps: impl Iterator<Item = Step>) -> Vec<Step> {
        self.key.matching(code, steps)
    }

    pub(crate) fn duplicate(&self) -> Self {
        Self { key: self.key.duplicate(), period: self.period }
    }
}

impl Period {
    /// Seconds.
    #[must_use]
    pub const fn seconds(self) -> u8 {
        match self {
            Self::HalfMinute => 30,
            Self::Minute => 60,
        }
    }

    pub(crate) const fn from_seconds(seconds: u8) -> Option<Self> {
        match seconds {
            30 => Some(Self::HalfMinute),
            60 => Some(Self::Minute),
            _ => None,
        }
    }

    /// The step that `at` lies in; none before 1970.
    pub(crate) fn step_at(self, at: Timestamp) -> Option<Step> {
        u64::try_from(at.as_second()).ok().map(|second| second.div_euclid(self.seconds().into()))
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret([redacted])")
    }
}
