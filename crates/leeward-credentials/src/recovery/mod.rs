//! The way back into an account whose authenticators were lost, as strong as the account itself
//! (NIST SP 800-63B-4 4.2, ASVS 5.0 6.4.3 and 6.4.4).
//!
//! [`Recovery`] names one attempt; [`Case`] is what is known of it, with the rules as pure functions;
//! [`Recoveries`] keeps cases in the store.

mod case;
mod cases;
mod handle;
mod policy;
mod record;
mod service;
mod staff;
mod step;

pub use case::{Case, Objection};
pub use handle::{Recovery, RecoveryReference};
pub use policy::RecoveryPolicy;
pub use service::{Progress, Recoveries};
pub use step::{Method, Step};
