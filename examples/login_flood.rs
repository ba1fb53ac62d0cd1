//! A thousand people sign in at one moment, a tenth of them from devices that have signed in before.
//!
//! ```sh
//! cargo run --release -p leeward-examples --example login_flood -- --clients 1000 --budget 92
//! cargo run --release -p leeward-examples --example login_flood -- --clients 100 --naive
//! ```
//!
//! The strangers guess at accounts that do not exist, and those on known devices know their passphrases. It
//! ends with one line of JSON: how many were served and how many were told to come back, the median and
//! the 99th percentile of the time to an answer in milliseconds, how many seconds it all took, and the most
//! memory that the process ever had. `--budget` is the memory for hashes in MiB, at 46 MiB for each;
//! `--queue` how many may wait in each lane; with `--naive` each sign-in takes fresh memory on a thread of
//! tokio's blocking pool, and nothing bounds them but the pool.
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program prints, and reads the clock")]

use argon2::{Algorithm, Argon2, Params, Version};
use jiff::Timestamp;
use leeward_credentials::{
    CredentialError, Credentials, Governor, GovernorConfig, HashParams, Lane, Passphrase, PasswordPolicy,
};
use leeward_event::{Actor, StaffId, assurance::SignIn};
use leeward_store::Store;
use leeward_throttle::{Client, DeviceKey, DeviceKeys, Guess, Profile, Throttle};
use ring::rand::SystemRandom;
use std::{
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};

type Failure = Box<dyn Error + Send + Sync>;

const PASSPHRASE: &str = "seven lamps above the quay";
const PARAMS: HashParams = HashParams::OWASP_1_PASS;
/// How many accounts those on known devices share: setting each costs a hash.
const ACCOUNTS: usize = 5;

struct Options {
    clients: usize,
    budget_kib: usize,
    queue: usize,
    naive: bool,
}

struct Service {
    throttle: Throttle,
    credentials: Credentials,
}

/// Who signs in, from where, and with what.
struct Person {
    account: StaffId,
    client: Client,
    passphrase: &'static str,
}

/// How one sign-in ended.
struct Ended {
    lane: Lane,
    served: bool,
    took: Duration,
}

fn main() -> Result<(), Failure> {
    let options = Options::parse(std::env::args().skip(1))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build()?;
    let began = Instant::now();
    let ended = if options.naive {
        runtime.block_on(naive(options.clients))?
    } else {
        runtime.block_on(governed(&options))?
    };
    println!("{}", report(&options, &ended, began.elapsed()));
    Ok(())
}

async fn governed(options: &Options) -> Result<Vec<Ended>, Failure> {
    let service = Arc::new(Service::open(options)?);
    let people = service.people(options.clients).await?;
    let tasks: Vec<_> = people
        .into_iter()
        .map(|person| {
            let (service, began) = (Arc::clone(&service), Instant::now());
            tokio::spawn(async move { service.sign_in(person, began).await })
        })
        .collect();
    let mut ended = Vec::new();
    for task in tasks {
        ended.push(task.await??);
    }
    Ok(ended)
}

/// As many services do it: memory for each, as many at once as there are.
async fn naive(clients: usize) -> Result<Vec<Ended>, Failure> {
    let tasks: Vec<_> = (0..clients)
        .map(|number| {
            let (lane, began) = (lane_of(number), Instant::now());
            tokio::task::spawn_blocking(move || {
                let params = Params::new(PARAMS.memory_kib(), PARAMS.passes(), 1, Some(32))?;
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
                argon2.hash_password_into(PASSPHRASE.as_bytes(), &[7; 16], &mut [0; 32])?;
                Ok::<_, argon2::Error>(Ended { lane, served: true, took: began.elapsed() })
            })
        })
        .collect();
    let mut ended = Vec::new();
    for task in tasks {
        ended.push(task.await?.map_err(|error| error.to_string())?);
    }
    Ok(ended)
}

/// Every tenth has signed in before.
const fn lane_of(number: usize) -> Lane {
    if number.is_multiple_of(10) { Lane::KnownDevice } else { Lane::Unknown }
}

impl Service {
    fn open(options: &Options) -> Result<Self, Failure> {
        let rng = SystemRandom::new();
        let store = Store::memory().assume_sealed();
        let config = GovernorConfig::default()
            .workers(std::thread::available_parallelism()?)
            .memory_budget_kib(options.budget_kib)
            .queue(options.queue);
        let governor = Governor::start(config.params(PARAMS))?;
        let keys = DeviceKeys::new(DeviceKey::generate(1, &rng)?);
        Ok(Self {
            throttle: Throttle::new(&store, Profile::nist_cap_100(), keys),
            credentials: Credentials::new(&store, PasswordPolicy::nist(), governor),
        })
    }

    /// Strangers, and people who have signed in before.
    async fn people(&self, clients: usize) -> Result<Vec<Person>, Failure> {
        let mut enrolled = Vec::new();
        for _ in 0..ACCOUNTS {
            enrolled.push(self.enrol().await?);
        }
        let (mut enrolled, rng) = (enrolled.iter().cycle(), SystemRandom::new());
        let mut people = Vec::new();
        for number in 0..clients {
            people.push(match (lane_of(number), enrolled.next()) {
                (Lane::KnownDevice, Some(sign_in)) => {
                    let (account, client) = (sign_in.account(), self.device(sign_in).await?);
                    Person { account, client, passphrase: PASSPHRASE }
                }
                _ => {
                    let (account, client) = (StaffId::generate(&rng)?, Client::unknown());
                    Person { account, client, passphrase: "a guess at somebody's passphrase" }
                }
            });
        }
        Ok(people)
    }

    /// Somebody who has signed in.
    async fn enrol(&self) -> Result<SignIn, Failure> {
        let (account, passphrase) = (StaffId::generate(&SystemRandom::new())?, Passphrase::new(PASSPHRASE)?);
        self.credentials.set(account, &passphrase, Actor::Staff(account), Timestamp::now()).await?;
        let gate =
            self.throttle.knock(account, Guess::Passphrase, &Client::unknown(), Timestamp::now()).await?;
        let proved = self.credentials.verify(gate, account, &passphrase, Timestamp::now()).await?;
        Ok(SignIn::from_factors(proved, [], Timestamp::now())?)
    }

    /// One of the devices on which they did.
    async fn device(&self, sign_in: &SignIn) -> Result<Client, Failure> {
        let (_, cookie) = self.throttle.signed_in(sign_in, &Client::unknown(), Timestamp::now()).await?;
        Ok(self.throttle.client(sign_in.account(), Some(&cookie.reveal())))
    }

    async fn sign_in(&self, person: Person, began: Instant) -> Result<Ended, Failure> {
        let Person { account, client, passphrase } = person;
        let gate = self.throttle.knock(account, Guess::Passphrase, &client, Timestamp::now()).await?;
        let (lane, passphrase) = (gate.lane(), Passphrase::new(passphrase)?);
        let served = match self.credentials.verify(gate, account, &passphrase, Timestamp::now()).await {
            Ok(_) | Err(CredentialError::Rejected) => true,
            Err(CredentialError::Busy { .. }) => false,
            Err(error) => return Err(error.into()),
        };
        Ok(Ended { lane, served, took: began.elapsed() })
    }
}

fn report(options: &Options, ended: &[Ended], all: Duration) -> String {
    let served = ended.iter().filter(|ended| ended.served).count();
    let lane = |lane| {
        let of_lane = ended.iter().filter(|ended| ended.served && ended.lane == lane);
        let mut took: Vec<_> = of_lane.map(|ended| ended.took).collect();
        took.sort_unstable();
        let at = |percent: usize| {
            let index = took.len().saturating_mul(percent).div_ceil(100).saturating_sub(1);
            took.get(index)
                .map_or_else(|| "null".into(), |took| format!("{:.1}", took.as_secs_f64() * 1000.0))
        };
        format!("{{\"served\":{},\"p50_ms\":{},\"p99_ms\":{}}}", took.len(), at(50), at(99))
    };
    format!(
        "{{\"clients\":{},\"naive\":{},\"served\":{served},\"busy\":{},\"known_device\":{},\"unknown\":{},\
         \"seconds\":{:.2},\"peak_rss_kib\":{}}}",
        options.clients,
        options.naive,
        ended.len().saturating_sub(served),
        lane(Lane::KnownDevice),
        lane(Lane::Unknown),
        all.as_secs_f64(),
        peak_rss_kib().map_or_else(|| "null".into(), |kib| kib.to_string()),
    )
}

/// What Linux says was the most.
fn peak_rss_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Self { clients: 1000, budget_kib: 92 * 1024, queue: 64, naive: false };
        while let Some(argument) = arguments.next() {
            let mut number = || {
                let number = arguments.next().and_then(|text| text.parse::<usize>().ok());
                number.ok_or_else(|| format!("{argument} takes a number"))
            };
            match argument.as_str() {
                "--clients" => options.clients = number()?,
                "--budget" => options.budget_kib = number()?.saturating_mul(1024),
                "--queue" => options.queue = number()?,
                "--naive" => options.naive = true,
                _ => return Err("use --clients N, --budget MIB, --queue N, --naive".into()),
            }
        }
        Ok(options)
    }
}
