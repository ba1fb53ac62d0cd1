//! Codes by a counter (RFC 4226): hardware tokens with a button.

mod factor;
mod record;
mod service;

pub use factor::{HotpFactor, HotpSecret};
pub(crate) use service::{check, check_pair, forget};
