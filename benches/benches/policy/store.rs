use crate::{turns::median, workload::now};
use jiff::SignedDuration;
use leeward_event::{ConversationId, StaffId, assurance::Aal};
use leeward_policy::{
    AccessRequest, By, Policies, PolicyInformationPoint, PolicySet, Purpose, ReadTranscript, Requester, Role,
};
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::runtime::{Builder, Runtime};

const CALLERS: usize = 64;

/// What one caller does once.
#[derive(Clone, Copy)]
enum Ask {
    /// Reads the facts and decides.
    Standing,
    /// The same, and the decision is on record before it is answered.
    Recorded,
}

/// Decisions on facts that are read from SQLite, by 64 callers at once: a second, and how long each waits.
pub(crate) fn measure(rounds: usize, each: usize) {
    let dir = tempfile::tempdir_in(std::env::current_dir().unwrap()).unwrap();
    let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let policies = Arc::new(service(&dir.path().join("policies.db")));
    runtime.block_on(async {
        for caller in 0..CALLERS {
            hire(&policies, caller).await;
            policies
                .assign(staff(caller), conversation(caller, 0), By::ServiceUnchecked, now())
                .await
                .unwrap();
        }
    });
    println!("\n{CALLERS} callers, {each} decisions each on facts in SQLite, {rounds} rounds");
    println!("{:44} {:>12} {:>10} {:>10}", "", "decisions/s", "p50, ms", "p99, ms");
    for (name, ask) in
        [("facts read, decided", Ask::Standing), ("facts read, decided, on record", Ask::Recorded)]
    {
        at_once(&runtime, &policies, ask, 1);
        let (mut rates, mut took) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let start = Instant::now();
            let mut round = at_once(&runtime, &policies, ask, each);
            rates.push(round.len() as f64 / start.elapsed().as_secs_f64());
            took.append(&mut round);
        }
        took.sort();
        let ms = |percent: usize| took[took.len() * percent / 100].as_secs_f64() * 1e3;
        println!("{name:44} {:>12.0} {:>10.2} {:>10.2}", median(rates), ms(50), ms(99));
    }
}

/// One caller, and how many conversations it is assigned to.
pub(crate) fn assignments(rounds: usize, largest: usize) {
    let dir = tempfile::tempdir_in(std::env::current_dir().unwrap()).unwrap();
    let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let policies = Arc::new(service(&dir.path().join("policies.db")));
    runtime.block_on(hire(&policies, 0));
    println!("\n{:>12} {:>22} {:>22}", "assignments", "µs, facts and decided", "µs, on record");
    let mut assigned = 0;
    for size in [10, 100, 1_000, 10_000, 100_000].into_iter().filter(|size| *size <= largest) {
        assign(&runtime, &policies, assigned..size);
        assigned = size;
        let micros = |ask| {
            let one = |round| runtime.block_on(some(&policies, ask, size, round)).as_secs_f64() * 1e6;
            median((0..rounds).map(one).collect())
        };
        println!("{size:>12} {:>22.1} {:>22.1}", micros(Ask::Standing), micros(Ask::Recorded));
    }
}

/// The mean of a hundred decisions about conversations all over those assigned.
async fn some(policies: &Policies, ask: Ask, assigned: usize, round: usize) -> Duration {
    let start = Instant::now();
    for n in 0..100 {
        decide(policies, ask, 0, (round * 100 + n) * 7_919 % assigned).await;
    }
    start.elapsed() / 100
}

fn assign(runtime: &Runtime, policies: &Arc<Policies>, numbers: std::ops::Range<usize>) {
    let one_caller = |caller: usize| {
        let (policies, numbers) = (Arc::clone(policies), numbers.clone().skip(caller).step_by(CALLERS));
        runtime.spawn(async move {
            for number in numbers {
                let conversation = conversation(0, number);
                policies.assign(staff(0), conversation, By::ServiceUnchecked, now()).await.unwrap();
            }
        })
    };
    let callers = (0..CALLERS).map(one_caller).collect::<Vec<_>>();
    callers.into_iter().for_each(|caller| runtime.block_on(caller).unwrap());
}

fn at_once(runtime: &Runtime, policies: &Arc<Policies>, ask: Ask, each: usize) -> Vec<Duration> {
    let one_caller = |caller| {
        let policies = Arc::clone(policies);
        runtime.spawn(async move {
            let mut took = Vec::new();
            for _ in 0..each {
                let start = Instant::now();
                decide(&policies, ask, caller, 0).await;
                took.push(start.elapsed());
            }
            took
        })
    };
    let callers = (0..CALLERS).map(one_caller).collect::<Vec<_>>();
    callers.into_iter().flat_map(|caller| runtime.block_on(caller).unwrap()).collect()
}

async fn decide(policies: &Policies, ask: Ask, caller: usize, number: usize) {
    let requester = Requester::new(staff(caller), Aal::Two);
    let of = conversation(caller, number);
    let request = AccessRequest::<ReadTranscript>::new(requester, of, Purpose::Treatment);
    let decision = match ask {
        Ask::Standing => {
            let standing = policies.standing(&request.question(), now()).await.unwrap();
            policies.policy().decide(&request, &standing, now())
        }
        Ask::Recorded => policies.decide(&request, now()).await,
    };
    assert!(decision.is_permitted());
}

fn service(path: &Path) -> Policies {
    let store = leeward_sqlite::open(path).unwrap().assume_sealed();
    Policies::new(&store, PolicySet::default_policy())
}

async fn hire(policies: &Policies, caller: usize) {
    let (staff, by) = (staff(caller), By::ServiceUnchecked);
    policies.grant_role(staff, Role::Counsellor, by, now()).await.unwrap();
    policies.record_training(staff, now() + SignedDuration::from_hours(24), by, now()).await.unwrap();
}

fn staff(caller: usize) -> StaffId {
    let mut id = [0xA5; 16];
    id[0] = caller as u8 + 1;
    StaffId::from_bytes(id)
}

fn conversation(caller: usize, number: usize) -> ConversationId {
    let mut id = [0xC0; 16];
    id[0] = caller as u8 + 1;
    id[1..9].copy_from_slice(&(number as u64).to_be_bytes());
    ConversationId::from_bytes(id)
}
