//! The suite that every backend runs, in this repository or outside it.
//!
//! Say how a fresh store is opened, by a closure or a [`Harness`], and each check becomes a test of
//! its own:
//!
//! ```
//! leeward_store::conformance_tests!(leeward_store::Store::memory);
//! # fn main() {}
//! ```
//!
//! [`run`] does the same from code, and [`CHECKS`] lists what there is:
//!
//! ```
//! use leeward_store::{Store, conformance};
//! let report = conformance::run(&Store::memory);
//! assert!(report.is_conforming(), "{report}");
//! ```
//!
//! The checks need no executor: they race on plain threads. They read no clock, and random choices
//! come from fixed seeds. A check that waits for ever has found a lost wake-up or a deadlock.
//!
//! - [`races`]: one winner for one key, no lost update, no write skew, constant totals.
//! - [`expectations`]: what each expectation lets through, and what a conflict says.
//! - [`versions`]: they grow, and none comes back.
//! - [`atomicity`]: big batches, refused batches, dropped futures.
//! - [`reads`]: values come back byte for byte, at once, on every handle.
//! - [`order`]: adversarial keys, forward and backward, and none mistaken for another.
//! - [`paging`]: bounds, cursors, and walks while others write.
//! - [`limits`]: the largest that is allowed works, and what is larger is refused.
//! - [`sealing`]: a handle that seals nothing writes no secret.
//! - [`expiry`]: what expired stays until it is purged, and only that is purged.
//! - [`durability`]: what was acknowledged is there after the death of the process.
//! - [`histories`]: small random histories are strictly serialisable.
//! - [`appends`]: and large ones, in which every write can be told from every other.
//!
//! That the suite finds what it should is shown by [`broken`]: backends with one flaw each.

#[macro_use]
mod finding;

pub mod appends;
pub mod atomicity;
pub mod broken;
mod check;
pub mod durability;
pub mod expectations;
pub mod expiry;
mod harness;
pub mod histories;
pub mod limits;
mod linearize;
pub mod order;
pub mod paging;
mod probe;
pub mod races;
mod random;
pub mod reads;
pub mod sealing;
pub mod versions;

pub use check::{CHECKS, Check, Failure, Report, Verdict, run};
pub use finding::{Finding, Outcome};
pub use harness::Harness;
