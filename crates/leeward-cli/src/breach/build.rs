//! `leeward-breach build`.

use crate::{Answer, args::Args, failure::Failure, inspect, progress::Progress};
use jiff::civil::Date;
use leeward_credentials::breach::{BreachError, BreachFilter, FilterBuilder, RangeFiles};
use std::{
    num::{NonZeroU64, NonZeroUsize},
    path::Path,
    thread,
};

/// The most parts at once, unless more are asked for.
const MAX_THREADS: usize = 8;

pub(crate) fn run(args: &Args) -> Result<Answer, Failure> {
    let set = args.path("the set: a directory of ranges, or a file ordered by hash")?;
    let out = Path::new(args.value("out").ok_or_else(|| args.usage("`--out` is needed"))?);
    let builder = builder(args, out)?;
    let files = RangeFiles::open(set).map_err(|error| Failure::at(set, &error))?;
    let mut progress = Progress::new("building", "parts");
    let built = builder.build(&files, |done, of| progress.at(done.into(), of.into()));
    drop(progress);
    built.map_err(|error| Failure::at(if is_of_set(&error) { set } else { out }, &error))?;
    let filter = BreachFilter::open(out).map_err(|error| Failure::at(out, &error))?;
    Ok(inspect::told(&filter))
}

/// Whether it is the set that is wrong.
const fn is_of_set(error: &BreachError) -> bool {
    use BreachError::{Malformed, MissingRange, NotBuilt, TooManyKeys, Unsorted};
    matches!(error, Malformed { .. } | MissingRange { .. } | NotBuilt { .. } | TooManyKeys { .. } | Unsorted)
}

fn builder(args: &Args, out: &Path) -> Result<FilterBuilder, Failure> {
    let threads = args.parsed::<NonZeroUsize>("threads", "a number of threads")?;
    let mut builder = FilterBuilder::new(out).threads(threads.unwrap_or_else(all_threads));
    if let Some(times) = args.parsed::<NonZeroU64>("min-count", "a number from 1")? {
        builder = builder.min_count(times);
    }
    if let Some(date) = args.parsed::<Date>("date", "a date such as 2026-11-01")? {
        builder = builder.source_date(date);
    }
    Ok(if args.flag("allow-missing") { builder.allow_missing_ranges() } else { builder })
}

fn all_threads() -> NonZeroUsize {
    let most = NonZeroUsize::new(MAX_THREADS).unwrap_or(NonZeroUsize::MIN);
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN).min(most)
}
