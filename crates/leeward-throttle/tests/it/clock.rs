//! Clocks that go back.

use crate::support::{
    ANNA, PASSPHRASE, STRANGER, at, device, exhaust, knock, known, nist, put_off, scoped, store,
};
use leeward_throttle::{Lane, ThrottleError};

const YEAR: i64 = 366 * 24 * 3600;

#[test]
fn a_clock_that_goes_back_opens_nothing_and_keeps_nobody_out() {
    for back in [90, 3600, YEAR] {
        let store = store();
        let throttle = scoped(&store);
        assert_eq!(exhaust(&throttle, &STRANGER, at(0)), 5);
        assert_eq!(put_off(knock(&throttle, &STRANGER, at(-back))), 30, "{back}");
        assert_eq!(put_off(knock(&throttle, &STRANGER, at(-back + 29))), 1, "{back}");
        assert!(knock(&throttle, &STRANGER, at(-back + 30)).is_ok(), "{back}");
    }
}

#[test]
fn clocks_that_differ_a_little_shorten_no_wait() {
    let store = store();
    let throttle = scoped(&store);
    exhaust(&throttle, &STRANGER, at(0));
    assert_eq!(put_off(knock(&throttle, &STRANGER, at(-60))), 90);
    assert_eq!(put_off(knock(&throttle, &STRANGER, at(0))), 30);
    assert!(knock(&throttle, &STRANGER, at(30)).is_ok());
}

#[test]
fn a_gate_of_the_future_or_of_long_ago_lets_nothing_through() {
    let store = store();
    let throttle = nist(&store);
    let admit =
        |second| knock(&throttle, &STRANGER, at(0)).unwrap().admit(ANNA, PASSPHRASE, at(second)).map(drop);
    assert!(admit(60).is_ok() && admit(-60).is_ok());
    assert!(matches!(admit(61), Err(ThrottleError::StaleGate)));
    assert!(matches!(admit(-61), Err(ThrottleError::ClockWentBack)));
}

#[test]
fn a_cookie_of_the_future_is_one_of_a_stranger_and_harms_nobody() {
    let store = store();
    let throttle = nist(&store);
    let cookie = device(&throttle, ANNA, at(YEAR));
    assert_eq!(knock(&throttle, &known(&throttle, &cookie), at(0)).unwrap().lane(), Lane::Unknown);
    let cookie = device(&throttle, ANNA, at(0));
    assert_eq!(knock(&throttle, &known(&throttle, &cookie), at(0)).unwrap().lane(), Lane::KnownDevice);
}
