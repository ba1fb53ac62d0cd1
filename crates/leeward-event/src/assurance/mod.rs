//! What a sign-in has proved: factors, and the assurance they add up to (NIST SP 800-63B-4).
//!
//! The crate that checks a factor makes a [`ProvedFactor`]; a [`SignIn`] is made from proved factors;
//! a session is made from a [`SignIn`], and keeps its [`Proof`]s. So no path reaches a session past a
//! check. A [`Requirement`] says, as data, what an action needs beyond that.

mod aal;
mod factor;
mod proof;
mod recovered;
mod requirement;
mod sign_in;

pub use aal::Aal;
pub use factor::FactorKind;
pub use proof::{Proof, ProvedFactor};
pub use recovered::Recovered;
pub use requirement::{Lack, Requirement};
pub use sign_in::{AssuranceError, SignIn};

use jiff::SignedDuration;

/// How far the clocks of two machines may be apart: a proof that is further in the future counts for
/// nothing.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(1);
