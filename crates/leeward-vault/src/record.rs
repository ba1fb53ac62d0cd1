//! The persisted forms. All of it is ciphertext or public, so the spaces are public.

mod key_row;
mod keyring;
mod sealed;

pub(crate) use key_row::{KeyRow, Live, WrappedKey};
pub(crate) use keyring::{KeyringRecord, WrappedKek};
pub(crate) use sealed::Header;

use leeward_store::{Key, Space, StoreError};

/// One row: the key-encryption keys, wrapped by the root key.
pub(crate) const KEYRING: Space = Space::public("vault.keyring");

/// One row for each subject: its data keys, wrapped by a key-encryption key.
pub(crate) const KEYS: Space = Space::public("vault.key");

pub(crate) fn keyring_key() -> Result<Key, StoreError> {
    KEYRING.key(&[])
}

/// How far a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyState {
    /// It wraps or seals what is new.
    Active,
    /// It only opens what is old.
    Retiring,
}

impl KeyState {
    const fn code(self) -> u8 {
        match self {
            Self::Active => 1,
            Self::Retiring => 2,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Active),
            2 => Some(Self::Retiring),
            _ => None,
        }
    }
}
