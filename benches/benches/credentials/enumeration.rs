use crate::{PASSPHRASE, contestant::THREADS, millis, percentile};
use jiff::Timestamp;
use leeward_credentials::{
    CredentialError, Credentials, Governor, GovernorConfig, HashParams, Passphrase, PasswordPolicy,
};
use leeward_event::{Actor, StaffId};
use leeward_store::Store;
use leeward_throttle::{Client, DeviceKey, DeviceKeys, Guess, Profile, Throttle};
use std::time::{Duration, Instant};

/// Refusals of these are timed in turn.
const KINDS: [&str; 4] = ["wrong passphrase", "no such account", "hash of 12288/3", "hash of 7168/5"];

/// Whether the time of a refusal tells one kind of account from a wrong passphrase: the two-sided test of
/// Mann and Whitney, on samples that were taken in turn. A value of z beyond 3 would come by chance once in
/// 370 runs. The last two are hashes that were made with other parameters than today's.
pub(crate) fn measure(samples: usize) {
    let store = Store::memory().assume_sealed();
    let now = Timestamp::UNIX_EPOCH;
    let with = |params| {
        let config = GovernorConfig::default().workers(THREADS).params(params);
        Credentials::new(&store, PasswordPolicy::nist(), Governor::start(config).unwrap())
    };
    let accounts = [1, 2, 3, 4].map(|number| StaffId::from_bytes([number; 16]));
    let right = Passphrase::new(PASSPHRASE).unwrap();
    let older = [(2, HashParams::OWASP_3_PASSES), (3, HashParams::OWASP_5_PASSES)];
    pollster::block_on(async {
        let today = with(HashParams::OWASP);
        today.set(accounts[0], &right, Actor::Staff(accounts[0]), now).await.unwrap();
        for (at, params) in older {
            with(params).set(accounts[at], &right, Actor::Staff(accounts[at]), now).await.unwrap();
        }
        let config = GovernorConfig::default().workers(THREADS);
        let ceiling = HashParams::new(19_456, 5, 1).unwrap();
        let governor = Governor::start(config.ceiling(ceiling)).unwrap();
        let today = Credentials::new(&store, PasswordPolicy::nist(), governor);
        let mut times = KINDS.map(|_| Vec::new());
        for round in 0..samples + 2 {
            for (account, times) in accounts.into_iter().zip(&mut times) {
                let took = refused(&today, account).await;
                if round >= 2 {
                    times.push(took);
                }
            }
        }
        report(times);
    });
}

async fn refused(credentials: &Credentials, account: StaffId) -> Duration {
    let keys = DeviceKeys::new(DeviceKey::from_bytes(1, &[0; 32]));
    let throttle = Throttle::new(&Store::memory().assume_sealed(), Profile::device_scoped(), keys);
    let (guess, now) = (Passphrase::new("a guess at somebody's passphrase").unwrap(), Timestamp::UNIX_EPOCH);
    let gate = throttle.knock(account, Guess::Passphrase, &Client::unknown(), now).await.unwrap();
    let begun = Instant::now();
    let refused = credentials.verify(gate, account, &guess, now).await;
    let took = begun.elapsed();
    assert!(matches!(refused, Err(CredentialError::Rejected)));
    took
}

fn report(mut times: [Vec<Duration>; KINDS.len()]) {
    println!("how long a refusal takes, and whether that tells it from a wrong passphrase");
    let wrong = times[0].clone();
    for (kind, times) in KINDS.iter().zip(&mut times) {
        let z = mann_whitney(&wrong, times);
        println!(
            "    {kind:20} p50 {:6.2} ms, p99 {:6.2} ms, z {z:6.2}",
            millis(percentile(times, 50)),
            millis(percentile(times, 99))
        );
    }
    println!("  target: |z| under 3 for an account that does not exist");
}

/// How many standard deviations the rank sum of `other` is from what equal distributions give.
fn mann_whitney(one: &[Duration], other: &[Duration]) -> f64 {
    let wins: f64 = other
        .iter()
        .flat_map(|b| {
            one.iter().map(move |a| {
                if b > a {
                    1.0
                } else if a == b {
                    0.5
                } else {
                    0.0
                }
            })
        })
        .sum();
    let (n, m) = (one.len() as f64, other.len() as f64);
    (wins - n * m / 2.0) / (n * m * (n + m + 1.0) / 12.0).sqrt()
}
