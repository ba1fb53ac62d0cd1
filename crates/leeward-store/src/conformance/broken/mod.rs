//! Backends with one flaw each, of kinds that real ones had, and the checks that catch them.
//!
//! They show that the suite rejects what it should, by name:
//!
//! ```
//! use leeward_store::conformance::{CHECKS, broken};
//! for specimen in broken::SPECIMENS {
//!     let named = |check: &&leeward_store::conformance::Check| check.name() == specimen.caught_by();
//!     let check = CHECKS.iter().find(named).unwrap();
//!     assert!(check.run(&*specimen.harness()).is_err(), "{specimen:?}");
//! }
//! ```

mod commits;
mod durable;
mod flawed;
mod prepares;
mod purges;
mod reads;
mod spaces;
mod versions;
mod writes;

use super::Harness;
use crate::Store;
use flawed::{Flaw, Flawed};
use std::fmt;

/// A broken backend, by name.
#[derive(Clone, Copy)]
pub struct Specimen {
    name: &'static str,
    caught_by: &'static str,
    harness: fn() -> Box<dyn Harness>,
}

/// One for each kind of flaw.
pub const SPECIMENS: &[Specimen] = &[
    Specimen::new("ignores that a key should be absent", "expectations_hold_as_stated", || {
        flawed::<commits::LostExpectation>()
    }),
    Specimen::new("checks first and writes later", "one_winner_for_an_absent_key", || {
        flawed::<commits::CheckThenAct>()
    }),
    Specimen::new("checks first and replaces later", "one_winner_for_one_version", || {
        flawed::<commits::CheckThenAct>()
    }),
    Specimen::new("has no serial order", "histories_are_strictly_serialisable", || {
        flawed::<commits::CheckThenAct>()
    }),
    Specimen::new("forgets checks beside writes", "write_skew_is_refused", || {
        flawed::<commits::SnapshotIsolation>()
    }),
    Specimen::new("stops in the middle of a batch", "a_refused_batch_changes_nothing", || {
        flawed::<commits::TornBatch>()
    }),
    Specimen::new("shows a batch while it is written", "readers_never_see_half_a_batch", || {
        flawed::<commits::VisibleHalves>()
    }),
    Specimen::new("stops where its future is dropped", "dropped_commits_are_whole_or_nothing", || {
        flawed::<commits::HalfWhenDropped>()
    }),
    Specimen::new("names one conflict of many", "conflicts_name_the_failing_keys_in_order", || {
        flawed::<commits::OneConflict>()
    }),
    Specimen::new("reads from a cache", "every_handle_reads_the_last_commit", || {
        flawed::<reads::StaleCache>()
    }),
    Specimen::new("scans row by row", "transfers_keep_the_total", || flawed::<reads::RowByRow>()),
    Specimen::new("turns pages round", "adversarial_keys_are_in_order", || flawed::<reads::ReversedPages>()),
    Specimen::new("finds longer segments too", "adversarial_keys_are_in_order", || {
        flawed::<reads::LoosePrefix>()
    }),
    Specimen::new("looks for the key of a cursor", "cursors_outlive_their_keys", || {
        flawed::<reads::LostCursor>()
    }),
    Specimen::new("compares keys without case", "no_key_is_mistaken_for_another", || {
        flawed::<writes::CaselessKeys>()
    }),
    Specimen::new("cuts long keys", "no_key_is_mistaken_for_another", || flawed::<writes::ShortKeys>()),
    Specimen::new("cuts long values", "the_largest_is_taken", || flawed::<writes::ShortValues>()),
    Specimen::new("counts versions for each key", "versions_are_never_used_again", || {
        Box::new(|| Store::new(versions::PerKeyCounters::default()))
    }),
    Specimen::new("purges what was put again", "purge_spares_what_was_put_again", || {
        flawed::<purges::LatePurge>()
    }),
    Specimen::new("purges less than a step", "purge_goes_in_bounded_steps", || {
        flawed::<purges::ShortSteps>()
    }),
    Specimen::new("forgets when a time was changed", "purge_follows_the_last_time", || {
        flawed::<purges::FirstTimes>()
    }),
    Specimen::new("commits each space by itself", "one_batch_spans_spaces", || {
        Box::new(|| Store::new(spaces::Apart::default()))
    }),
    Specimen::new("numbers each space by itself", "versions_grow", || {
        Box::new(|| Store::new(spaces::Apart::default()))
    }),
    Specimen::new("prepares what it does not seal", "what_is_prepared_is_sealed", || {
        Box::new(prepares::SealsCommitsAlone)
    }),
    Specimen::new("tries again what was applied", "appends_have_a_strict_serial_order", || {
        flawed::<commits::BlindRetry>()
    }),
    Specimen::new("says that it failed when it did not", "appends_have_a_strict_serial_order", || {
        flawed::<commits::LostAnswer>()
    }),
    Specimen::new("finds out of date what others wrote", "appends_have_a_strict_serial_order", || {
        flawed::<reads::StaleCache>()
    }),
    Specimen::new("acknowledges before it is durable", "acknowledged_commits_survive", || {
        Box::new(durable::EarlyAnswer::default())
    }),
];

fn flawed<F: Flaw + Default>() -> Box<dyn Harness> {
    Box::new(|| Store::memory().decorate(|inner| Flawed { inner, flaw: F::default() }))
}

impl Specimen {
    const fn new(name: &'static str, caught_by: &'static str, harness: fn() -> Box<dyn Harness>) -> Self {
        Self { name, caught_by, harness }
    }

    /// What is wrong with it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The name of the check that is there to catch it. Others may catch it too.
    #[must_use]
    pub const fn caught_by(&self) -> &'static str {
        self.caught_by
    }

    /// How the suite opens it.
    #[must_use]
    pub fn harness(&self) -> Box<dyn Harness> {
        (self.harness)()
    }
}

impl fmt::Debug for Specimen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a backend that {}, for `{}` to catch", self.name, self.caught_by)
    }
}
