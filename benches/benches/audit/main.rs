//! The audit log beside what people write by hand, on the same disk in the same run: `appends`, `verify`,
//! `growth` and `memory`, or one of them when named. `--test` (or `--smoke`) does each once.
//! `LEEWARD_BENCH_LARGEST` is the size up to which the last two go: with 10000000, `memory` takes minutes and
//! a gigabyte of disk, `growth` ten and up to an hour.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a measurement reads the clock, prints, and stops when something fails"
)]

mod appends;
mod growth;
mod made;
mod table;
mod verify;

use std::time::Duration;

/// How large the logs are whose growth is measured, unless told otherwise.
const LARGEST: u64 = 100_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [child, dir] = &arguments[..]
        && child == growth::CHILD
    {
        return growth::verify_and_tell(dir.as_ref());
    }
    let quick = arguments.iter().any(|argument| argument == "--test" || argument == "--smoke");
    let only = arguments.first().filter(|argument| !argument.starts_with('-'));
    let wanted = |part: &str| only.is_none_or(|only| only == part);
    let dir = tempfile::tempdir_in(std::env::current_dir().unwrap()).unwrap();
    let (p50, p99) = appends::flushes(dir.path(), if quick { 20 } else { 500 });
    println!("fdatasync after 4 KiB: p50 {} us, p99 {} us", p50.as_micros(), p99.as_micros());
    if wanted("appends") {
        appends::measure(dir.path(), quick, p50);
    }
    if wanted("verify") {
        verify::measure(dir.path(), if quick { 1_000 } else { 100_000 }, if quick { 1 } else { 15 });
    }
    let largest = std::env::var("LEEWARD_BENCH_LARGEST").ok().and_then(|largest| largest.parse().ok());
    let largest = largest.unwrap_or(if quick { 1_000 } else { LARGEST });
    if wanted("growth") {
        growth::stored(&dir.path().join("stored"), largest);
    }
    if wanted("memory") {
        growth::published(dir.path(), largest);
    }
}

pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
