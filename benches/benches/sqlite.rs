//! Durable commits per second of `leeward-sqlite`, beside plain rusqlite on the same disk in the same
//! run. `--test` (or `--smoke`) does each once.
//!
//! Every contestant writes the same rows into the same table under `synchronous = FULL`: a random key
//! and a value of 100 bytes together, refused if the key is there. The rounds of the contestants take
//! turns, and the median round of each is shown, so that a busy machine disturbs all alike.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a measurement reads the clock, prints, and stops when something fails"
)]

use leeward_sqlite::Options;
use leeward_store::{Batch, Expect, Space, Store};
use rusqlite::{Connection, TransactionBehavior, params};
use std::{
    fs::File,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

const ROW: Space = Space::public("bench.row");
const VALUE: [u8; 73] = [0x5A; 73];
const GROUP: usize = 64;

/// Writes so many rows, however it does, and says how long that took.
type Contest = fn(&Path, writers: usize, rows: usize) -> Duration;

const CONTESTANTS: &[(&str, Contest)] = &[
    ("plain rusqlite, a transaction each", plain),
    ("raw rusqlite, 64 to a transaction", raw_64),
    ("leeward, tokio, 2 threads", tokio_threads),
    ("leeward, tokio, 1 thread", tokio_current),
    ("leeward, a thread for each writer", plain_threads),
    ("leeward, tokio, 2 threads, no inline", never_inline),
];

fn main() {
    let quick = std::env::args().any(|argument| argument == "--test" || argument == "--smoke");
    let dir = tempfile::tempdir_in(std::env::current_dir().unwrap()).unwrap();
    let flush = flushes(dir.path(), if quick { 20 } else { 500 });
    // A third of a second of plain commits, however fast the disk.
    let rows = if quick { 64 } else { (330_000 / flush.as_micros().max(1)) as usize / 64 * 64 };
    let (rounds, rows) = (if quick { 1 } else { 7 }, if quick { rows } else { rows.clamp(512, 2_048) });
    for (writers, rows) in [(1, rows), (8, 2 * rows), (64, 4 * rows)] {
        compare(dir.path(), rounds, writers, rows);
    }
    reads(dir.path(), if quick { 100 } else { 100_000 });
}

fn compare(dir: &Path, rounds: usize, writers: usize, rows: usize) {
    let mut rates = vec![Vec::new(); CONTESTANTS.len()];
    for round in 0..rounds {
        for (contestant, (_, run)) in CONTESTANTS.iter().enumerate() {
            let path = dir.join(format!("{writers}-{round}-{contestant}.db"));
            let took = run(&path, writers, rows);
            rates[contestant].push(rows as f64 / took.as_secs_f64());
            std::fs::remove_file(path).unwrap();
        }
    }
    let medians: Vec<f64> = rates.into_iter().map(median).collect();
    println!("\n{writers} concurrent writers, {rows} rows, {rounds} rounds");
    println!("{:40} {:>12} {:>9} {:>9}", "", "commits/s", "of plain", "of raw-64");
    for ((name, _), rate) in CONTESTANTS.iter().zip(&medians) {
        println!("{name:40} {rate:>12.0} {:>9.2} {:>9.2}", rate / medians[0], rate / medians[1]);
    }
}

fn plain(path: &Path, _: usize, rows: usize) -> Duration {
    let conn = table(path);
    let start = Instant::now();
    for row in 0..rows {
        insert(&conn, row);
    }
    start.elapsed()
}

fn raw_64(path: &Path, _: usize, rows: usize) -> Duration {
    let mut conn = table(path);
    let start = Instant::now();
    for first in (0..rows).step_by(GROUP) {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        for row in first..(first + GROUP).min(rows) {
            insert(&tx, row);
        }
        tx.commit().unwrap();
    }
    start.elapsed()
}

fn tokio_threads(path: &Path, writers: usize, rows: usize) -> Duration {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    on_tokio(&runtime, &leeward_sqlite::open(path).unwrap(), writers, rows)
}

fn tokio_current(path: &Path, writers: usize, rows: usize) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    on_tokio(&runtime, &leeward_sqlite::open(path).unwrap(), writers, rows)
}

fn never_inline(path: &Path, writers: usize, rows: usize) -> Duration {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let store = Options::new().inline_commits(false).open(path).unwrap();
    on_tokio(&runtime, &store, writers, rows)
}

fn on_tokio(runtime: &tokio::runtime::Runtime, store: &Store, writers: usize, rows: usize) -> Duration {
    runtime.block_on(async {
        let start = Instant::now();
        let writers: Vec<_> = (0..writers)
            .map(|writer| tokio::spawn(write(store.clone(), (writer..rows).step_by(writers))))
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        start.elapsed()
    })
}

fn plain_threads(path: &Path, writers: usize, rows: usize) -> Duration {
    let store = &leeward_sqlite::open(path).unwrap();
    let start = Instant::now();
    std::thread::scope(|scope| {
        for writer in 0..writers {
            scope.spawn(move || pollster::block_on(write(store.clone(), (writer..rows).step_by(writers))));
        }
    });
    start.elapsed()
}

async fn write(store: Store, rows: impl Iterator<Item = usize>) {
    for row in rows {
        let mut batch = Batch::new();
        batch.put(ROW.key(&[&id(row)]).unwrap(), Expect::Absent, &VALUE);
        store.commit(batch).await.unwrap();
    }
}

fn table(path: &Path) -> Connection {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
         CREATE TABLE entry (key BLOB NOT NULL PRIMARY KEY, version INTEGER NOT NULL,
             expires_s INTEGER, expires_ns INTEGER, value BLOB NOT NULL) STRICT;
         CREATE INDEX entry_expiry ON entry (expires_s, expires_ns) WHERE expires_s IS NOT NULL;",
    )
    .unwrap();
    conn
}

/// The primary key makes it fail if the row is there.
fn insert(conn: &Connection, row: usize) {
    const SQL: &str = "INSERT INTO entry (key, version, value) VALUES (?1, ?2, ?3)";
    let key = ROW.key(&[&id(row)]).unwrap();
    conn.prepare_cached(SQL).unwrap().execute(params![key.as_bytes(), row as i64 + 1, VALUE]).unwrap();
}

/// Sixteen bytes without order, as opaque identifiers are, and without a zero to escape.
fn id(row: usize) -> [u8; 16] {
    let mut id = [0; 16];
    for (half, out) in id.chunks_mut(8).enumerate() {
        let mut x = (row as u64 * 2 + half as u64).wrapping_add(0x9E37_79B9_7F4A_7C15);
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        out.copy_from_slice(&((x ^ (x >> 31)) | 0x0101_0101_0101_0101).to_le_bytes());
    }
    id
}

/// What the disk itself can do, at the median: no commit that is durable is faster.
fn flushes(dir: &Path, count: usize) -> Duration {
    let mut file = File::create(dir.join("flushes")).unwrap();
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        file.write_all(&[0x5A; 4096]).unwrap();
        let start = Instant::now();
        file.sync_data().unwrap();
        times.push(start.elapsed());
    }
    times.sort();
    let (p50, p99) = (times[count / 2], times[count * 99 / 100]);
    println!("fdatasync after 4 KiB: p50 {} us, p99 {} us", p50.as_micros(), p99.as_micros());
    p50
}

fn reads(dir: &Path, count: usize) {
    let store = leeward_sqlite::open(dir.join("reads.db")).unwrap();
    pollster::block_on(async {
        write(store.clone(), 0..64).await;
        let keys: Vec<_> = (0..64).map(|row| ROW.key(&[&id(row)]).unwrap()).collect();
        let start = Instant::now();
        for key in keys.iter().cycle().take(count) {
            store.get(key).await.unwrap().unwrap();
        }
        println!(
            "\nget, on the caller's thread: {:.1} us",
            start.elapsed().as_secs_f64() * 1e6 / count as f64
        );
    });
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}
