use crate::{Normalisation, Passphrase};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The SHA-1 hash by which breached passphrases are listed: as secret as the passphrase.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct BreachHash([u8; Self::LEN]);

/// The first 20 bits of a [`BreachHash`], five hexadecimal digits: all that a range server is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RangePrefix(u32);

impl BreachHash {
    /// The length, in bytes.
    pub const LEN: usize = 20;

    /// The hash of the form that would be stored: NFC, then UTF-8.
    #[must_use]
    pub fn of(passphrase: &Passphrase) -> Self {
        let normal = passphrase.normalised(Normalisation::CURRENT);
        let mut hash = Self([0; Self::LEN]);
        for (into, byte) in
            hash.0.iter_mut().zip(digest(&SHA1_FOR_LEGACY_USE_ONLY, normal.as_bytes()).as_ref())
        {
            *into = *byte;
        }
        hash
    }

    /// A hash that came from elsewhere.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The range it is in.
    #[must_use]
    pub fn prefix(&self) -> RangePrefix {
        RangePrefix::of(&self.0)
    }

    pub(crate) const fn bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl RangePrefix {
    /// How many there are.
    pub const COUNT: u32 = 1 << 20;

    /// The prefix with this number, of [`COUNT`](Self::COUNT).
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        if number < Self::COUNT { Some(Self(number)) } else { None }
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    pub(crate) fn of(hash: &[u8; BreachHash::LEN]) -> Self {
        let [a, b, c, ..] = *hash;
        Self(u32::from_be_bytes([0, a, b, c]) >> 4)
    }
}

impl fmt::Debug for BreachHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BreachHash([redacted])")
    }
}

impl fmt::Display for RangePrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:05X}", self.0)
    }
}

impl fmt::Debug for RangePrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RangePrefix({self})")
    }
}
