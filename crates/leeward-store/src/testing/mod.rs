//! A backend that fails on purpose, at the call that a test chooses.
//!
//! A [`Plan`] says what happens to which call, and [`Plan::over`] puts it over a store:
//!
//! ```
//! # pollster::block_on(async {
//! use leeward_store::testing::{Call, Fault, Plan};
//! use leeward_store::{Batch, Expect, Space, Store, StoreError};
//! const SEAT: Space = Space::public("app.seat");
//! let plan = Plan::new().nth(1, Call::Commit, Fault::LoseAnswer);
//! let store = plan.over(&Store::memory());
//!
//! let seat = SEAT.key(&[b"12a"])?;
//! let mut batch = Batch::new();
//! batch.put(seat.clone(), Expect::Absent, b"taken");
//! assert!(matches!(store.commit(batch).await, Err(StoreError::OutcomeUnknown(_))));
//! assert!(store.get(&seat).await?.is_some(), "it was applied, and nobody was told");
//! # Ok::<(), StoreError>(()) }).unwrap();
//! ```
//!
//! [`at_every_call`] runs a scenario again and again with the fault at its first call, its second, and
//! so on: every point at which it can be interrupted. No clock is involved: what is delayed waits for
//! a number of polls, or for a [`Gate`].

mod explore;
mod faulty;
mod gate;
mod plan;

pub use explore::{at_every_call, run_until_stuck};
pub use faulty::{FaultyBackend, Injected};
pub use gate::Gate;
pub use plan::{Call, Fault, Plan};
