//! Commits and reads per second of `leeward-postgres`, beside hand-written SQL for the same change on the same
//! server through the same pool, and beside `leeward-sqlite` on the same disk. `--test` (or `--smoke`) does
//! each for a moment; the beginning of a title, such as `"1 callers, commits"`, does only what begins with it. It starts a server of its own, or uses that of `DATABASE_URL`.
//!
//! Every contestant inserts new rows of a random key and 73 bytes, refused if the key is there, one or four
//! at a time; and reads one row by its key. The rounds of the contestants take turns, and the median round
//! of each is shown, so that a busy machine disturbs all alike. Last comes how fast one sequencer moves events
//! into the audit log, which no number of callers makes faster.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a measurement reads the clock, prints, and stops when something fails"
)]

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, tokio_postgres::NoTls};
use leeward_audit::AuditLog;
use leeward_event::{Action, Actor, Event};
use leeward_store::{Batch, Expect, Key, Space, Store, Timestamp};
use leeward_test_postgres::shared;
use ring::rand::SystemRandom;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};
use tokio::runtime::Runtime;

const ROW: Space = Space::public("bench.row");
const VALUE: [u8; 73] = [0x5A; 73];
const POOL: usize = 8;
/// How many rows there are to read.
const KNOWN: u64 = 10_000;

/// One of those who are compared.
#[derive(Clone)]
enum Contestant {
    Hand(Pool),
    Leeward(&'static str, Store),
}

/// What is measured.
#[derive(Clone, Copy)]
enum Work {
    Commit { ops: usize },
    Read,
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--test" || argument == "--smoke");
    let Some(server) = shared() else { return };
    let database = server.database();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let dir = tempfile::tempdir_in(std::env::current_dir().unwrap()).unwrap();
    let contestants = runtime.block_on(contestants(&database.url(), dir.path()));
    println!(
        "PostgreSQL {} with synchronous_commit={}, fsync={}; a pool of {POOL}; a shared machine of {} processors",
        database.sql("SHOW server_version"),
        database.sql("SHOW synchronous_commit"),
        database.sql("SHOW fsync"),
        std::thread::available_parallelism().unwrap(),
    );
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let (rounds, length) = if quick { (1, 20) } else { (5, 1_000) };
    for work in [Work::Commit { ops: 1 }, Work::Commit { ops: 4 }, Work::Read] {
        let length = Duration::from_millis(if matches!(work, Work::Read) { length / 2 } else { length });
        for callers in [1, 16, 64, 256] {
            if title(work, callers).starts_with(&wanted) {
                compare(&runtime, &contestants, work, callers, rounds, length);
            }
        }
    }
    if !wanted.is_empty() {
        return;
    }
    println!("\n{:40} {:>10}", "one sequencer, events into the log", "per second");
    for contestant in &contestants {
        if let Contestant::Leeward(name, store) = contestant {
            let rate =
                runtime.block_on(sequence(store, &dir.path().join(name), if quick { 100 } else { 20_000 }));
            println!("{name:40} {rate:>10.0}");
        }
    }
}

/// Moves that many waiting events into the log of a store, and says how many a second.
async fn sequence(store: &Store, dir: &std::path::Path, events: u64) -> f64 {
    let (store, rng, now) = (store.clone().assume_sealed(), SystemRandom::new(), Timestamp::now());
    let log = AuditLog::open(&store, dir, "example.org/audit").await.unwrap();
    for _ in 0..events / 100 {
        let mut batch = Batch::new();
        for _ in 0..100 {
            Event::new(Action::RecordRead, Actor::Unknown, now).stage(&mut batch, &rng).unwrap();
        }
        store.commit(batch).await.unwrap();
    }
    let start = Instant::now();
    assert_eq!(log.drain(now).await.unwrap().logged, events);
    events as f64 / start.elapsed().as_secs_f64()
}

async fn contestants(url: &str, dir: &std::path::Path) -> Vec<Contestant> {
    let sqlite = leeward_sqlite::open(dir.join("leeward.db")).unwrap();
    let all = vec![
        Contestant::Hand(hand_written(url).await),
        Contestant::Leeward("leeward-postgres", leeward_postgres::open(url).await.unwrap()),
        Contestant::Leeward("leeward-sqlite", sqlite),
    ];
    for contestant in &all {
        for first in (0..KNOWN).step_by(500) {
            contestant.commit(first, 500).await;
        }
    }
    all
}

async fn hand_written(url: &str) -> Pool {
    let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(url.parse().unwrap(), NoTls, manager);
    let pool = Pool::builder(manager).max_size(POOL).build().unwrap();
    let table = "CREATE SEQUENCE hand_version; CREATE TABLE hand (key bytea PRIMARY KEY, \
                 version bigint NOT NULL, expires_at timestamptz, value bytea NOT NULL); \
                 CREATE INDEX ON hand (expires_at) WHERE expires_at IS NOT NULL;";
    pool.get().await.unwrap().batch_execute(table).await.unwrap();
    pool
}

impl Contestant {
    const fn name(&self) -> &'static str {
        match self {
            Self::Hand(_) => "hand-written SQL",
            Self::Leeward(name, _) => name,
        }
    }

    async fn commit(&self, first: u64, ops: usize) {
        let keys = (first..).take(ops).map(key);
        match self {
            Self::Hand(pool) => insert(pool, keys.collect()).await,
            Self::Leeward(_, store) => {
                let mut batch = Batch::new();
                for key in keys {
                    batch.put(key, Expect::Absent, &VALUE);
                }
                store.commit(batch).await.unwrap();
            }
        }
    }

    async fn read(&self, row: u64) {
        const SQL: &str = "SELECT version, expires_at, value FROM hand WHERE key = $1";
        let key = key(row);
        match self {
            Self::Hand(pool) => {
                let conn = pool.get().await.unwrap();
                let select = conn.prepare_cached(SQL).await.unwrap();
                let found = conn.query_one(&select, &[&key.as_bytes()]).await.unwrap();
                assert_eq!(found.get::<_, &[u8]>(2), VALUE);
            }
            Self::Leeward(_, store) => {
                let found = store.get(&key).await.unwrap().unwrap();
                assert_eq!(found.value.as_bytes(), VALUE);
            }
        }
    }
}

/// As a good developer writes it: one prepared statement, in a transaction when there are several.
async fn insert(pool: &Pool, keys: Vec<Key>) {
    const SQL: &str = "INSERT INTO hand (key, version, value) VALUES ($1, nextval('hand_version'), $2) \
                       ON CONFLICT (key) DO NOTHING";
    let mut conn = pool.get().await.unwrap();
    let insert = conn.prepare_cached(SQL).await.unwrap();
    if let [key] = keys.as_slice() {
        assert_eq!(conn.execute(&insert, &[&key.as_bytes(), &&VALUE[..]]).await.unwrap(), 1);
        return;
    }
    let tx = conn.transaction().await.unwrap();
    for key in keys {
        assert_eq!(tx.execute(&insert, &[&key.as_bytes(), &&VALUE[..]]).await.unwrap(), 1);
    }
    tx.commit().await.unwrap();
}

/// What one contestant came to.
#[derive(Default)]
struct Tally {
    rates: Vec<f64>,
    micros: Vec<u32>,
}

fn compare(
    runtime: &Runtime,
    contestants: &[Contestant],
    work: Work,
    callers: usize,
    rounds: usize,
    length: Duration,
) {
    let mut tallies: Vec<Tally> = contestants.iter().map(|_| Tally::default()).collect();
    for _ in 0..rounds {
        for (contestant, tally) in contestants.iter().zip(&mut tallies) {
            let start = Instant::now();
            let micros = runtime.block_on(round(contestant, work, callers, length));
            tally.rates.push(micros.len() as f64 / start.elapsed().as_secs_f64());
            tally.micros.extend(micros);
        }
    }
    print(contestants, tallies, work, callers);
}

/// How long each call took, in microseconds.
async fn round(contestant: &Contestant, work: Work, callers: usize, length: Duration) -> Vec<u32> {
    static NEXT: AtomicU64 = AtomicU64::new(KNOWN);
    let until = Instant::now() + length;
    let call = move |contestant: Contestant| async move {
        let mut micros = Vec::new();
        while Instant::now() < until || micros.is_empty() {
            let start = Instant::now();
            match work {
                Work::Commit { ops } => {
                    let first = NEXT.fetch_add(ops as u64, Ordering::Relaxed);
                    contestant.commit(first, ops).await;
                }
                Work::Read => contestant.read(NEXT.fetch_add(1, Ordering::Relaxed) % KNOWN).await,
            }
            micros.push(start.elapsed().as_micros() as u32);
        }
        micros
    };
    let calls: Vec<_> = (0..callers).map(|_| tokio::spawn(call(contestant.clone()))).collect();
    let mut all = Vec::new();
    for call in calls {
        all.extend(call.await.unwrap());
    }
    all
}

fn print(contestants: &[Contestant], tallies: Vec<Tally>, work: Work, callers: usize) {
    let title = title(work, callers);
    println!("\n{title:40} {:>10} {:>8} {:>10} {:>10}", "per second", "of hand", "p50 us", "p99 us");
    let mut hand = None;
    for (contestant, mut tally) in contestants.iter().zip(tallies) {
        tally.rates.sort_by(f64::total_cmp);
        tally.micros.sort_unstable();
        let rate = tally.rates[tally.rates.len() / 2];
        let of_hand = rate / *hand.get_or_insert(rate);
        let at =
            |percent: usize| tally.micros[(tally.micros.len() * percent / 100).min(tally.micros.len() - 1)];
        println!("{:40} {rate:>10.0} {of_hand:>8.2} {:>10} {:>10}", contestant.name(), at(50), at(99));
    }
}

fn title(work: Work, callers: usize) -> String {
    match work {
        Work::Commit { ops } => format!("{callers} callers, commits of {ops}"),
        Work::Read => format!("{callers} callers, reads of one row"),
    }
}

/// Sixteen bytes without order, as opaque identifiers are.
fn key(row: u64) -> Key {
    let mut id = [0; 16];
    for (half, out) in id.chunks_mut(8).enumerate() {
        let mut x = (row * 2 + half as u64).wrapping_add(0x9E37_79B9_7F4A_7C15);
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        out.copy_from_slice(&(x ^ (x >> 31)).to_le_bytes());
    }
    ROW.key(&[&id]).unwrap()
}
