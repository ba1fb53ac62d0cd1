//! Session look-ups a second through SQLite, beside a raw prepared `SELECT` of the same rows from the same
//! file, and how they go as sessions are stored. `--test` does each once, with few.
//!
//! A look-up is what a request does: it reads the token's text, hashes it under the key, and gets the live
//! session. The raw `SELECT` gets the bytes of the row by a key that is ready. The rounds of the contestants
//! take turns over the same random sessions, and the median round of each is shown. The vault's sessions lie in
//! a file of their own, which is as large.
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
use leeward_session::{SessionKey, SessionKeys, SessionPolicy, SessionToken, Sessions};
use leeward_store::{Batch, Expect, Scan, Space, Store, Timestamp};
use leeward_throttle::{Client, DeviceKey, DeviceKeys, Profile, Throttle};
use leeward_vault::{MemoryKey, Vault};
use pollster::block_on;
use ring::hmac;
use rusqlite::Connection;
use std::{path::Path, thread, time::Instant};

const SECRET: [u8; 32] = [0x5E; 32];
const SESSION: Space = Space::sealed("session.token");

/// What the raw `SELECT` of a target is multiplied by.
const TARGET: f64 = 0.6;

/// What is measured: so many look-ups, beginning with this one, on one thread.
type Contestant<'a> = (&'a str, Box<dyn Fn(usize, usize) + Sync + 'a>);

fn main() {
    let quick = std::env::args().any(|argument| argument == "--test" || argument == "--smoke");
    let largest = std::env::var("LEEWARD_BENCH_LARGEST").map_or(1_000_000, |text| text.parse().unwrap());
    let dir = tempfile::tempdir_in(std::env::current_dir().unwrap()).unwrap();
    let (rounds, count) = if quick { (1, 100) } else { (9, 40_000) };
    let sizes = [1_000, 10_000, 100_000, 1_000_000];
    for sessions in sizes.into_iter().filter(|size| *size <= if quick { 1_000 } else { largest }) {
        measure(&dir.path().join(sessions.to_string()), sessions, rounds, count);
    }
}

fn measure(dir: &Path, stored: usize, rounds: usize, count: usize) {
    std::fs::create_dir(dir).unwrap();
    let start = Instant::now();
    let plain_file = dir.join("plain.db");
    let plain = leeward_sqlite::open(&plain_file).unwrap().assume_sealed();
    fill(&plain, stored);
    let below = leeward_sqlite::open(dir.join("sealed.db")).unwrap();
    let sealed = block_on(Vault::open(&below, MemoryKey::from_bytes(&[7; 32]))).unwrap().seal(&below);
    fill(&sealed, stored);
    println!(
        "\n{stored} sessions, stored in {:.0} s; {rounds} rounds of {count}",
        start.elapsed().as_secs_f64()
    );

    let keys = (0..stored).map(|n| key(n).as_bytes().to_vec()).collect::<Vec<_>>();
    let texts = (0..stored).map(|n| text(&token(n))).collect::<Vec<_>>();
    let (plain, sealed) = (&sessions(&plain), &sessions(&sealed));
    let (keys, texts, plain_file) = (&keys, &texts, plain_file.as_path());
    let contestants: [Contestant<'_>; 3] = [
        ("raw prepared SELECT", Box::new(move |first, count| select(plain_file, keys, first, count))),
        ("leeward, look-up", Box::new(move |first, count| look_up(plain, texts, first, count))),
        (
            "leeward, look-up through a vault",
            Box::new(move |first, count| look_up(sealed, texts, first, count)),
        ),
    ];
    for threads in [1, 2] {
        compare(&contestants, threads, rounds, count);
    }
}

fn compare(contestants: &[Contestant<'_>], threads: usize, rounds: usize, count: usize) {
    let mut rates = vec![Vec::new(); contestants.len()];
    for round in 0..rounds {
        for (contestant, (_, run)) in contestants.iter().enumerate() {
            let start = Instant::now();
            thread::scope(|scope| {
                for thread in 0..threads {
                    scope.spawn(move || run((round * threads + thread) * count, count));
                }
            });
            rates[contestant].push((threads * count) as f64 / start.elapsed().as_secs_f64());
        }
    }
    let medians = rates.into_iter().map(median).collect::<Vec<_>>();
    println!("{:40} {:>12} {:>9}", format!("on {threads} threads"), "look-ups/s", "of raw");
    for ((name, _), rate) in contestants.iter().zip(&medians) {
        println!("{name:40} {rate:>12.0} {:>9.2}", rate / medians[0]);
    }
    let holds = medians[1] >= TARGET * medians[0];
    println!("target, {TARGET} of raw: {}", if holds { "holds" } else { "MISSED" });
}

/// Opens its own connection, as whoever reads by hand does once.
fn select(file: &Path, keys: &[Vec<u8>], first: usize, count: usize) {
    let conn = Connection::open(file).unwrap();
    let mut select = conn.prepare("SELECT value FROM leeward_entry WHERE key = ?1").unwrap();
    for n in first..first + count {
        let key = &keys[scattered(n) % keys.len()];
        let value: Vec<u8> = select.query_row([key], |row| row.get(0)).unwrap();
        std::hint::black_box(value);
    }
}

fn look_up(sessions: &Sessions, texts: &[String], first: usize, count: usize) {
    block_on(async {
        for n in first..first + count {
            let token = SessionToken::parse(&texts[scattered(n) % texts.len()]).unwrap();
            std::hint::black_box(sessions.look_up(&token, now()).await.unwrap());
        }
    });
}

fn sessions(store: &Store) -> Sessions {
    let keys = SessionKeys::new(&SessionKey::from_bytes(1, &SECRET));
    Sessions::new(store, SessionPolicy::nist(), keys)
}

/// Starts one session, and puts its row under as many other tokens as there shall be sessions.
fn fill(store: &Store, stored: usize) {
    let row = block_on(row(store));
    for first in (0..stored).step_by(1_000) {
        let mut batch = Batch::new();
        for n in first..(first + 1_000).min(stored) {
            batch.put_until(key(n), Expect::Any, row.clone(), now() + SignedDuration::from_hours(24));
        }
        block_on(store.commit(batch)).unwrap();
    }
}

async fn row(store: &Store) -> Vec<u8> {
    let account = StaffId::from_bytes([0xA5; 16]);
    let factor =
        |kind, id| ProvedFactor::assume_proved(account, kind, AuthenticatorId::from_bytes([id; 16]), now());
    let totp = factor(FactorKind::Totp, 2);
    let sign_in = SignIn::from_factors(factor(FactorKind::Passphrase, 1), [totp], now()).unwrap();
    let keys = DeviceKeys::new(DeviceKey::from_bytes(1, &SECRET));
    let throttle = Throttle::new(store, Profile::nist_cap_100(), keys);
    let (gate, _) = throttle.signed_in(&sign_in, &Client::unknown(), now()).await.unwrap();
    sessions(store).start(gate, sign_in, now()).await.unwrap();
    let page = store.scan(&Scan::all(SESSION.prefix(&[]).unwrap())).await.unwrap();
    page.items[0].entry.value.as_bytes().to_vec()
}

/// Where the session of a token lies, which a test of the crate pins.
fn key(n: usize) -> leeward_store::Key {
    let secret = hmac::Key::new(hmac::HMAC_SHA256, &SECRET);
    let purpose = hmac::sign(&secret, b"leeward-session/1 session");
    let hash = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, purpose.as_ref()), &token(n));
    SESSION.key(&[hash.as_ref()]).unwrap()
}

fn token(n: usize) -> [u8; 32] {
    let mut token = [0; 32];
    for (half, out) in token.chunks_mut(8).enumerate() {
        out.copy_from_slice(&(scattered(n * 4 + half) as u64).to_be_bytes());
    }
    token
}

fn text(token: &[u8; 32]) -> String {
    token.iter().fold("00000001".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

/// Numbers without order.
fn scattered(n: usize) -> usize {
    let mut x = (n as u64).wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (x ^ (x >> 31)) as usize
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}
