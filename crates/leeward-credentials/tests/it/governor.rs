//! The budget holds whatever arrives.

use crate::support::{
    Attempt, RIGHT, WRONG, account, at, credentials, events, governor, join_all, owner, passphrase,
    poll_once, put_record, quick, store, wait_until,
};
use leeward_credentials::{
    CredentialError, Governor, GovernorConfig, GovernorStats, HashParams, HashedPassphrase, Salt,
};
use std::{
    num::NonZeroUsize,
    sync::Arc,
    task::{Context, Wake},
    time::Duration,
};

fn salt() -> Salt {
    Salt::generate(&ring::rand::SystemRandom::new()).unwrap()
}

/// A stored hash with these parameters, and some salt and tag.
fn stored(memory_kib: u32, passes: u32, lanes: u32) -> Vec<u8> {
    let mut bytes = vec![1, 1];
    bytes.extend([memory_kib, passes, lanes].map(u32::to_be_bytes).concat());
    bytes.extend([7; 48]);
    bytes
}

#[test]
fn a_flood_of_a_thousand_stays_within_two_arenas_and_is_told_when_to_come_back() {
    pollster::block_on(async {
        let governor = governor(2, 32, HashParams::OWASP);
        let store = store();
        let credentials = credentials(&store, &governor);
        let right = &passphrase(RIGHT);
        credentials.set(account(1), right, owner(1), at(0)).await.unwrap();

        let answers = join_all((0..1000).map(|_| credentials.attempt(account(1), right, at(60)))).await;

        let served = answers.iter().filter(|answer| answer.is_ok()).count();
        let busy =
            answers.iter().filter(|answer| matches!(answer, Err(CredentialError::Busy { .. }))).count();
        assert_eq!(served + busy, 1000);
        assert!((32..=34 + 100).contains(&served), "{served}");
        let stats = governor.stats();
        assert_eq!((stats.workers, stats.running, stats.queued), (2, 0, 0));
        assert!(stats.peak_running <= 2);
        assert!(stats.peak_memory_kib <= governor.memory_budget_kib());
        assert_eq!(governor.memory_budget_kib(), 2 * 19_456);
        assert_eq!(stats.refused, busy as u64);
        assert_eq!(stats.computed, served as u64 + 1);
        assert_eq!(events(&store).await.len(), served + 1, "no event for work that was not done");

        let later = credentials.attempt(account(1), right, at(120)).await;
        assert!(later.is_ok(), "there is room again");
    });
}

#[test]
fn with_room_for_all_a_thousand_are_all_served() {
    pollster::block_on(async {
        let governor = governor(2, 1000, HashParams::INSECURE_FOR_TESTS);
        let hashed = governor.hash(&passphrase(RIGHT), salt()).await.unwrap();
        let (right, wrong) = (&passphrase(RIGHT), &passphrase(WRONG));
        let tries = (0..1000).map(|n| governor.check(if n % 2 == 0 { right } else { wrong }, &hashed));
        let answers = join_all(tries).await;
        assert!(answers.into_iter().enumerate().all(|(n, answer)| answer.unwrap() == (n % 2 == 0)));
        assert_eq!(governor.stats().refused, 0);
    });
}

#[test]
fn many_threads_share_one_governor() {
    let governor = governor(2, 64, HashParams::INSECURE_FOR_TESTS);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..20 {
                    pollster::block_on(governor.check_nothing(&passphrase(RIGHT))).unwrap();
                }
            });
        }
    });
    assert_eq!(governor.stats().computed, 320);
}

#[test]
fn busy_says_when_to_come_back() {
    let governor = governor(1, 1, HashParams::new(19_456, 40, 1).unwrap());
    let passphrase = passphrase(RIGHT);
    let mut running = Box::pin(governor.check_nothing(&passphrase));
    assert!(poll_once(&mut running).is_none());
    wait_until(|| governor.stats().running == 1);
    let mut waiting = Box::pin(governor.check_nothing(&passphrase));
    assert!(poll_once(&mut waiting).is_none());

    let refused = pollster::block_on(governor.check_nothing(&passphrase)).unwrap_err();
    assert_eq!(refused.to_string(), "too many passphrases are being checked: try again in 1 s");
    assert!(
        matches!(refused, CredentialError::Busy { retry_after } if retry_after == Duration::from_secs(1))
    );
    pollster::block_on(async { (running.await.unwrap(), waiting.await.unwrap()) });
}

#[test]
fn a_dropped_future_frees_nothing_until_its_hash_is_done() {
    let governor = governor(1, 1, HashParams::new(19_456, 60, 1).unwrap());
    let text = passphrase(RIGHT);
    let mut dropped = Box::pin(governor.hash(&text, salt()));
    assert!(poll_once(&mut dropped).is_none());
    wait_until(|| governor.stats().running == 1);
    drop(dropped);

    let mut second = Box::pin(governor.hash(&text, salt()));
    assert!(poll_once(&mut second).is_none());
    let third = pollster::block_on(governor.hash(&text, salt()));
    assert!(matches!(third, Err(CredentialError::Busy { .. })), "the abandoned hash holds the only thread");
    assert_eq!(governor.stats().running, 1);

    pollster::block_on(second).unwrap();
    assert_eq!(governor.stats().computed, 2, "what was begun was finished");
    assert_eq!(governor.stats().peak_memory_kib, 19_456);
}

#[test]
fn what_nobody_waits_for_any_more_is_not_begun() {
    let governor = governor(1, 2, HashParams::new(19_456, 40, 1).unwrap());
    let text = passphrase(RIGHT);
    let mut first = Box::pin(governor.check_nothing(&text));
    assert!(poll_once(&mut first).is_none());
    wait_until(|| governor.stats().running == 1);
    let mut gone = Box::pin(governor.check_nothing(&text));
    assert!(poll_once(&mut gone).is_none());
    drop(gone);

    pollster::block_on(first).unwrap();
    pollster::block_on(governor.check_nothing(&text)).unwrap();
    let GovernorStats { computed, abandoned, .. } = governor.stats();
    assert_eq!((computed, abandoned), (2, 1));
}

/// The waker of an executor that has gone wrong.
struct Broken;

impl Wake for Broken {
    fn wake(self: Arc<Self>) {
        panic!("this waker is broken on purpose");
    }
}

#[test]
fn a_waker_that_panics_costs_no_thread() {
    let governor = governor(1, 2, HashParams::new(19_456, 40, 1).unwrap());
    let text = passphrase(RIGHT);
    for done in [1, 2] {
        let mut told = Box::pin(governor.check_nothing(&text));
        assert!(told.as_mut().poll(&mut Context::from_waker(&Arc::new(Broken).into())).is_pending());
        wait_until(|| governor.stats().computed == done);
    }
    assert_eq!(governor.stats().running, 0);
}

#[test]
fn a_stored_hash_that_asks_for_4_gib_is_refused_before_memory_is_taken() {
    for (memory, passes, lanes) in
        [(u32::MAX, 2, 1), (19_456, u32::MAX, 1), (4_194_304, 1, 1), (1 << 31, 1, 0xff_ffff)]
    {
        let parsed = HashedPassphrase::from_bytes(&stored(memory, passes, lanes));
        assert!(matches!(parsed, Err(CredentialError::CostlyParams)), "{memory} {passes} {lanes}");
    }
    let governor = quick();
    for (memory, passes, lanes) in [(1_048_576, 1, 1), (19_457, 2, 1), (19_456, 3, 1), (19_456, 2, 2)] {
        let hashed = HashedPassphrase::from_bytes(&stored(memory, passes, lanes)).unwrap();
        let refused = pollster::block_on(governor.check(&passphrase(RIGHT), &hashed));
        assert!(matches!(refused, Err(CredentialError::CostlyParams)), "{memory} {passes} {lanes}");
    }
    let stats = governor.stats();
    assert_eq!((stats.computed, stats.memory_kib, stats.peak_memory_kib), (0, 0, 0));
}

#[test]
fn a_hostile_record_in_the_store_proves_nothing_and_costs_nothing() {
    pollster::block_on(async {
        let (store, governor) = (store(), quick());
        let credentials = credentials(&store, &governor);
        for hash in [stored(u32::MAX, u32::MAX, 1), stored(1_048_576, 64, 1)] {
            let record = [vec![1], vec![9; 16], vec![0; 8], hash].concat();
            put_record(&store, account(1), record).await;
            let refused = credentials.attempt(account(1), &passphrase(RIGHT), at(0)).await;
            assert!(matches!(refused, Err(CredentialError::CostlyParams)));
        }
        assert_eq!(governor.stats().peak_memory_kib, 0);
        assert!(events(&store).await.is_empty());
    });
}

#[test]
fn stored_hashes_that_are_none_are_refused() {
    let good = stored(19_456, 2, 1);
    assert!(HashedPassphrase::from_bytes(&good).is_ok());
    let mut long = good.clone();
    long.push(0);
    let form = [vec![2], good[1..].to_vec()].concat();
    let normalisation = [vec![1, 9], good[2..].to_vec()].concat();
    for bytes in [vec![], vec![1], good[..61].to_vec(), long, form, normalisation] {
        let refused = HashedPassphrase::from_bytes(&bytes);
        assert!(matches!(refused, Err(CredentialError::Record { .. })), "{bytes:?}");
    }
    for (memory, passes, lanes) in [(0, 2, 1), (19_456, 0, 1), (19_456, 2, 0), (7, 1, 1), (64, 1, 16)] {
        let refused = HashedPassphrase::from_bytes(&stored(memory, passes, lanes));
        assert!(matches!(refused, Err(CredentialError::WeakParams)), "{memory} {passes} {lanes}");
    }
}

#[test]
fn parameters_are_checked_when_they_are_chosen() {
    for (m, t, p) in
        [(47_104, 1, 1), (19_456, 2, 1), (12_288, 3, 1), (9_216, 4, 1), (7_168, 5, 1), (65_536, 3, 4)]
    {
        let params = HashParams::new(m, t, p).unwrap();
        assert_eq!((params.memory_kib(), params.passes(), params.lanes()), (m, t, p));
    }
    for (m, t, p) in [(47_103, 1, 1), (19_455, 2, 1), (7_167, 64, 1), (19_456, 2, 0)] {
        assert!(matches!(HashParams::new(m, t, p), Err(CredentialError::WeakParams)), "{m} {t} {p}");
    }
    for (m, t, p) in [(2_097_153, 2, 1), (19_456, 65, 1), (19_456, 2, 17)] {
        assert!(matches!(HashParams::new(m, t, p), Err(CredentialError::CostlyParams)), "{m} {t} {p}");
    }
}

#[test]
fn a_governor_that_cannot_work_does_not_start() {
    let config = GovernorConfig::default();
    let workers = NonZeroUsize::new(65).unwrap();
    let configs = [
        config.clone().queue(0),
        config.clone().queue(10_001),
        config.clone().workers(workers),
        config.clone().patience(Duration::ZERO),
        config.clone().patience(Duration::from_secs(61)),
        config.memory_budget_kib(19_455),
    ];
    for config in configs {
        assert!(matches!(Governor::start(config), Err(CredentialError::Governor { .. })));
    }
}

#[test]
fn any_handle_that_is_left_keeps_the_threads() {
    let governor = quick();
    let left = governor.clone();
    drop(governor);
    pollster::block_on(left.check_nothing(&passphrase(RIGHT))).unwrap();
}
