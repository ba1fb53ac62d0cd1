//! Saved codes for when everything else is lost: look-up secrets (NIST SP 800-63B-4 3.1.2).

mod check;
mod code;
mod record;
mod service;

pub use code::RecoveryCode;
pub(crate) use record::CodeSet;
pub use service::IssuedCodes;
pub(crate) use service::{check as judge, forget};
