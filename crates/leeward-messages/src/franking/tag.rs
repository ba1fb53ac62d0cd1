use crate::content::SALT_LEN;
use ring::hmac;
use subtle::ConstantTimeEq as _;

/// Commits the sender of a message to what it says, and tells nobody what that is:
/// `HMAC-SHA256(salt, application data)`, the salt lying inside (draft-ietf-mimi-protocol-06 5.4.1.1).
#[derive(Clone, Copy, Debug)]
pub struct FrankingTag([u8; 32]);

impl FrankingTag {
    /// How many bytes it has.
    pub const LEN: usize = 32;

    pub(crate) fn of(salt: &[u8; SALT_LEN], data: &[u8]) -> Self {
        Self(mac(&hmac::Key::new(hmac::HMAC_SHA256, salt), &[data]))
    }

    /// The tag with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// Whether it is the same, in a time that does not tell where they differ.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

pub(super) fn mac(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(part);
    }
    // An HMAC of SHA-256 has 32 bytes: the fallback is never taken.
    context.sign().as_ref().try_into().unwrap_or_default()
}
