//! Codes sent to a telephone (NIST SP 800-63B-4 3.1.3): restricted, and never by e-mail.

mod record;
mod request;
mod service;

pub use request::PhoneCodeRequest;
pub(crate) use service::{check, forget};
