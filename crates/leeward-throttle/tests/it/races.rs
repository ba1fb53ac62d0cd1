//! Many at one gate.

use crate::support::{
    ANNA, PASSPHRASE, STRANGER, at, device, knock, known, nist, right, scoped, store, told,
};
use leeward_event::Action;
use leeward_throttle::{Client, Throttle, ThrottleError};
use pollster::block_on;
use std::{
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
};

/// How many of 64 tasks at one moment are let through.
fn at_once(throttle: &Throttle, client: &Client, second: i64) -> usize {
    let (through, start) = (AtomicUsize::new(0), Barrier::new(64));
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                start.wait();
                match knock(throttle, client, at(second)) {
                    Ok(_) => through.fetch_add(1, SeqCst),
                    Err(ThrottleError::Wait { .. } | ThrottleError::Disabled) => 0,
                    Err(error) => panic!("{error:?}"),
                }
            });
        }
    });
    through.into_inner()
}

#[test]
fn of_64_at_once_as_many_are_judged_as_one_after_the_other() {
    let store = store();
    let throttle = scoped(&store);
    assert_eq!(at_once(&throttle, &STRANGER, 0), 5);
    for second in [30, 90, 210] {
        assert_eq!(at_once(&throttle, &STRANGER, second), 1, "{second}");
    }
    assert_eq!(told(&store, Action::AttemptThrottled), 4, "once for each longer wait");
}

#[test]
fn strangers_at_the_gate_do_not_hinder_a_known_device() {
    let store = store();
    let throttle = nist(&store);
    let cookie = device(&throttle, ANNA, at(0));
    thread::scope(|scope| {
        let strangers = scope.spawn(|| at_once(&throttle, &STRANGER, 0));
        for second in 0..50 {
            right(&store, &throttle, &known(&throttle, &cookie), at(second));
        }
        assert_eq!(strangers.join().unwrap(), 5);
    });
}

#[test]
fn a_cookie_in_many_hands_is_good_for_as_many_guesses_as_in_one() {
    let store = store();
    let throttle = scoped(&store);
    let cookie = device(&throttle, ANNA, at(0));
    assert_eq!(at_once(&throttle, &known(&throttle, &cookie), 0), 5);
}

#[test]
fn the_futures_go_to_any_thread() {
    fn is_send<T: Send>(_: T) {}
    let store = store();
    let throttle = scoped(&store);
    is_send(throttle.knock(ANNA, PASSPHRASE, &STRANGER, at(0)));
    is_send(throttle.forget_devices(ANNA, leeward_event::Actor::Unknown, at(0)));
    is_send(throttle.rebound(ANNA, PASSPHRASE));
    let gate = block_on(throttle.knock(ANNA, PASSPHRASE, &STRANGER, at(0))).unwrap();
    is_send(gate.admit(ANNA, PASSPHRASE, at(0)).unwrap().refund());
    let sign_in = crate::support::aal1(ANNA, at(0));
    is_send(throttle.signed_in(&sign_in, &STRANGER, at(0)));
}
