use crate::MfaError;
use ring::rand::SecureRandom;
use std::fmt;
use totp_rs::{Builder, Secret, Totp};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The hash under the codes (RFC 6238 1.2).
///
/// Many authenticator apps ignore any other than the default, and then show codes that are never right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// HMAC-SHA-1, which every authenticator knows. What is known against SHA-1 does not bear on it.
    #[default]
    Sha1,
    /// HMAC-SHA-256.
    Sha256,
    /// HMAC-SHA-512.
    Sha512,
}

/// How long a code is (RFC 4226 5.3).
///
/// Some authenticator apps ignore any other than the default, and then show codes that are never right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Digits {
    /// Six.
    #[default]
    Six,
    /// Eight.
    Eight,
}

/// The secret of a token and how it makes codes from a moving factor (RFC 4226 5.3, RFC 6238 4).
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct OtpKey {
    secret: Box<[u8]>,
    #[zeroize(skip)]
    pub(crate) algorithm: Algorithm,
    #[zeroize(skip)]
    pub(crate) digits: Digits,
}

impl OtpKey {
    /// Bytes: 128 bits, the least of RFC 4226 4 (R6), and more than the 112 of NIST SP 800-63B-4 3.1.4.1.
    pub(crate) const MIN: usize = 16;
    /// Bytes: as many as the longest hash has, beyond which they add nothing.
    pub(crate) const MAX: usize = 64;

    pub(crate) fn new(secret: &[u8], algorithm: Algorithm, digits: Digits) -> Result<Self, MfaError> {
        if (Self::MIN..=Self::MAX).contains(&secret.len()) {
            Ok(Self { secret: secret.into(), algorithm, digits })
        } else {
            Err(MfaError::SecretLength)
        }
    }

    /// A new secret, as long as the hash (RFC 6238 5.1).
    pub(crate) fn generate(
        rng: &dyn SecureRandom,
        algorithm: Algorithm,
        digits: Digits,
    ) -> Result<Self, MfaError> {
        let mut secret = vec![0; algorithm.hash_len()].into_boxed_slice();
        rng.fill(&mut secret).map_err(|_| MfaError::Random)?;
        Ok(Self { secret, algorithm, digits })
    }

    pub(crate) fn expose(&self) -> &[u8] {
        &self.secret
    }

    pub(crate) fn expose_base32(&self) -> Zeroizing<String> {
        Zeroizing::new(Secret::from(self.secret.to_vec()).to_base32())
    }

    /// The code of this moving factor.
    pub(crate) fn code(&self, moving: u64) -> Zeroizing<String> {
        Zeroizing::new(self.otp().generate(moving).to_string())
    }

    /// Which of `moving` have this code, which is of ASCII digits. Codes are compared in constant time.
    pub(crate) fn matching(&self, code: &str, moving: impl Iterator<Item = u64>) -> Vec<u64> {
        if code.len() != usize::from(self.digits.count()) {
            return Vec::new();
        }
        let otp = self.otp();
        moving.filter(|moving| otp.check(code, *moving).is_some()).collect()
    }

    /// The crate below divides a time into steps: of steps of one second, the number is the time.
    fn otp(&self) -> Totp {
        let builder = Builder::new().with_secret(Secret::from(self.secret.to_vec())).with_skew(0);
        let builder = builder.with_algorithm(self.algorithm.below()).with_digits(self.digits.count());
        // What `build` checks, the length of the secret above all, is fixed by the types here.
        builder.with_step_duration(1).build_noncompliant()
    }

    pub(crate) fn duplicate(&self) -> Self {
        Self { secret: self.secret.clone(), algorithm: self.algorithm, digits: self.digits }
    }
}

impl Algorithm {
    const fn hash_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    const fn below(self) -> totp_rs::Algorithm {
        match self {
            Self::Sha1 => totp_rs::Algorithm::SHA1,
            Self::Sha256 => totp_rs::Algorithm::SHA256,
            Self::Sha512 => totp_rs::Algorithm::SHA512,
        }
    }

    /// As the key URI format writes it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }

    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Sha1 => 1,
            Self::Sha256 => 2,
            Self::Sha512 => 3,
        }
    }

    pub(crate) const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Sha1),
            2 => Some(Self::Sha256),
            3 => Some(Self::Sha512),
            _ => None,
        }
    }
}

impl Digits {
    /// How many.
    #[must_use]
    pub const fn count(self) -> u8 {
        match self {
            Self::Six => 6,
            Self::Eight => 8,
        }
    }

    pub(crate) const fn from_count(count: u8) -> Option<Self> {
        match count {
            6 => Some(Self::Six),
            8 => Some(Self::Eight),
            _ => None,
        }
    }
}

impl fmt::Debug for OtpKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { algorithm, digits, .. } = self;
        write!(f, "[redacted], {algorithm:?}, {digits:?}")
    }
}

/// `[algorithm, digits, length of the secret]`, and the secret.
pub(crate) fn encode(key: &OtpKey, bytes: &mut Zeroizing<Vec<u8>>) {
    let length = u8::try_from(key.secret.len()).unwrap_or(u8::MAX);
    bytes.extend([key.algorithm.code(), key.digits.count(), length]);
    bytes.extend(key.expose());
}

/// Reads what [`encode`] wrote, and gives the rest.
pub(crate) fn decode(bytes: &[u8]) -> Option<(OtpKey, &[u8])> {
    let ([algorithm, digits, length], rest) = bytes.split_first_chunk()?;
    let (secret, rest) = rest.split_at_checked((*length).into())?;
    let (algorithm, digits) = (Algorithm::from_code(*algorithm)?, Digits::from_count(*digits)?);
    Some((OtpKey::new(secret, algorithm, digits).ok()?, rest))
}
