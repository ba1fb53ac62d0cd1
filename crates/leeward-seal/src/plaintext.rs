use std::{fmt, mem, ops::Deref};
use zeroize::Zeroize;

/// What was opened: bytes that are wiped when dropped, and never printed.
pub struct Plaintext(Vec<u8>);

impl Plaintext {
    /// Nothing yet, with room for `capacity` bytes: a vector that never grows leaves no copies behind.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    pub(crate) const fn as_mut_vec(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }

    /// The bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// Hands the bytes over without a copy. Wiping them is the caller's duty from here on.
    #[must_use]
    pub fn into_vec(mut self) -> Vec<u8> {
        mem::take(&mut self.0)
    }
}

impl Deref for Plaintext {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Plaintext {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Plaintext {
    fn drop(&mut self) {
        // As a slice: `Vec::zeroize` writes one byte at a time, and takes longer than opening does.
        self.0.as_mut_slice().zeroize();
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plaintext({} bytes)", self.0.len())
    }
}
