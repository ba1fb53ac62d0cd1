//! Codes of authenticator apps checked a second through SQLite, by 64 callers, beside the plain SQL that uses
//! a code up: `UPDATE totp SET last_step = ? WHERE account = ? AND last_step < ?`, a transaction each, under
//! the same `synchronous = FULL` on the same disk. `--test` does each once, with few.
//!
//! Each caller has accounts of its own and goes forward by a step for each code, so that every code is right.
//! leeward computes the codes, compares, and writes an event and the factor in one batch. The SQL is handed
//! the step, and does nothing else. The throttle is in memory in one row, so that what is compared is the
//! commit of the factor; in the other it counts in the same file, which is a durable commit more.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a measurement reads the clock, prints, and stops when something fails"
)]

use jiff::SignedDuration;
use leeward_event::{
    AuthenticatorId, StaffId,
    assurance::{FactorKind, ProvedFactor, SignIn},
};
use leeward_mfa::{Mfa, Permit, Presented, Profile, TotpSecret};
use leeward_store::{Store, Timestamp};
use leeward_throttle::{Client, DeviceKey, DeviceKeys, Throttle};
use rusqlite::{Connection, TransactionBehavior, params};
use std::{
    ops::Range,
    path::Path,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};
use tokio::runtime::{Builder, Runtime};

const CALLERS: usize = 64;
/// How many accounts each caller has.
const ACCOUNTS: usize = 4;
const PERIOD: i64 = 30;
const START: i64 = 1_700_000_010;
/// What the rate of the plain SQL is multiplied by.
const TARGET: f64 = 4.0;

const NAMES: [&str; 3] = [
    "plain rusqlite, a transaction each",
    "leeward, throttle in memory",
    "leeward, throttle in the same file",
];

/// One round: codes a second, and how long each took.
struct Round {
    rate: f64,
    took: Vec<Duration>,
}

impl Round {
    fn new(start: Instant, took: Vec<Duration>) -> Self {
        Self { rate: took.len() as f64 / start.elapsed().as_secs_f64(), took }
    }
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--test" || argument == "--smoke");
    let (rounds, codes) = if quick { (1, 1) } else { (7, 40) };
    let dir = tempfile::tempdir_in(std::env::current_dir().unwrap()).unwrap();
    let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let plain = Mutex::new(table(&dir.path().join("plain.db")));
    let services = ["memory.db", "same.db"].map(|name| dir.path().join(name));
    let services = [service(&runtime, &services[0], false), service(&runtime, &services[1], true)];

    let mut measured: [Vec<Round>; 3] = Default::default();
    for round in 0..rounds {
        let codes = round * codes..(round + 1) * codes;
        measured[0].push(on_threads(&plain, codes.clone()));
        for (service, measured) in services.iter().zip(&mut measured[1..]) {
            measured.push(on_tokio(&runtime, service, codes.clone()));
        }
    }
    show(measured, rounds, codes);
}

/// A thread for each caller, since the call blocks.
fn on_threads(plain: &Mutex<Connection>, codes: Range<usize>) -> Round {
    let start = Instant::now();
    let took = thread::scope(|scope| {
        let one_caller = |caller| {
            let codes = codes.clone();
            scope.spawn(move || codes.map(|code| timed(|| update(plain, caller, code))).collect::<Vec<_>>())
        };
        let callers: Vec<_> = (0..CALLERS).map(one_caller).collect();
        callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect()
    });
    Round::new(start, took)
}

fn on_tokio(runtime: &Runtime, service: &Arc<Service>, codes: Range<usize>) -> Round {
    let start = Instant::now();
    let one_caller = |caller| {
        let (service, codes) = (Arc::clone(service), codes.clone());
        runtime.spawn(async move {
            let mut took = Vec::new();
            for code in codes {
                let start = Instant::now();
                service.present(caller, code).await;
                took.push(start.elapsed());
            }
            took
        })
    };
    let callers: Vec<_> = (0..CALLERS).map(one_caller).collect();
    let took = callers.into_iter().flat_map(|caller| runtime.block_on(caller).unwrap()).collect();
    Round::new(start, took)
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn show(measured: [Vec<Round>; 3], rounds: usize, codes: usize) {
    println!("{CALLERS} callers, {codes} codes each, {rounds} rounds");
    println!("{:40} {:>9} {:>9} {:>10} {:>10}", "", "codes/s", "of plain", "p50, ms", "p99, ms");
    let mut plain = None;
    for (name, rounds) in NAMES.into_iter().zip(measured) {
        let (mut rates, mut took) = (Vec::new(), Vec::new());
        for mut round in rounds {
            rates.push(round.rate);
            took.append(&mut round.took);
        }
        rates.sort_by(f64::total_cmp);
        took.sort();
        let rate = rates[rates.len() / 2];
        let of_plain = rate / *plain.get_or_insert(rate);
        let ms = |percent: usize| took[took.len() * percent / 100].as_secs_f64() * 1e3;
        println!("{name:40} {rate:>9.0} {of_plain:>9.2} {:>10.1} {:>10.1}", ms(50), ms(99));
        if name == NAMES[1] {
            let holds = if of_plain >= TARGET { "holds" } else { "MISSED" };
            println!("target, {TARGET} of plain with the throttle in memory: {holds}");
        }
    }
}

struct Service {
    mfa: Mfa,
    throttle: Throttle,
    apps: Vec<TotpSecret>,
}

impl Service {
    async fn present(&self, caller: usize, code: usize) {
        let (account, now) = (account(caller, code), at(code + 1));
        let typed = self.apps[caller * ACCOUNTS + code % ACCOUNTS].code_at(now);
        let code = Presented::Totp(&typed);
        let gate = self.throttle.knock(account, code.guess(), &Client::unknown(), now).await.unwrap();
        let _ = self.mfa.prove(gate, account, code, now).await.unwrap();
    }
}

fn service(runtime: &Runtime, path: &Path, same_file: bool) -> Arc<Service> {
    let store = leeward_sqlite::open(path).unwrap().assume_sealed();
    let counts = if same_file { store.clone() } else { Store::memory().assume_sealed() };
    let keys = DeviceKeys::new(DeviceKey::from_bytes(1, &[7; 32]));
    // A right code clears what was counted in its own batch, which never reaches counts in another store:
    // they grow, and each step is longer than the wait that they bring.
    let second = SignedDuration::from_secs(1);
    let waits = leeward_throttle::Profile::device_scoped().waits(second, second).unwrap();
    let throttle = Throttle::new(&counts, waits, keys);
    let mfa = Mfa::new(&store, "Harbour Line").unwrap().profile(Profile::StaffCodes);
    let accounts = (0..CALLERS).flat_map(|caller| (0..ACCOUNTS).map(move |n| account(caller, n)));
    let apps = runtime.block_on(async {
        let mut apps = Vec::new();
        for account in accounts {
            apps.push(enrol(&mfa, account).await);
        }
        apps
    });
    Arc::new(Service { mfa, throttle, apps })
}

async fn enrol(mfa: &Mfa, account: StaffId) -> TotpSecret {
    let passphrase = AuthenticatorId::from_bytes([1; 16]);
    let proved = ProvedFactor::assume_proved(account, FactorKind::Passphrase, passphrase, at(0));
    let permit = Permit::of(&SignIn::from_factors(proved, [], at(0)).unwrap());
    let enrolment = mfa.enrol_totp(&permit, "app", at(0)).await.unwrap();
    let app = TotpSecret::from_uri(&enrolment.expose_otpauth_uri()).unwrap();
    let _ = enrolment.confirm(&app.code_at(at(0)), at(0)).await.unwrap();
    app
}

fn table(path: &Path) -> Connection {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE totp (account BLOB NOT NULL PRIMARY KEY, last_step INTEGER NOT NULL) STRICT;",
    )
    .unwrap();
    for caller in 0..CALLERS {
        for n in 0..ACCOUNTS {
            let account = account(caller, n);
            conn.execute("INSERT INTO totp VALUES (?1, 0)", [account.as_bytes()]).unwrap();
        }
    }
    conn
}

/// SQLite has one writer: callers share a connection, and wait for it where it costs least.
fn update(plain: &Mutex<Connection>, caller: usize, code: usize) {
    const SQL: &str = "UPDATE totp SET last_step = ?1 WHERE account = ?2 AND last_step < ?1";
    let mut conn = plain.lock().unwrap();
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    let account = account(caller, code);
    let row = params![at(code + 1).as_second() / PERIOD, account.as_bytes()];
    let used = tx.prepare_cached(SQL).unwrap().execute(row).unwrap();
    tx.commit().unwrap();
    assert_eq!(used, 1);
}

/// Which account a caller presents its code of this number for: its accounts take turns.
fn account(caller: usize, code: usize) -> StaffId {
    let mut id = [0xA5; 16];
    id[0] = caller as u8 + 1;
    id[1] = (code % ACCOUNTS) as u8 + 1;
    StaffId::from_bytes(id)
}

fn at(step: usize) -> Timestamp {
    Timestamp::from_second(START + PERIOD * step as i64).unwrap()
}
