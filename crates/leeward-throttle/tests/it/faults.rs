//! A store that fails at any call: an attempt that was let through was counted.

use crate::support::{
    ANNA, PASSPHRASE, STRANGER, aal2, at, device, exhaust, knock, known, scoped, store, told,
};
use leeward_event::{Action, Actor};
use leeward_store::{
    Batch, Expect, Scan, Space,
    testing::{Call, Fault, at_every_call},
};
use leeward_throttle::{Client, Lane, ThrottleError};
use pollster::block_on;

const FAULTS: [Fault; 3] = [Fault::Refuse, Fault::LoseRequest, Fault::LoseAnswer];

#[test]
fn an_attempt_is_counted_or_not_let_through() {
    for fault in FAULTS {
        let met = at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            let through = knock(&scoped(&plan.over(&store)), &STRANGER, at(0)).is_ok();
            let left = exhaust(&scoped(&store), &STRANGER, at(0));
            assert!(!through || left == 4);
            assert!(left >= 4);
        });
        assert_eq!(met, 5, "a look, the same in a transaction, and a commit");
    }
}

#[test]
fn a_known_device_is_refused_or_known_and_never_a_stranger() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            let cookie = device(&scoped(&store), ANNA, at(0));
            let faulty = scoped(&plan.over(&store));
            if let Ok(gate) = knock(&faulty, &known(&faulty, &cookie), at(0)) {
                assert_eq!(gate.lane(), Lane::KnownDevice);
            }
        });
    }
}

#[test]
fn giving_back_gives_back_once_or_not_at_all() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            let clean = scoped(&store);
            for _ in 0..3 {
                knock(&clean, &STRANGER, at(0)).map(drop).unwrap();
            }
            let gate = knock(&scoped(&plan.over(&store)), &STRANGER, at(0));
            let Ok(gate) = gate else { return };
            let given = block_on(gate.admit(ANNA, PASSPHRASE, at(0)).unwrap().refund());
            let left = exhaust(&clean, &STRANGER, at(0));
            assert!(left == 2 || (given.is_err() && left == 1), "{left}");
        });
    }
}

#[test]
fn the_end_of_a_sign_in_and_of_cookies_is_whole_or_nothing() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            let faulty = scoped(&plan.over(&store));
            let ended = block_on(faulty.signed_in(&aal2(ANNA, at(0)), &STRANGER, at(0)));
            let trusted = told(&store, Action::DeviceTrusted);
            assert!(trusted == 1 || (ended.is_err() && trusted == 0));

            let cookie = device(&scoped(&store), ANNA, at(0));
            let forgotten = block_on(faulty.forget_devices(ANNA, Actor::Staff(ANNA), at(0)));
            let clean = scoped(&store);
            let lane = knock(&clean, &known(&clean, &cookie), at(0)).unwrap().lane();
            assert_eq!(lane == Lane::Unknown, told(&store, Action::DevicesForgotten) == 1);
            assert!(lane == Lane::Unknown || forgotten.is_err());
        });
    }
}

#[test]
fn an_unreadable_record_lets_nobody_through() {
    let spaces = ["throttle.count", "throttle.subject", "throttle.abused"];
    for (index, name) in spaces.into_iter().enumerate() {
        let store = store();
        let throttle = scoped(&store);
        block_on(throttle.rebound(ANNA, PASSPHRASE)).unwrap();
        let cookie = device(&throttle, ANNA, at(0));
        let client = if index == 2 { known(&throttle, &cookie) } else { Client::unknown() };
        for second in 0..100 {
            drop(knock(&throttle, &client, at(second * 3600)));
        }
        let space = Space::sealed(name);
        let page = block_on(store.scan(&Scan::all(space.prefix(&[]).unwrap()))).unwrap();
        let mut batch = Batch::new();
        for item in page.items {
            batch.put(item.key, Expect::Any, b"\xFFrubbish");
        }
        assert!(!batch.is_empty(), "{name}");
        block_on(store.commit(batch)).unwrap();
        let refused = knock(&throttle, &client, at(0));
        assert!(matches!(refused, Err(ThrottleError::Corrupt { .. })), "{name} {refused:?}");
    }
}
