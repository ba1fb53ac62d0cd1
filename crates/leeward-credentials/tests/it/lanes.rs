//! Who waits for whom, and for how long.

use crate::support::{
    Attempt, RIGHT, WRONG, account, at, credentials, events, owner, passphrase, poll_once, quick, store,
    throttle, wait_until,
};
use leeward_credentials::{CredentialError, Governor, GovernorConfig, HashParams, Lane};
use leeward_store::testing::{Call, Fault, Plan};
use leeward_throttle::{Client, Guess, ThrottleError};
use std::{
    num::NonZeroUsize,
    sync::{Arc, Barrier, Mutex},
    time::Duration,
};

/// One thread that is held until the barrier is met.
fn held(queue: usize, patience: Duration) -> (Governor, Arc<Barrier>) {
    let config = GovernorConfig::default().workers(NonZeroUsize::MIN).queue(queue).patience(patience);
    let governor = Governor::start(config.params(HashParams::INSECURE_FOR_TESTS)).unwrap();
    let barrier = Arc::new(Barrier::new(2));
    let (holder, until) = (governor.clone(), Arc::clone(&barrier));
    std::thread::spawn(move || pollster::block_on(holder.run(move || until.wait().is_leader())).unwrap());
    wait_until(|| governor.stats().running == 1);
    (governor, barrier)
}

#[test]
fn a_known_device_overtakes_a_flood_of_strangers_who_do_not_starve() {
    let (governor, barrier) = held(64, Duration::from_secs(60));
    let order = Arc::new(Mutex::new(Vec::new()));
    let ask = |lane| {
        let order = Arc::clone(&order);
        let asking = governor.in_lane(lane);
        let mut waiting = Box::pin(async move { asking.run(move || order.lock().unwrap().push(lane)).await });
        assert!(poll_once(&mut waiting).is_none());
        waiting
    };
    let strangers: Vec<_> = (0..64).map(|_| ask(Lane::Unknown)).collect();
    let refused = pollster::block_on(governor.run(|| ()));
    assert!(matches!(refused, Err(CredentialError::Busy { .. })), "their lane is full");
    let known: Vec<_> = (0..24).map(|_| ask(Lane::KnownDevice)).collect();
    let on_duty: Vec<_> = (0..4).map(|_| ask(Lane::OnDuty)).collect();
    assert_eq!(governor.stats().lane(Lane::Unknown).queued, 64);
    barrier.wait();
    for waiting in known.into_iter().chain(on_duty).chain(strangers) {
        pollster::block_on(waiting).unwrap();
    }

    let order = order.lock().unwrap();
    let place = |lane, nth: usize| order.iter().enumerate().filter(|(_, l)| **l == lane).nth(nth).unwrap().0;
    assert_eq!(order[..4], [Lane::KnownDevice; 4]);
    assert!(place(Lane::KnownDevice, 23) < 24 + 4 + 4, "of 32, they have all had their turn");
    assert_eq!(place(Lane::Unknown, 0), 8, "and the first stranger after eight others");
    let stats = governor.stats();
    assert_eq!((stats.others, stats.computed, stats.refused), (93, 0, 1));
    assert_eq!(stats.lane(Lane::Unknown).begun, 65);
    assert_eq!(stats.lane(Lane::Unknown).refused, 1);
}

#[test]
fn what_waited_too_long_costs_nothing() {
    let (governor, barrier) = held(8, Duration::from_millis(20));
    let text = passphrase(RIGHT);
    let mut late = Box::pin(governor.check_nothing(&text));
    assert!(poll_once(&mut late).is_none());
    #[expect(clippy::disallowed_methods, reason = "its time has to pass")]
    std::thread::sleep(Duration::from_millis(60));
    barrier.wait();
    let refused = pollster::block_on(late).unwrap_err();
    assert!(matches!(refused, CredentialError::Busy { retry_after } if retry_after.as_secs() >= 1));
    let stats = governor.stats();
    assert_eq!((stats.computed, stats.expired, stats.peak_memory_kib), (0, 1, 0));
    pollster::block_on(governor.check_nothing(&text)).unwrap();
}

#[test]
fn what_is_over_makes_room_for_what_is_not() {
    let (governor, barrier) = held(1, Duration::from_millis(20));
    let text = passphrase(RIGHT);
    let mut late = Box::pin(governor.check_nothing(&text));
    assert!(poll_once(&mut late).is_none());
    #[expect(clippy::disallowed_methods, reason = "its time has to pass")]
    std::thread::sleep(Duration::from_millis(60));
    let mut next = Box::pin(governor.check_nothing(&text));
    assert!(poll_once(&mut next).is_none(), "it waits in the place of the other");
    assert!(matches!(pollster::block_on(late), Err(CredentialError::Busy { .. })), "which is told at once");
    barrier.wait();
    let _ = pollster::block_on(next);
}

#[test]
fn what_has_no_chance_in_time_is_refused_at_once_by_the_pace_that_was_measured() {
    let config = GovernorConfig::default().workers(NonZeroUsize::MIN).patience(Duration::from_millis(100));
    let governor = Governor::start(config.params(HashParams::INSECURE_FOR_TESTS)).unwrap();
    #[expect(clippy::disallowed_methods, reason = "a slow job")]
    pollster::block_on(governor.run(|| std::thread::sleep(Duration::from_millis(1500)))).unwrap();
    let barrier = Arc::new(Barrier::new(2));
    let (holder, until) = (governor.clone(), Arc::clone(&barrier));
    std::thread::spawn(move || pollster::block_on(holder.run(move || until.wait().is_leader())));
    wait_until(|| governor.stats().running == 1);

    let text = passphrase(RIGHT);
    let mut first = Box::pin(governor.check_nothing(&text));
    assert!(poll_once(&mut first).is_none(), "nothing is in front of it");
    let second = pollster::block_on(governor.check_nothing(&text)).unwrap_err();
    assert!(
        matches!(second, CredentialError::Busy { retry_after } if retry_after == Duration::from_secs(2)),
        "a second and a half are in front of it: {second:?}"
    );
    let known = governor.in_lane(Lane::KnownDevice);
    let mut overtakes = Box::pin(known.check_nothing(&text));
    assert!(poll_once(&mut overtakes).is_none(), "nothing is in front of a known device");
    barrier.wait();
    let _ = (pollster::block_on(first), pollster::block_on(overtakes));
}

#[test]
fn other_work_that_panics_takes_no_thread_with_it() {
    let governor = quick();
    let lost = pollster::block_on(governor.run(|| panic!("a crafted passphrase")));
    assert!(matches!(lost, Err::<(), _>(CredentialError::NotComputed)));
    assert_eq!(pollster::block_on(governor.run(|| 7)).unwrap(), 7);
    assert_eq!(governor.stats().running, 0);
}

#[test]
fn the_gate_decides_in_which_lane_a_check_waits() {
    pollster::block_on(async {
        let (store, governor) = (store(), quick());
        let (credentials, throttle) = (credentials(&store, &governor), throttle(&store));
        credentials.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        let before = governor.stats();
        assert_eq!(before.lane(Lane::OnDuty).begun, 1, "who changes a passphrase comes before strangers");
        for client in [Client::unknown(), Client::unknown().on_duty()] {
            let gate = throttle.knock(account(1), Guess::Passphrase, &client, at(1)).await.unwrap();
            assert!(credentials.verify(gate, account(1), &passphrase(RIGHT), at(1)).await.is_ok());
        }
        let stats = governor.stats();
        assert_eq!((stats.lane(Lane::OnDuty).begun, stats.lane(Lane::Unknown).begun), (2, 1));
    });
}

/// How many wrong ones until somebody unknown has to wait.
async fn free_attempts(throttle: &leeward_throttle::Throttle) -> usize {
    let mut free = 0;
    while throttle.knock(account(2), Guess::Passphrase, &Client::unknown(), at(0)).await.is_ok() {
        free += 1;
    }
    free
}

#[test]
fn a_right_passphrase_clears_what_was_counted_and_a_wrong_one_does_not() {
    pollster::block_on(async {
        let store = store();
        let (credentials, throttle) = (credentials(&store, &quick()), throttle(&store));
        credentials.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        let free = free_attempts(&throttle).await;
        assert!(free > 1);
        let knock = async || throttle.knock(account(1), Guess::Passphrase, &Client::unknown(), at(0)).await;
        for _ in 1..free {
            let refused =
                credentials.verify(knock().await.unwrap(), account(1), &passphrase(WRONG), at(0)).await;
            assert!(matches!(refused, Err(CredentialError::Rejected)));
        }
        let gate = knock().await.unwrap();
        assert!(credentials.verify(gate, account(1), &passphrase(RIGHT), at(0)).await.is_ok());
        for _ in 0..free {
            let refused =
                credentials.verify(knock().await.unwrap(), account(1), &passphrase(WRONG), at(0)).await;
            assert!(matches!(refused, Err(CredentialError::Rejected)));
        }
        assert!(matches!(knock().await, Err(ThrottleError::Wait { .. })));
    });
}

#[test]
fn work_that_was_not_done_gives_the_attempt_back() {
    let (governor, barrier) = held(1, Duration::from_secs(60));
    pollster::block_on(async {
        let store = store();
        let (credentials, throttle) = (credentials(&store, &governor), throttle(&store));
        let text = passphrase(RIGHT);
        let mut waiting = Box::pin(governor.check_nothing(&text));
        assert!(poll_once(&mut waiting).is_none());
        let free = free_attempts(&throttle).await;
        for _ in 0..3 * free {
            let gate =
                throttle.knock(account(1), Guess::Passphrase, &Client::unknown(), at(0)).await.unwrap();
            let refused = credentials.verify(gate, account(1), &text, at(0)).await;
            assert!(matches!(refused, Err(CredentialError::Busy { .. })));
        }
        barrier.wait();
        waiting.await.unwrap();
    });
}

#[test]
fn an_attempt_whose_answer_the_store_lost_is_given_back_and_a_dropped_one_is_not() {
    pollster::block_on(async {
        let (store, plan) = (store(), Plan::new());
        let (clean, throttle) = (credentials(&store, &quick()), throttle(&store));
        clean.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        let faulty = credentials(&plan.over(&store), &quick());
        let free = free_attempts(&throttle).await;
        for _ in 0..2 * free {
            plan.add(1, Call::Get, Fault::Refuse);
            let gate =
                throttle.knock(account(1), Guess::Passphrase, &Client::unknown(), at(0)).await.unwrap();
            let failed = faulty.verify(gate, account(1), &passphrase(WRONG), at(0)).await;
            assert!(matches!(failed, Err(CredentialError::Store(_))));
        }
        for _ in 0..free {
            let gate =
                throttle.knock(account(1), Guess::Passphrase, &Client::unknown(), at(0)).await.unwrap();
            drop(clean.verify(gate, account(1), &passphrase(WRONG), at(0)));
        }
        let refused = throttle.knock(account(1), Guess::Passphrase, &Client::unknown(), at(0)).await;
        assert!(matches!(refused, Err(ThrottleError::Wait { .. })));
    });
}

#[test]
fn a_gate_for_something_else_opens_nothing() {
    pollster::block_on(async {
        let (store, governor) = (store(), quick());
        let (credentials, throttle) = (credentials(&store, &governor), throttle(&store));
        credentials.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        let gates = [
            throttle.knock(account(2), Guess::Passphrase, &Client::unknown(), at(0)).await.unwrap(),
            throttle.knock(account(1), Guess::Totp, &Client::unknown(), at(0)).await.unwrap(),
        ];
        for gate in gates {
            let refused = credentials.verify(gate, account(1), &passphrase(RIGHT), at(0)).await;
            assert!(matches!(refused, Err(CredentialError::Throttle(ThrottleError::OtherGate))));
        }
        let old = throttle.knock(account(1), Guess::Passphrase, &Client::unknown(), at(0)).await.unwrap();
        let refused = credentials.verify(old, account(1), &passphrase(RIGHT), at(3600)).await;
        assert!(matches!(refused, Err(CredentialError::Throttle(ThrottleError::StaleGate))));
        assert_eq!((governor.stats().computed, events(&store).await.len()), (1, 1));
        assert!(credentials.attempt(account(1), &passphrase(RIGHT), at(3600)).await.is_ok());
    });
}
