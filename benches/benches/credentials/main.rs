//! Passphrases: verifications a second and memory of the hash governor, beside `argon2` as it is used where
//! nothing bounds it and beside the reference implementation in C (PyPI argon2-cffi); how long a known device
//! waits under a flood; and whether times tell which accounts exist. `rate`, `memory`, `lanes` and
//! `enumeration`, or one of them when named; `--test` (or `--smoke`) does each once.
//!
//! For argon2-cffi, `LEEWARD_BENCH_PYTHON` names a Python that has it; without one, that column is left out.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a measurement reads the clock, prints, and stops when something fails"
)]

mod contestant;
mod enumeration;
mod lanes;
mod memory;
mod rate;

use leeward_credentials::HashParams;
use std::time::Duration;

/// OWASP's first two, in the order in which they are shown.
pub(crate) const PARAMS: [HashParams; 2] = [HashParams::OWASP_1_PASS, HashParams::OWASP];
pub(crate) const PASSPHRASE: &str = "seven lamps above the quay";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [child, contestant, params, callers] = &arguments[..]
        && child == memory::CHILD
    {
        return memory::work_and_tell(contestant, params, callers);
    }
    let quick = arguments.iter().any(|argument| argument == "--test" || argument == "--smoke");
    let only = arguments.first().filter(|argument| !argument.starts_with('-'));
    let wanted = |part: &str| only.is_none_or(|only| only == part);
    if wanted("rate") {
        rate::measure(if quick { 1 } else { 15 }, if quick { 4 } else { 32 });
    }
    if wanted("memory") {
        memory::measure(if quick { &[1, 2] } else { &[1, 8, 32] });
    }
    if wanted("lanes") {
        lanes::measure(if quick { 5 } else { 200 }, if quick { 20 } else { 500 });
    }
    if wanted("enumeration") {
        enumeration::measure(if quick { 10 } else { 300 });
    }
}

/// The value that `percent` of all are not above.
pub(crate) fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * percent).div_ceil(100).max(1) - 1]
}

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
