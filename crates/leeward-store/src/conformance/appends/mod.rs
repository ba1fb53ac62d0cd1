//! Lists to which many clients append at once, and whether what they saw has a serial order.
//!
//! Each transaction appends its own [`Id`] to some lists, by compare and set, and notes what the lists
//! held before, in the manner of Elle (Kingsbury and Alvaro 2020). A list that has only grown tells who
//! came before whom, so that a history of any length is decided in linear time, also when connections
//! break, servers die and answers are lost:
//!
//! - what was acknowledged is there, once and whole;
//! - what was refused is nowhere;
//! - what nobody knows is there wholly or not at all, and never twice;
//! - all that was read agrees with one order, and that order with real time.
//!
//! A [`Client`] makes the load, and tells an [`Event`] before and after each transaction. Events are
//! lines too, so that a process writes them as it goes and whoever kills it reads them:
//!
//! ```
//! # pollster::block_on(async {
//! use leeward_store::{Store, conformance::appends::{Client, Event, History, lists_of}};
//! use std::sync::atomic::{AtomicU64, Ordering};
//!
//! let (store, ticks) = (Store::memory(), AtomicU64::new(0));
//! let clock = || ticks.fetch_add(1, Ordering::SeqCst);
//! let mut client = Client::new(&store, 1, 7, &clock);
//! let mut said = Vec::new();
//! for _ in 0..50 {
//!     client.step(&mut |event| said.push(event.to_string())).await.unwrap();
//! }
//!
//! let mut history = History::new();
//! said.iter().filter_map(|line| Event::from_line(line)).for_each(|event| history.note(event));
//! let tally = history.check(&lists_of(&store).await.unwrap()).unwrap();
//! assert_eq!((tally.unknown, tally.refused), (0, 0));
//! # });
//! ```

mod anomaly;
mod client;
mod event;
mod graph;
mod history;
mod lists;
mod order;
mod tally;

pub use anomaly::{Anomaly, Cycle, Reason, Shape};
pub use client::Client;
pub use event::{Ending, Event, Id, List, Read};
pub use history::History;
pub use lists::lists_of;
pub use tally::Tally;

use super::{
    Finding, Harness, Outcome,
    probe::{Probe, race},
};
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

const CLIENTS: u8 = 4;
const STEPS: u32 = 200;

/// Four clients read, append to, and move lists: all of it has one order that agrees with real time.
///
/// # Errors
/// What was seen instead.
pub fn appends_have_a_strict_serial_order(harness: &dyn Harness) -> Outcome {
    let store = Probe::open(harness)?.store;
    let (ticks, history) = (AtomicU64::new(0), Mutex::new(History::new()));
    let clock = || ticks.fetch_add(1, Ordering::SeqCst);
    race(CLIENTS, |number| {
        let mut client = Client::new(&store, number.into(), 7, &clock);
        let mut tell = |event| history.lock().unwrap_or_else(PoisonError::into_inner).note(event);
        (0..STEPS).try_for_each(|_| pollster::block_on(client.step(&mut tell)).map(drop))
    })?;
    let history = history.into_inner().unwrap_or_else(PoisonError::into_inner);
    let left = pollster::block_on(lists_of(&store))?;
    let tally = history.check(&left).map_err(|anomaly| Finding::Violation(anomaly.to_string()))?;
    ensure!(tally.unknown == 0 && tally.refused == 0, "nothing was broken, and calls failed: {tally}");
    Ok(())
}
