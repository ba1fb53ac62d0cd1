use crate::Timestamp;
use std::{fmt, num::NonZeroU64};
use zeroize::Zeroize;

/// What a key holds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// The bytes.
    pub value: Value,
    /// Which writing of the key this is.
    pub version: Version,
    /// When it may be collected as garbage. A hint: rules check times themselves.
    pub expires_at: Option<Timestamp>,
}

impl Entry {
    /// An entry, as a backend or a decorator hands it out.
    #[must_use]
    pub const fn new(value: Value, version: Version, expires_at: Option<Timestamp>) -> Self {
        Self { value, version, expires_at }
    }
}

/// The bytes of one entry, wiped when dropped and never printed.
#[derive(Clone)]
pub struct Value(Vec<u8>);

impl Value {
    /// Takes the bytes over; they are wiped when the value is dropped.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// How many bytes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        // As slices: wiping a vector goes byte by byte, and costs more than reading it did.
        self.0.as_mut_slice().zeroize();
        self.0.spare_capacity_mut().zeroize();
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(bytes)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::new(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(bytes: &[u8; N]) -> Self {
        Self::new(bytes.to_vec())
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({} bytes)", self.0.len())
    }
}

/// Names one commit: all entries that one batch writes have the same. It is never used again for a key,
/// not even after the key was deleted and made anew.
///
/// A commit that begins after another has returned has a greater version, whatever the keys of either,
/// so that what was written can be put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(NonZeroU64);

impl Version {
    /// The version with this number; `None` for 0.
    #[must_use]
    pub const fn from_u64(number: u64) -> Option<Self> {
        match NonZeroU64::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// The number, for a backend to store.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_never_prints_its_bytes() {
        assert_eq!(format!("{:?}", Value::from(b"secret")), "Value(6 bytes)");
    }
}
