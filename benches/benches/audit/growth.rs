//! How cost grows with the log: appending, proving, verifying, and the memory that verifying takes.

use crate::{
    appends::{event, now, sealed_store},
    made, median,
    table::Table,
};
use leeward_audit::{AuditLog, DirSource, Verifier};
use leeward_store::{Batch, Store};
use ring::rand::SystemRandom;
use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

/// With it, the program verifies a directory and says how long that took and how much memory.
pub(crate) const CHILD: &str = "--verify-and-tell";

/// As many events as make ten batches.
const MORE: u64 = 2_400;

pub(crate) fn stored(dir: &Path, largest: u64) {
    println!("\na log of this size in SQLite, sealed");
    let heads = ["entries", "logged/s", "publish ms", "proof us", "hashes", "consistency us", "open ms"];
    let table = Table::new(10, &heads);
    fs::create_dir(dir).unwrap();
    let store = sealed_store(dir);
    let open = || pollster::block_on(AuditLog::open(&store, &dir.join("log"), "example.org/audit")).unwrap();
    let log = open();
    for size in sizes(largest) {
        let before = size - MORE.min(size / 2);
        grow(&store, &log, before);
        pollster::block_on(log.publish(now())).unwrap();
        let logged = timed(|| grow(&store, &log, size));
        let publish = timed(|| drop(pollster::block_on(log.publish(now())).unwrap()));
        let index = |n: u64| n * (size / 50) + n % 7;
        let prove =
            (0..49).map(|n| timed(|| drop(pollster::block_on(log.inclusion_proof(index(n))).unwrap())));
        let hashes = pollster::block_on(log.inclusion_proof(index(1))).unwrap().hashes().len();
        let grown =
            (1..49).map(|n| timed(|| drop(pollster::block_on(log.consistency_proof(index(n))).unwrap())));
        let us = |time: Duration| format!("{:.0}", time.as_secs_f64() * 1e6);
        let ms = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1e3);
        table.row(&[
            size.to_string(),
            format!("{:.0}", (size - before) as f64 / logged.as_secs_f64()),
            ms(publish),
            us(median(prove.collect())),
            hashes.to_string(),
            us(median(grown.collect())),
            ms(timed(|| drop(open()))),
        ]);
    }
    drop((log, store));
    fs::remove_dir_all(dir).unwrap();
}

/// Stages and logs events until the log has so many entries.
fn grow(store: &Store, log: &AuditLog, size: u64) {
    let rng = SystemRandom::new();
    let mut left = size.saturating_sub(pollster::block_on(log.size()).unwrap());
    while left > 0 {
        for _ in 0..left.min(12_000).div_ceil(240) {
            let mut batch = Batch::new();
            let count = left.min(240);
            (0..count).for_each(|n| event(n as usize).stage(&mut batch, &rng).unwrap());
            pollster::block_on(store.commit(batch)).unwrap();
            left -= count;
        }
        pollster::block_on(log.drain(now())).unwrap();
    }
}

pub(crate) fn published(dir: &Path, largest: u64) {
    println!("\nverifying a published log of this size, in a process of its own");
    let table = Table::new(10, &["entries", "MB", "s", "entries/s", "most memory, MiB"]);
    for size in sizes(largest) {
        let log = dir.join("published");
        made::make_log(&log, size);
        let told = Command::new(std::env::current_exe().unwrap()).arg(CHILD).arg(&log).output().unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        let told: Vec<f64> = told.split_whitespace().map(|number| number.parse().unwrap()).collect();
        let (seconds, kib) = (told[0], told[1]);
        table.row(&[
            size.to_string(),
            format!("{:.1}", (size * (made::ENTRY as u64 + 2 + 32)) as f64 / 1e6),
            format!("{seconds:.2}"),
            format!("{:.0}", size as f64 / seconds),
            format!("{:.1}", kib / 1024.0),
        ]);
        fs::remove_dir_all(log).unwrap();
    }
}

/// What the child does.
pub(crate) fn verify_and_tell(dir: &Path) {
    let vkey = fs::read_to_string(dir.join("log.vkey")).unwrap().trim_end().parse().unwrap();
    let took = timed(|| {
        Verifier::new(&vkey).verify(&DirSource::new(dir)).unwrap();
    });
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = most.and_then(|most| most.split_whitespace().next()).unwrap_or("0");
    println!("{} {kib}", took.as_secs_f64());
}

fn sizes(largest: u64) -> impl Iterator<Item = u64> {
    std::iter::successors(Some(1_000), |size| Some(size * 10)).take_while(move |size| *size <= largest)
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}
