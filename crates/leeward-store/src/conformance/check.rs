use super::{Finding, Harness, Outcome};
use std::{error::Error, fmt};

/// One named check.
#[derive(Clone, Copy)]
pub struct Check {
    name: &'static str,
    run: fn(&dyn Harness) -> Outcome,
}

/// What a check that found no fault says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The store keeps the promise.
    Kept,
    /// The check does not concern this store, and why.
    NotApplicable(&'static str),
}

/// A check that failed, and what was seen.
///
/// `Debug` prints its causes too, line breaks kept, since that is what a failing test shows.
#[derive(thiserror::Error)]
#[error("{check}: {finding}")]
pub struct Failure {
    check: &'static str,
    #[source]
    finding: Finding,
}

/// What each check of a run came to.
#[derive(Debug)]
pub struct Report {
    results: Vec<(&'static str, Result<Verdict, Failure>)>,
}

impl Check {
    /// A check of one's own, to be run like those of the suite.
    #[must_use]
    pub const fn new(name: &'static str, run: fn(&dyn Harness) -> Outcome) -> Self {
        Self { name, run }
    }

    /// Its name, which is that of its function.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Runs it.
    ///
    /// # Errors
    /// The [`Failure`], with what was seen.
    pub fn run(&self, harness: &dyn Harness) -> Result<Verdict, Failure> {
        match (self.run)(harness) {
            Ok(()) => Ok(Verdict::Kept),
            Err(Finding::NotApplicable(why)) => Ok(Verdict::NotApplicable(why)),
            Err(finding) => Err(Failure { check: self.name, finding }),
        }
    }
}

/// Runs all [`CHECKS`], one after the other.
#[must_use]
pub fn run(harness: &dyn Harness) -> Report {
    Report { results: CHECKS.iter().map(|check| (check.name, check.run(harness))).collect() }
}

impl Failure {
    /// The name of the check.
    #[must_use]
    pub const fn check(&self) -> &'static str {
        self.check
    }

    /// What was seen.
    #[must_use]
    pub const fn finding(&self) -> &Finding {
        &self.finding
    }
}

impl Report {
    /// Whether no check failed.
    #[must_use]
    pub fn is_conforming(&self) -> bool {
        self.failures().next().is_none()
    }

    /// The checks that failed.
    pub fn failures(&self) -> impl Iterator<Item = &Failure> {
        self.results.iter().filter_map(|(_, result)| result.as_ref().err())
    }

    /// Each check by name, with what it came to.
    pub fn results(&self) -> impl Iterator<Item = (&'static str, Result<Verdict, &Failure>)> {
        self.results.iter().map(|(name, result)| (*name, result.as_ref().copied()))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, result) in &self.results {
            match result {
                Ok(Verdict::Kept) => writeln!(f, "kept    {name}")?,
                Ok(Verdict::NotApplicable(why)) => writeln!(f, "skipped {name}: {why}")?,
                Err(failure) => writeln!(f, "BROKEN  {failure:?}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut source = self.finding.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Check").field(&self.name).finish()
    }
}

/// Hands the path of every check to a macro: the one list of them.
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_conformance_check {
    ($then:path, $($args:tt)*) => {
        $then! {
            $($args)*
            races::one_winner_for_an_absent_key,
            races::one_winner_for_one_version,
            races::one_winner_among_deletes,
            races::write_skew_is_refused,
            races::concurrent_updates_all_count,
            races::transfers_keep_the_total,
            expectations::expectations_hold_as_stated,
            expectations::conflicts_name_the_failing_keys_in_order,
            expectations::checks_alone_change_nothing,
            versions::versions_grow,
            versions::versions_are_never_used_again,
            versions::one_batch_has_one_version,
            atomicity::a_refused_batch_changes_nothing,
            atomicity::one_batch_spans_spaces,
            atomicity::eight_mebibytes_are_all_or_nothing,
            atomicity::readers_never_see_half_a_batch,
            atomicity::dropped_commits_are_whole_or_nothing,
            reads::values_come_back_exactly,
            reads::every_handle_reads_the_last_commit,
            reads::dropped_reads_harm_nobody,
            order::adversarial_keys_are_in_order,
            order::cursors_start_where_they_say,
            order::no_key_is_mistaken_for_another,
            paging::pages_are_bounded,
            paging::page_bytes_are_bounded,
            paging::cursors_outlive_their_keys,
            paging::walks_under_writes_miss_nothing,
            limits::the_largest_is_taken,
            limits::what_is_larger_is_refused,
            limits::an_engine_takes_the_headroom,
            limits::a_key_twice_in_a_batch_is_refused,
            sealing::secrets_need_a_handle_that_seals,
            sealing::both_kinds_share_a_batch,
            sealing::what_is_prepared_is_sealed,
            sealing::one_batch_serves_many_subjects,
            expiry::expired_entries_stay_until_purged,
            expiry::purge_takes_what_expired_by_then,
            expiry::purge_follows_the_last_time,
            expiry::purge_goes_in_bounded_steps,
            expiry::purge_spares_what_was_put_again,
            durability::acknowledged_commits_survive,
            durability::versions_grow_across_reopening,
            durability::dropped_commits_survive_whole_or_not_at_all,
            histories::histories_are_strictly_serialisable,
            appends::appends_have_a_strict_serial_order,
        }
    };
}

/// Expands to one `#[test]` for each check of the suite, over the harness that the expression makes.
///
/// The expression is evaluated anew for each test. See [`conformance`](crate::conformance).
#[macro_export]
macro_rules! conformance_tests {
    ($harness:expr) => {
        $crate::for_each_conformance_check! { $crate::conformance_tests, @each $harness; }
    };
    (@each $harness:expr; $($module:ident::$check:ident,)+) => {
        $(
            #[test]
            fn $check() -> Result<(), $crate::conformance::Failure> {
                let check = $crate::conformance::$module::$check;
                let check = $crate::conformance::Check::new(stringify!($check), check);
                check.run(&$harness).map(drop)
            }
        )+
    };
}

macro_rules! list {
    ($($module:ident::$check:ident,)+) => {
        /// Every check, in the order in which [`run`] runs them.
        pub const CHECKS: &[Check] = &[$(Check::new(stringify!($check), super::$module::$check)),+];
    };
}

for_each_conformance_check! { list, }
