//! Messages: one by one beside raw `openmls`, `mls-rs` and vodozemac's Olm and Megolm; what franking takes of that;
//! durable turns of chat through SQLite; the cost of a hand-over; and what grows with the number of messages.
//! `each`, `franking`, `turns`, `handover` and `growth`, or one of them when named; `--test` does each once, with few.
//!
//! `LEEWARD_BENCH_LARGEST=100000` is for as many messages in one conversation; without it there are at most 10,000.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a measurement reads the clock, prints, and stops when something fails"
)]

mod awake;
mod each;
mod franking;
mod growth;
mod handover;
mod matrix;
mod mls_rs;
mod raw;
mod room;
mod talk;
mod turns;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|argument| argument == "--test" || argument == "--smoke");
    let only = arguments.iter().find(|argument| !argument.starts_with('-'));
    let wanted = |part: &str| only.is_none_or(|only| only == part);
    if wanted("each") {
        each::measure(if quick { 1 } else { 400 });
    }
    if wanted("franking") {
        franking::measure(if quick { 1 } else { 1_000 });
    }
    if wanted("turns") {
        turns::measure(if quick { 1 } else { 5 }, if quick { &[1, 2] } else { &[1, 64, 512] });
    }
    if wanted("handover") {
        handover::measure(if quick { 1 } else { 9 }, if quick { &[2, 3] } else { &[2, 5, 10, 20, 50] });
    }
    if wanted("growth") {
        let largest = std::env::var("LEEWARD_BENCH_LARGEST").map_or(10_000, |text| text.parse().unwrap());
        growth::measure(if quick { 10 } else { largest });
    }
}
