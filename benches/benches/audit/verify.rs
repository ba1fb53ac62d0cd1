//! Verifying a log, beside ring's hash over the same bytes.

use crate::{made, table::Table};
use leeward_audit::{
    DirSource, Verifier,
    merkle::{Hash, leaf_hash, node_hash},
};
use ring::digest::{SHA256, digest};
use std::{
    fs,
    hint::black_box,
    num::NonZeroUsize,
    path::Path,
    time::{Duration, Instant},
};

/// How fast a log of this size is verified, each time from the files.
pub(crate) fn measure(dir: &Path, size: u64, rounds: usize) {
    let log = dir.join("verified");
    let vkey = made::make_log(&log, size);
    let bundles = bundles(&log.join("tile/entries"));
    let bytes: usize = bundles.iter().map(Vec::len).sum();
    let entries: Vec<_> = (0..size).map(made::entry).collect();
    let verify = |threads| {
        let verifier = Verifier::new(&vkey).threads(NonZeroUsize::new(threads).unwrap());
        assert_eq!(verifier.verify(&DirSource::new(&log)).unwrap().size, size);
    };
    let contests: [(&str, &dyn Fn()); 5] = [
        ("ring, the bundles' bytes in one pass", &|| one_pass(&bundles)),
        ("ring, the bytes of all leaves and nodes in one pass", &|| same_length(bytes, size)),
        ("ring, the tree's hashes in a bare loop, 1 thread", &|| bare_tree(&entries)),
        ("leeward, from the files, 1 thread", &|| verify(1)),
        ("leeward, from the files, 2 threads", &|| verify(2)),
    ];
    let mut times = vec![Vec::new(); contests.len()];
    for _ in 0..rounds {
        for ((_, run), times) in contests.iter().zip(&mut times) {
            let start = Instant::now();
            run();
            times.push(start.elapsed());
        }
    }
    let medians: Vec<Duration> = times.into_iter().map(crate::median).collect();
    println!("\nverifying {size} entries, {:.1} MB of bundles, {rounds} rounds", bytes as f64 / 1e6);
    let table =
        Table::new(50, &["", "ms", "MB/s of bundles", "of one pass", "of hashed bytes", "of bare tree"]);
    for ((name, _), took) in contests.iter().zip(&medians) {
        let of = |other: usize| format!("{:.2}", medians[other].as_secs_f64() / took.as_secs_f64());
        table.row(&[
            (*name).to_owned(),
            format!("{:.1}", took.as_secs_f64() * 1e3),
            format!("{:.0}", bytes as f64 / took.as_secs_f64() / 1e6),
            of(0),
            of(1),
            of(2),
        ]);
    }
    fs::remove_dir_all(log).unwrap();
}

fn bundles(dir: &Path) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(bundles(&path)) } else { found.push(fs::read(path).unwrap()) }
    }
    found
}

fn one_pass(bundles: &[Vec<u8>]) {
    for bundle in bundles {
        black_box(digest(&SHA256, bundle));
    }
}

/// What the tree has hashed: a byte and an entry for each leaf, 65 bytes for each node.
fn same_length(bundles: usize, size: u64) {
    let hashed = bundles as u64 - size + (size - 1) * 65;
    let piece = vec![0x5A; 1 << 14];
    for _ in 0..hashed >> 14 {
        black_box(digest(&SHA256, &piece));
    }
}

fn bare_tree(entries: &[[u8; made::ENTRY]]) {
    let mut level: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    while level.len() > 1 {
        let pairs =
            level.chunks(2).map(|pair| pair.get(1).map_or(pair[0], |right| node_hash(&pair[0], right)));
        level = pairs.collect();
    }
    black_box(level);
}
