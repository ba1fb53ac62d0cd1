#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod arena;
mod blocklist;
pub mod breach;
mod error;
mod generate;
mod governor;
mod hashed;
mod params;
mod passphrase;
mod policy;
mod pool;
mod record;
mod service;
mod stats;

pub use error::CredentialError;
pub use generate::generate_passphrase;
pub use governor::{Governor, GovernorConfig};
pub use hashed::{HashedPassphrase, Salt};
pub use params::HashParams;
pub use passphrase::{Normalisation, Passphrase};
pub use policy::{PasswordPolicy, Refusal};
pub use secrecy::SecretString;
pub use service::Credentials;
pub use stats::GovernorStats;
