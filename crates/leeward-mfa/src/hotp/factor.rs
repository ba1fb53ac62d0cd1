use crate::{Algorithm, Digits, MfaError, code, otp::OtpKey};
use leeward_event::AuthenticatorId;
use std::fmt;
use zeroize::Zeroizing;

/// What a hardware token and the service share: the secret that came with the token.
pub struct HotpSecret {
    pub(crate) key: OtpKey,
}

/// A bound HOTP token, and what it takes to accept each of its codes once.
///
/// [`Mfa`](crate::Mfa) stores it. A service with a schema of its own keeps [`to_bytes`](Self::to_bytes)
/// in a row, and writes what is left **only if the row is still the one that was read**.
///
/// ```
/// # use leeward_event::AuthenticatorId;
/// use leeward_mfa::{Digits, HotpFactor, HotpSecret};
/// let seed = b"12345678901234567890";
/// let secret = HotpSecret::from_bytes(seed, Digits::Six)?;
/// let mut token = HotpFactor::new(AuthenticatorId::from_bytes([1; 16]), secret, 0);
/// assert!(token.present("287082")); // the second code of RFC 4226, Appendix D: one was skipped
/// assert!(!token.present("755224"), "the first one is over");
/// # Ok::<(), leeward_mfa::MfaError>(())
/// ```
pub struct HotpFactor {
    pub(crate) authenticator: AuthenticatorId,
    pub(crate) secret: HotpSecret,
    /// The first counter whose code may still be accepted.
    pub(crate) next: u64,
}

impl HotpSecret {
    /// The secret of a token: 16 to 64 bytes (RFC 4226 4, R6). HOTP is defined on HMAC-SHA-1.
    ///
    /// # Errors
    /// [`MfaError::SecretLength`].
    pub fn from_bytes(secret: &[u8], digits: Digits) -> Result<Self, MfaError> {
        Ok(Self { key: OtpKey::new(secret, Algorithm::Sha1, digits)? })
    }

    /// The bytes, for a store of your own.
    #[must_use]
    pub fn expose_bytes(&self) -> &[u8] {
        self.key.expose()
    }

    /// How long a code is.
    #[must_use]
    pub const fn digits(&self) -> Digits {
        self.key.digits
    }

    /// The code that a token shows at `counter`. For tests and demonstrations: codes that the service
    /// tells to anyone prove nothing.
    #[must_use]
    pub fn code_at(&self, counter: u64) -> Zeroizing<String> {
        self.key.code(counter)
    }
}

impl HotpFactor {
    /// How many codes may have been made and not used, since the last one (RFC 4226 7.4).
    pub const LOOK_AHEAD: u64 = 10;
    /// How many, when two codes that follow each other are given.
    pub const RESYNCHRONISES: u64 = 1000;

    /// A token whose counter stands at `next`.
    #[must_use]
    pub const fn new(authenticator: AuthenticatorId, secret: HotpSecret, next: u64) -> Self {
        Self { authenticator, secret, next }
    }

    /// Judges a code, and uses up its counter and all before it.
    pub fn present(&mut self, code: &str) -> bool {
        let Some(code) = code::digits(code) else { return false };
        let ahead = self.next..self.next.saturating_add(Self::LOOK_AHEAD);
        self.accept(self.secret.key.matching(&code, ahead).first().copied())
    }

    /// Judges two codes that follow each other, of a token that was used too often elsewhere, and uses
    /// up their counters and all before them.
    pub fn resynchronise(&mut self, first: &str, second: &str) -> bool {
        let (Some(first), Some(second)) = (code::digits(first), code::digits(second)) else { return false };
        let key = &self.secret.key;
        let ahead = self.next..self.next.saturating_add(Self::RESYNCHRONISES);
        let follows = |counter: &u64| key.matching(&second, [counter.saturating_add(1)].into_iter());
        let found = key.matching(&first, ahead).into_iter().find_map(|at| follows(&at).first().copied());
        self.accept(found)
    }

    /// Which authenticator it is.
    #[must_use]
    pub const fn authenticator(&self) -> AuthenticatorId {
        self.authenticator
    }

    /// Its secret.
    #[must_use]
    pub const fn secret(&self) -> &HotpSecret {
        &self.secret
    }

    /// The counter of the last possible code is never used up, so that none is accepted twice there.
    fn accept(&mut self, counter: Option<u64>) -> bool {
        let next = counter.and_then(|counter| counter.checked_add(1));
        self.next = next.unwrap_or(self.next);
        next.is_some()
    }
}

impl fmt::Debug for HotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HotpSecret([redacted])")
    }
}

impl fmt::Debug for HotpFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HotpFactor").field("authenticator", &self.authenticator).finish_non_exhaustive()
    }
}
