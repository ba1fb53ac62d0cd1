//! Durable appends per second, and how long each took, beside the same bytes in plain tables.

use crate::{made, table::Table};
use leeward_audit::AuditLog;
use leeward_event::{Action, Actor, ConversationId, Event, Purpose, StaffId, Subject};
use leeward_store::{Store, Timestamp};
use leeward_vault::{MemoryKey, Vault};
use ring::digest;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use std::{
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How long each caller had to wait for each of its appends, and how long all of it took.
pub(crate) struct Run {
    pub(crate) waits: Vec<Duration>,
    pub(crate) took: Duration,
}

/// Appends from so many callers for about so long.
type Contest = fn(&Path, callers: usize, time: Duration) -> Run;

const RAW: usize = 1;
const CHAIN: usize = 0;
const ACKED: usize = 2;

const CONTESTANTS: [(&str, Contest); 5] = [
    ("hash chain by hand, a transaction each", chain),
    ("raw rusqlite, as many to a transaction as call", raw),
    ("leeward, acknowledged", acknowledged),
    ("leeward, acknowledged, sealed by a vault", sealed),
    ("leeward, acknowledged and logged, sealed", logged),
];

/// What an append must not exceed at the 99th percentile, but for four flushes of the disk.
const MOST: Duration = Duration::from_millis(10);

pub(crate) fn measure(dir: &Path, quick: bool, flush: Duration) {
    let (rounds, time) =
        if quick { (1, Duration::from_millis(30)) } else { (5, Duration::from_millis(1_500)) };
    for callers in [1, 64, 1_024] {
        let mut runs: Vec<Vec<Run>> = CONTESTANTS.iter().map(|_| Vec::new()).collect();
        for round in 0..rounds {
            for (n, ((_, run), runs)) in CONTESTANTS.iter().zip(&mut runs).enumerate() {
                let dir = dir.join(format!("appends-{callers}-{round}-{n}"));
                std::fs::create_dir(&dir).unwrap();
                runs.push(run(&dir, callers, time));
                std::fs::remove_dir_all(dir).unwrap();
            }
        }
        report(callers, rounds, &runs.into_iter().map(median).collect::<Vec<_>>(), flush);
    }
}

fn report(callers: usize, rounds: usize, runs: &[Run], flush: Duration) {
    println!("\n{callers} concurrent callers, the median of {rounds} rounds");
    let table = Table::new(46, &["", "appends/s", "p50 ms", "p99 ms", "of raw", "of chain"]);
    for ((name, _), run) in CONTESTANTS.iter().zip(runs) {
        let ms = |wait: Duration| format!("{:.2}", wait.as_secs_f64() * 1e3);
        table.row(&[
            (*name).to_owned(),
            format!("{:.0}", run.rate()),
            ms(run.percentile(50)),
            ms(run.percentile(99)),
            format!("{:.2}", run.rate() / runs[RAW].rate()),
            format!("{:.1}", run.rate() / runs[CHAIN].rate()),
        ]);
    }
    let says = |holds: bool| if holds { "holds" } else { "MISSED" };
    let of = |n: usize| runs[ACKED].rate() / runs[n].rate();
    println!("  at least 0.5 of raw: {}", says(of(RAW) >= 0.5));
    if callers == 64 {
        println!("  at least 8 times the chain: {}", says(of(CHAIN) >= 8.0));
        let (p99, most) = (runs[ACKED].percentile(99), MOST + 4 * flush);
        println!(
            "  p99 at most 10 ms and four flushes, {:.1} ms: {}",
            most.as_secs_f64() * 1e3,
            says(p99 <= most)
        );
    }
}

impl Run {
    fn rate(&self) -> f64 {
        self.waits.len() as f64 / self.took.as_secs_f64()
    }

    fn percentile(&self, percent: usize) -> Duration {
        self.waits[(self.waits.len() * percent / 100).min(self.waits.len() - 1)]
    }
}

fn median(mut runs: Vec<Run>) -> Run {
    runs.sort_by(|a, b| a.rate().total_cmp(&b.rate()));
    let mut run = runs.swap_remove(runs.len() / 2);
    run.waits.sort();
    run
}

/// What people write: each entry holds the hash of the one before it.
fn chain(dir: &Path, callers: usize, time: Duration) -> Run {
    let conn = Connection::open(dir.join("chain.db")).unwrap();
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE log (id INTEGER PRIMARY KEY, entry BLOB NOT NULL, hash BLOB NOT NULL) STRICT;",
    )
    .unwrap();
    let conn = Mutex::new(conn);
    by_threads(callers, time, |caller| {
        let mut conn = conn.lock().unwrap();
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        let last = tx.query_row("SELECT hash FROM log ORDER BY id DESC LIMIT 1", [], |row| row.get(0));
        let last: Option<Vec<u8>> = last.optional().unwrap();
        let entry = event(caller).encode();
        let hash = digest::digest(&digest::SHA256, &[last.unwrap_or_default(), entry.clone()].concat());
        let insert = "INSERT INTO log (entry, hash) VALUES (?1, ?2)";
        tx.execute(insert, params![entry, hash.as_ref()]).unwrap();
        tx.commit().unwrap();
    })
}

fn by_threads(callers: usize, time: Duration, append: impl Fn(usize) + Sync) -> Run {
    let (append, start) = (&append, Instant::now());
    let waits = thread::scope(|scope| {
        let caller = |caller| {
            let call = move || {
                let mut waits = Vec::new();
                while start.elapsed() < time {
                    let begun = Instant::now();
                    append(caller);
                    waits.push(begun.elapsed());
                }
                waits
            };
            thread::Builder::new().stack_size(256 << 10).spawn_scoped(scope, call).unwrap()
        };
        let threads: Vec<_> = (0..callers).map(caller).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    Run { waits, took: start.elapsed() }
}

/// The same rows, by one writer that always has as many at hand as there are callers.
fn raw(dir: &Path, callers: usize, time: Duration) -> Run {
    let mut conn = Connection::open(dir.join("raw.db")).unwrap();
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
         CREATE TABLE entry (key BLOB NOT NULL PRIMARY KEY, version INTEGER NOT NULL,
             expires_s INTEGER, expires_ns INTEGER, value BLOB NOT NULL) STRICT;
         CREATE INDEX entry_expiry ON entry (expires_s, expires_ns) WHERE expires_s IS NOT NULL;",
    )
    .unwrap();
    let (start, mut waits) = (Instant::now(), Vec::new());
    while start.elapsed() < time {
        let begun = Instant::now();
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        for caller in 0..callers {
            let row = waits.len() + caller;
            let mut insert =
                tx.prepare_cached("INSERT INTO entry (key, version, value) VALUES (?1, ?2, ?3)").unwrap();
            insert.execute(params![outbox_key(row), row as i64, event(caller).encode()]).unwrap();
        }
        tx.commit().unwrap();
        waits.extend((0..callers).map(|_| begun.elapsed()));
    }
    Run { waits, took: start.elapsed() }
}

/// As long as a key of the outbox, and in its order: a minute, a place, and eight random bytes.
fn outbox_key(row: usize) -> Vec<u8> {
    [&b"event.outbox\0\0\x01\x02\x03\x04\0\0\0\0"[..], &made::entry(row as u64)[8..16]].concat()
}

fn acknowledged(dir: &Path, callers: usize, time: Duration) -> Run {
    let store = leeward_sqlite::open(dir.join("log.db")).unwrap().assume_sealed();
    on_tokio(&store, dir, callers, time, false)
}

fn sealed(dir: &Path, callers: usize, time: Duration) -> Run {
    on_tokio(&sealed_store(dir), dir, callers, time, false)
}

fn logged(dir: &Path, callers: usize, time: Duration) -> Run {
    on_tokio(&sealed_store(dir), dir, callers, time, true)
}

pub(crate) fn sealed_store(dir: &Path) -> Store {
    let store = leeward_sqlite::open(dir.join("log.db")).unwrap();
    let vault = Vault::open(&store, MemoryKey::from_bytes(&[7; 32]));
    pollster::block_on(vault).unwrap().seal(&store)
}

fn on_tokio(store: &Store, dir: &Path, callers: usize, time: Duration, drain: bool) -> Run {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    runtime.block_on(async {
        let log = AuditLog::open(store, &dir.join("log"), "example.org/audit").await.unwrap();
        let log = log.max_waiting(u32::MAX).unwrap();
        // Whatever a first append has to prepare.
        log.append(&event(0), now()).await.unwrap();
        log.drain(now()).await.unwrap();
        let (start, over) = (Instant::now(), std::sync::Arc::new(AtomicBool::new(false)));
        let sequencer = drain.then(|| tokio::spawn(keep_draining(log.clone(), over.clone())));
        let callers: Vec<_> =
            (0..callers).map(|caller| tokio::spawn(append(log.clone(), caller, start, time))).collect();
        let mut waits = Vec::new();
        for caller in callers {
            waits.extend(caller.await.unwrap());
        }
        over.store(true, Ordering::Relaxed);
        if let Some(sequencer) = sequencer {
            sequencer.await.unwrap();
            assert_eq!(log.size().await.unwrap(), waits.len() as u64 + 1);
        }
        Run { waits, took: start.elapsed() }
    })
}

async fn append(log: AuditLog, caller: usize, start: Instant, time: Duration) -> Vec<Duration> {
    let mut waits = Vec::new();
    while start.elapsed() < time {
        let begun = Instant::now();
        log.append(&event(caller), now()).await.unwrap();
        waits.push(begun.elapsed());
    }
    waits
}

/// Until nothing waits any more.
async fn keep_draining(log: AuditLog, over: std::sync::Arc<AtomicBool>) {
    loop {
        let last = over.load(Ordering::Relaxed);
        let drained = log.drain(now()).await.unwrap();
        if last && drained.logged == 0 {
            return;
        }
        if drained.logged == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// Somebody of a hundred reads a conversation of a hundred.
pub(crate) fn event(caller: usize) -> Event {
    let id = |n: usize| (n as u128 % 100 + 1).to_be_bytes();
    Event::new(Action::RecordRead, Actor::Staff(StaffId::from_bytes(id(caller))), now())
        .about(Subject::Conversation(ConversationId::from_bytes(id(caller / 7))))
        .purpose(Purpose::Treatment)
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_794_000_000).unwrap()
}

/// What the disk itself can do: its flushes at the median and at the 99th percentile.
pub(crate) fn flushes(dir: &Path, count: usize) -> (Duration, Duration) {
    use std::io::Write;
    let mut file = std::fs::File::create(dir.join("flushes")).unwrap();
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        file.write_all(&[0x5A; 4096]).unwrap();
        let start = Instant::now();
        file.sync_data().unwrap();
        times.push(start.elapsed());
    }
    times.sort();
    (times[count / 2], times[count * 99 / 100])
}
