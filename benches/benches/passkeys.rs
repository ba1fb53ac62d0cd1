//! The processor time of `Passkeys::finish_sign_in`, beside `webauthn-rs` that finishes the same assertions.
//! `--test` does a few.
//!
//! Both verify the same answers to the same challenges of a passkey whose counter grows. The answers are read
//! from their JSON before. `webauthn-rs` alone has the state of the ceremony and the credential in hand; a
//! service reads them from where they are kept, and writes the credential back, which the second contestant
//! does with a variable in the place of a store. The rounds of the contestants take turns, and the median of
//! the ratios of the rounds is shown.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a measurement prints, and stops when something fails"
)]

#[allow(dead_code, reason = "tests want more of it")]
#[path = "../../crates/leeward-mfa/tests/it/passkey/device.rs"]
mod device;

use device::Device;
use leeward_event::{
    AuthenticatorId, StaffId,
    assurance::{FactorKind, ProvedFactor, SignIn},
};
use leeward_mfa::{
    Asked, CeremonyId, Holder, PasskeyPolicy, Passkeys, Permit, RegistrationAnswer, RelyingParty,
    SignInAnswer,
};
use leeward_store::{Scan, Space, Store, Timestamp};
use leeward_throttle::{Client, DeviceKey, DeviceKeys, Gate, Guess, Profile, Throttle};
use pollster::block_on;
use ring::digest::{SHA256, digest};
use rustix::time::{ClockId, clock_gettime};
use std::hint::black_box;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PublicKeyCredential, Url, Webauthn, WebauthnBuilder,
};

const ACCOUNT: StaffId = StaffId::from_bytes([0xA5; 16]);
const ORIGIN: &str = "https://staff.example.org";

/// Where the crate keeps open ceremonies and credentials, and how much stands before the JSON of
/// `webauthn-rs`: tests of the crate pin it.
const OPEN: (Space, usize) = (Space::sealed("mfa.passkey.ceremony"), 58);
const KEPT: (Space, usize) = (Space::sealed_for("mfa.passkey", 0), 26);

/// What the time of `webauthn-rs` alone is multiplied by.
const TARGET: f64 = 1.15;

const NAMES: [&str; 3] =
    ["webauthn-rs, all in hand", "webauthn-rs, read and written as JSON", "leeward, finish_sign_in"];

fn main() {
    let quick = std::env::args().any(|argument| argument == "--test" || argument == "--smoke");
    let (rounds, count) = if quick { (1, 5) } else { (41, 100) };
    let mut bench = Bench::new();
    let times = (0..rounds).map(|round| bench.round(round, count)).collect::<Vec<_>>();
    println!("{rounds} rounds of {count}");
    println!("{:40} {:>10} {:>8}", "", "µs of CPU", "of raw");
    let ratio = |contestant: usize| median(times.iter().map(|round| round[contestant] / round[0]));
    for (contestant, name) in NAMES.iter().enumerate() {
        let time = median(times.iter().map(|round| round[contestant]));
        println!("{name:40} {time:>10.1} {:>8.3}", ratio(contestant));
    }
    println!("target, {TARGET} of raw: {}", if ratio(2) <= TARGET { "holds" } else { "MISSED" });
}

struct Bench {
    store: Store,
    passkeys: Passkeys,
    raw: Webauthn,
    device: Device,
}

/// An answer, and what it is verified with.
struct Assertion {
    ceremony: CeremonyId,
    answer: SignInAnswer,
    raw_answer: PublicKeyCredential,
    raw_state: Vec<u8>,
}

impl Bench {
    fn new() -> Self {
        let store = Store::memory().assume_sealed();
        let party = RelyingParty::new("example.org", ORIGIN, "Harbour Line").unwrap();
        let passkeys = Passkeys::new(&store, &party, PasskeyPolicy::any());
        let origin = Url::parse(ORIGIN).unwrap();
        let builder = WebauthnBuilder::new("example.org", &origin).unwrap();
        let raw = builder.rp_name("Harbour Line").build().unwrap();
        let device = Device { counter: 1, ..Device::new() };
        let mut bench = Self { store, passkeys, raw, device };
        block_on(bench.register());
        bench
    }

    async fn register(&mut self) {
        let holder = Holder { name: "night-desk-3", display_name: "Night desk 3" };
        let begun = self.passkeys.begin_registration(&permit(), holder, "blue key", now()).await.unwrap();
        let answer = RegistrationAnswer::parse(&self.device.register(&begun.options)).unwrap();
        let _ = self.passkeys.finish_registration(ACCOUNT, begun.ceremony, &answer, now()).await.unwrap();
    }

    /// The microseconds that each contestant takes for one of so many assertions.
    fn round(&mut self, round: usize, count: usize) -> [f64; 3] {
        let credential = block_on(self.credential());
        let (assertions, gates): (Vec<_>, Vec<_>) = (0..count).map(|_| block_on(self.assertion())).unzip();
        let read = |one: &Assertion| serde_json::from_slice(&one.raw_state).unwrap();
        let states = assertions.iter().map(read).collect::<Vec<DiscoverableAuthentication>>();
        let mut contestants: [Option<Box<dyn FnOnce() + '_>>; 3] = [
            Some(Box::new(|| self.in_hand(&assertions, states, &credential))),
            Some(Box::new(|| self.as_json(&assertions, credential.clone()))),
            Some(Box::new(|| block_on(self.leeward(&assertions, gates)))),
        ];
        let mut times = [0.0; 3];
        for turn in 0..3 {
            let contestant = (round + turn) % 3;
            let run = contestants[contestant].take().unwrap();
            let start = processor_time();
            run();
            times[contestant] = (processor_time() - start) / count as f64;
        }
        times
    }

    fn in_hand(&self, assertions: &[Assertion], states: Vec<DiscoverableAuthentication>, credential: &[u8]) {
        let mut credential: Passkey = serde_json::from_slice(credential).unwrap();
        let raw = &self.raw;
        for (one, state) in assertions.iter().zip(states) {
            let done =
                raw.finish_discoverable_authentication_v2(&one.raw_answer, state, &credential).unwrap();
            black_box(credential.update_credential(&done));
        }
    }

    fn as_json(&self, assertions: &[Assertion], mut kept: Vec<u8>) {
        let raw = &self.raw;
        for one in assertions {
            let state: DiscoverableAuthentication = serde_json::from_slice(&one.raw_state).unwrap();
            let mut credential: Passkey = serde_json::from_slice(&kept).unwrap();
            let done =
                raw.finish_discoverable_authentication_v2(&one.raw_answer, state, &credential).unwrap();
            credential.update_credential(&done);
            kept = serde_json::to_vec(&credential).unwrap();
        }
    }

    async fn leeward(&self, assertions: &[Assertion], gates: Vec<Gate>) {
        for (Assertion { ceremony, answer, .. }, gate) in assertions.iter().zip(gates) {
            let proved = self.passkeys.finish_sign_in(gate, ACCOUNT, *ceremony, answer, now()).await;
            let _ = black_box(proved.unwrap());
        }
    }

    async fn credential(&self) -> Vec<u8> {
        let (space, before) = KEPT;
        let page = self.store.scan(&Scan::all(space.prefix(&[]).unwrap())).await.unwrap();
        page.items[0].entry.value.as_bytes()[before..].to_vec()
    }

    async fn assertion(&mut self) -> (Assertion, Gate) {
        self.device.counter += 1;
        let begun = self.passkeys.begin_sign_in(Asked::Anyone, now()).await.unwrap();
        let answer = self.device.sign_in(&begun.options);
        let (space, before) = OPEN;
        let key = space.key(&[digest(&SHA256, begun.ceremony.as_bytes()).as_ref()]).unwrap();
        let row = self.store.get(&key).await.unwrap().unwrap();
        let assertion = Assertion {
            ceremony: begun.ceremony,
            answer: SignInAnswer::parse(&answer).unwrap(),
            raw_answer: serde_json::from_str(&answer).unwrap(),
            raw_state: row.value.as_bytes()[before..].to_vec(),
        };
        (assertion, gate().await)
    }
}

fn permit() -> Permit {
    let kind = FactorKind::Passkey { synced: false, user_verified: true };
    let proved = ProvedFactor::assume_proved(ACCOUNT, kind, AuthenticatorId::from_bytes([1; 16]), now());
    Permit::of(&SignIn::from_factors(proved, [], now()).unwrap())
}

async fn gate() -> Gate {
    let keys = DeviceKeys::new(DeviceKey::from_bytes(1, &[0; 32]));
    let throttle = Throttle::new(&Store::memory().assume_sealed(), Profile::device_scoped(), keys);
    throttle.knock(ACCOUNT, Guess::Passkey, &Client::unknown(), now()).await.unwrap()
}

/// In microseconds, of all threads.
fn processor_time() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values = values.collect::<Vec<_>>();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
