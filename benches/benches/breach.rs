//! Look-ups in a filter of breached passphrases, and its making. `--test` does each once.
//!
//! `cargo bench -p leeward-benches --bench breach`
#![allow(clippy::expect_used, reason = "a benchmark that cannot start stops")]

use criterion::{Criterion, Throughput};
use leeward_credentials::breach::{BreachFilter, BreachHash, FilterBuilder, RangeFiles};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use std::{fmt::Write, fs, hint::black_box, path::Path};

const HASHES: u32 = 200_000;

fn main() {
    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    let dir = tempfile::tempdir().expect("a directory");
    let (set, path) = (set(dir.path()), dir.path().join("filter"));
    let build = || FilterBuilder::new(&path).allow_missing_ranges().build(&set, |_, _| {}).expect("a filter");

    let mut group = criterion.benchmark_group("breach");
    group.throughput(Throughput::Elements(HASHES.into()));
    group.bench_function("build", |bench| bench.iter(build));
    build();
    let filter = BreachFilter::open(&path).expect("a filter");
    group.throughput(Throughput::Elements(1));
    for (name, from) in [("listed", 0), ("not listed", HASHES)] {
        let mut asked = (from..from.saturating_add(HASHES)).cycle().map(hash).map(BreachHash::from_bytes);
        group.bench_function(name, |bench| {
            bench.iter_batched_ref(
                || asked.next().expect("without end"),
                |hash| black_box(filter.contains(hash).expect("an answer")),
                criterion::BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

fn set(dir: &Path) -> RangeFiles {
    let mut hashes: Vec<_> = (0..HASHES).map(hash).collect();
    hashes.sort_unstable();
    let mut lines = String::new();
    for hash in hashes {
        for byte in hash {
            let _ = write!(lines, "{byte:02X}");
        }
        lines.push_str(":1\r\n");
    }
    let path = dir.join("set");
    fs::write(&path, lines).expect("room for it");
    RangeFiles::open(path).expect("a set")
}

fn hash(number: u32) -> [u8; BreachHash::LEN] {
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, &number.to_be_bytes());
    hash.as_ref().try_into().expect("SHA-1 has 20 bytes")
}
