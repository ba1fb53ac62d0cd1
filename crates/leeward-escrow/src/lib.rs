#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod ceremony;
mod codec;
mod consent;
mod error;
mod gf256;
mod hpke_seal;
mod opening;
mod record;
mod rehearsal;
mod rehearsing;
mod released;
mod request;
mod secret;
mod service;
mod set;
pub mod shamir;
mod share_key;
mod trustee;

pub use ceremony::{Ceremony, State};
pub use consent::{Consent, Invitation, OpenedShare};
pub use error::EscrowError;
pub use rehearsal::{Rehearsal, RehearsalId, RehearsalInvitation, RehearsalProof};
pub use released::Released;
pub use request::{Asked, OfficerKey, OpeningReason, OpeningRequest, RequestId, Scope};
pub use secret::Secret;
pub use service::Escrows;
pub use set::{EscrowId, SealedSet, Terms};
pub use trustee::{KeyId, PublicKey, Suite, Trustee, TrusteeKey};
