#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod enrolment;
mod error;
mod factor;
mod label;
mod pending;
mod record;
mod refused;
mod secret;
mod service;
mod tries;

pub use enrolment::TotpEnrolment;
pub use error::MfaError;
pub use factor::{Skew, TotpFactor, Verdict};
pub use pending::PendingMfa;
pub use refused::Refused;
pub use secret::TotpSecret;
pub use service::Mfa;
