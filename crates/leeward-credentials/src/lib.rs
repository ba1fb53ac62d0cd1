#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod account_error;
mod address_proof;
mod arena;
mod attempt;
mod blocklist;
pub mod breach;
mod calibrate;
mod change;
mod choosing;
mod clock;
mod config;
mod directory;
mod error;
mod foreign;
mod generate;
mod governor;
mod hashed;
mod history;
mod lanes;
mod login_name;
mod messages;
mod pace;
mod params;
mod passphrase;
mod pepper;
mod phc;
mod policy;
mod pool;
mod recipe;
mod record;
mod recovery;
mod registration;
mod service;
mod stats;
mod strength;

pub use account_error::AccountError;
pub use address_proof::{AddressProof, AddressProofs, ProofPurpose};
pub use blocklist::Blocklist;
pub use change::{ChangeDue, ChangeReason};
pub use config::GovernorConfig;
pub use directory::Directory;
pub use error::CredentialError;
pub use foreign::ForeignHash;
pub use generate::generate_passphrase;
pub use governor::Governor;
pub use hashed::{HashedPassphrase, Salt};
pub use leeward_seal::IndexRoot;
pub use leeward_throttle::Lane;
pub use login_name::LoginName;
pub use messages::{Catalogue, CatalogueError, Language, Message, Say};
pub use params::HashParams;
pub use passphrase::{Normalisation, Passphrase};
pub use pepper::{Pepper, PepperId, Peppers};
pub use policy::{
    BreachRule, Chooser, Class, Clause, Composition, Guidance, PasswordPolicy, Profile, Refusal,
};
pub use recovery::{
    Case, Method, Objection, Progress, Recoveries, Recovery, RecoveryPolicy, RecoveryReference, Step,
};
pub use registration::{NameRefused, Pseudonymous, Registrant, Registration, Registrations};
pub use secrecy::SecretString;
pub use service::Credentials;
pub use stats::{GovernorStats, LaneStats};
pub use strength::{Attack, Score, Strength, Suggestion, TimeToGuess, Warning};
