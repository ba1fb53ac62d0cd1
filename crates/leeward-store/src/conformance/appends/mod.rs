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

use super::{Finding, Harness, Outcome, probe::Probe};
use crate::Store;
use std::{
    ops::Range,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
};

const CLIENTS: u32 = 4;
const STEPS: usize = 800;

/// Four clients read, append to, and move lists: all of it has one order that agrees with real time.
///
/// # Errors
/// What was seen instead.
pub fn appends_have_a_strict_serial_order(harness: &dyn Harness) -> Outcome {
    let store = Probe::open(harness)?.store;
    let (ticks, steps, history) = (AtomicU64::new(0), AtomicUsize::new(0), Mutex::new(History::new()));
    let clock = || ticks.fetch_add(1, Ordering::SeqCst);
    let tell = |event| history.lock().unwrap_or_else(PoisonError::into_inner).note(event);
    run_clients(&store, 0..CLIENTS, 7, &clock, &tell, &|_| steps.fetch_add(1, Ordering::SeqCst) < STEPS)?;
    let history = history.into_inner().unwrap_or_else(PoisonError::into_inner);
    let left = pollster::block_on(lists_of(&store))?;
    let tally = history.check(&left).map_err(|anomaly| Finding::Violation(anomaly.to_string()))?;
    ensure!(tally.unknown == 0 && tally.refused == 0, "nothing was broken, and calls failed: {tally}");
    Ok(())
}

/// Runs a [`Client`] for each of the numbers, on a thread of its own, for as long as `goes_on` says so
/// after each step. Where the store may fail, `goes_on` waits a little after
/// [`Refused`](Ending::Refused) and [`Unknown`](Ending::Unknown).
///
/// # Errors
/// What the store should never have shown or said.
pub fn run_clients(
    store: &Store,
    numbers: Range<u32>,
    seed: u64,
    clock: &(dyn Fn() -> u64 + Sync),
    tell: &(dyn Fn(Event) + Sync),
    goes_on: &(dyn Fn(Ending) -> bool + Sync),
) -> Outcome {
    let run = |number| {
        let mut client = Client::new(store, number, seed, clock);
        while goes_on(pollster::block_on(client.step(&mut |event| tell(event)))?) {}
        Ok(())
    };
    thread::scope(|scope| {
        let running: Vec<_> = numbers.map(|number| scope.spawn(move || run(number))).collect();
        let panicked = |_| Finding::Violation("a call panicked".to_owned());
        running.into_iter().try_for_each(|client| client.join().map_err(panicked)?)
    })
}
