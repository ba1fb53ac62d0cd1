#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod argon2_cost;
mod blind_index;
mod budget;
mod cache;
mod canary;
mod codec;
mod core;
mod data_key;
mod erasure;
mod error;
mod keyring;
mod options;
mod owner;
mod owner_keys;
mod purpose;
mod record;
mod rekey;
mod root;
mod rotation;
mod sealed_store;
mod sealing;
mod vault;

pub use argon2_cost::Argon2Cost;
pub use blind_index::BlindIndex;
pub use erasure::Erasure;
pub use error::VaultError;
pub use leeward_seal::{Index, IndexTag};
pub use options::{KeyLimits, VaultOptions};
pub use purpose::KeyPurpose;
pub use rekey::Step;
pub use root::{
    KeyFile, KeyFileError, KeyWrapper, MemoryKey, PassphraseHeader, PassphraseKey, RootKey, RootKeyError,
    RootKeyId,
};
pub use rotation::{RewrapCursor, Rewrapped};
pub use secrecy::SecretString;
pub use vault::Vault;
pub use zeroize::Zeroizing;

/// The longest that a [`KeyWrapper`] may make a wrapped key, in bytes.
pub const MAX_WRAPPED: usize = 8192;

/// The most legal holds that a subject can be under at once.
pub const MAX_HOLDS: usize = 8;
