//! Codes by the time (RFC 6238).

mod enrolment;
mod factor;
mod record;
mod secret;
mod service;
mod unlock;

pub use enrolment::TotpEnrolment;
pub use factor::{Skew, TotpFactor, Verdict};
pub use secret::{Period, TotpSecret};
pub(crate) use service::{check, forget};
pub use unlock::Unlocking;
