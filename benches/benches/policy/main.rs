//! Decisions, beside Cedar, casbin and regorus over the same rules and requests; lists; decisions on facts read
//! through a store; and how the cost grows with rules and with assignments. `decisions`, `lists`, `rules`, `store` and
//! `assignments`, or one of them when named; `--test` does each once, with few.
//!
//! `LEEWARD_BENCH_LARGEST=100000` is for as many assignments; without it there are at most 10,000.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a measurement reads the clock, prints, and stops when something fails"
)]

mod decisions;
mod growth;
mod lists;
mod peers;
mod store;
mod turns;
mod workload;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|argument| argument == "--test" || argument == "--smoke");
    let only = arguments.iter().find(|argument| !argument.starts_with('-'));
    let wanted = |part: &str| only.is_none_or(|only| only == part);
    let rounds = if quick { 1 } else { 15 };
    if wanted("decisions") {
        decisions::measure(rounds, if quick { 16 } else { 1_024 });
    }
    if wanted("lists") {
        lists::measure(rounds, if quick { 20 } else { 500 });
    }
    if wanted("rules") {
        growth::measure(rounds.min(5), if quick { &[30] } else { &[30, 62, 100, 300, 1_000, 3_000] });
    }
    if wanted("store") {
        store::measure(rounds.min(7), if quick { 2 } else { 100 });
    }
    if wanted("assignments") {
        let largest = std::env::var("LEEWARD_BENCH_LARGEST").map_or(10_000, |text| text.parse().unwrap());
        store::assignments(rounds.min(7), if quick { 10 } else { largest });
    }
}
