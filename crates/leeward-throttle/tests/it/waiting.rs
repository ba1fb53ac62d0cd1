//! Waits that grow, and what clears them.

use crate::support::{
    ANNA, BELA, PASSPHRASE, STRANGER, aal2, at, events, exhaust, knock, nist, put_off, right, scoped, store,
    told,
};
use leeward_event::{Action, Actor, Outcome, Reason, SeekerId, Subject};
use leeward_throttle::{Guess, ThrottleError};
use pollster::block_on;

#[test]
fn waits_grow_from_half_a_minute_to_an_hour() {
    let store = store();
    let throttle = scoped(&store);
    assert_eq!(exhaust(&throttle, &STRANGER, at(0)), 5);
    let mut now = 0;
    for wait in [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600] {
        assert_eq!(put_off(knock(&throttle, &STRANGER, at(now))), wait);
        let wait = i64::try_from(wait).unwrap();
        assert_eq!(put_off(knock(&throttle, &STRANGER, at(now + wait - 1))), 1);
        now += wait;
        assert!(knock(&throttle, &STRANGER, at(now)).is_ok(), "after {wait} s");
    }
}

#[test]
fn a_right_attempt_clears_what_was_counted() {
    let store = store();
    let throttle = scoped(&store);
    for _ in 0..3 {
        for _ in 0..4 {
            assert!(knock(&throttle, &STRANGER, at(0)).is_ok());
        }
        right(&store, &throttle, &STRANGER, at(0));
    }
}

#[test]
fn each_kind_and_each_subject_has_counts_of_its_own() {
    let store = store();
    let throttle = scoped(&store);
    exhaust(&throttle, &STRANGER, at(0));
    assert_eq!(put_off(block_on(throttle.knock(BELA, PASSPHRASE, &STRANGER, at(0)))), 0);
    for guess in Guess::ALL {
        let put_off = put_off(block_on(throttle.knock(ANNA, *guess, &STRANGER, at(0))));
        assert_eq!(put_off > 0, *guess == PASSPHRASE, "{guess:?}");
    }
    let seeker = SeekerId::from_bytes([7; 16]);
    let knocks = (0..9).map(|_| block_on(throttle.knock(seeker, Guess::Receipt, &STRANGER, at(0))));
    assert_eq!(knocks.filter(Result::is_ok).count(), 5);
}

#[test]
fn a_passkey_never_waits_and_leaves_nothing() {
    let store = store();
    let throttle = nist(&store);
    for _ in 0..200 {
        assert!(block_on(throttle.knock(ANNA, Guess::Passkey, &STRANGER, at(0))).is_ok());
    }
    assert_eq!(events(&store), []);
}

#[test]
fn the_log_tells_once_of_each_longer_wait() {
    let store = store();
    let throttle = scoped(&store);
    let mut now = 0;
    for waits in 1..=12 {
        while knock(&throttle, &STRANGER, at(now)).is_ok() {}
        for _ in 0..50 {
            now += i64::try_from(put_off(knock(&throttle, &STRANGER, at(now)))).unwrap() / 60;
            put_off(knock(&throttle, &STRANGER, at(now)));
        }
        assert_eq!(told(&store, Action::AttemptThrottled), waits.min(8), "8 waits differ");
        now += i64::try_from(put_off(knock(&throttle, &STRANGER, at(now)))).unwrap();
    }
    for event in events(&store) {
        assert_eq!((event.who(), event.whom()), (Actor::Unknown, Some(Subject::Staff(ANNA))));
        assert_eq!((event.how(), event.why()), (Outcome::Failure, Some(Reason::Throttled)));
    }
}

#[test]
fn a_share_that_is_used_up_disables_the_authenticator_for_strangers() {
    let store = store();
    let throttle = nist(&store);
    let mut now = 0;
    let mut judged = 0;
    let refused = loop {
        match knock(&throttle, &STRANGER, at(now)) {
            Ok(_) => judged += 1,
            Err(ThrottleError::Wait { retry_after }) => now += i64::try_from(retry_after.as_secs()).unwrap(),
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, ThrottleError::Disabled));
    assert_eq!(judged, 40);
    for year in 0..3 {
        let later = at(now + year * 366 * 24 * 3600);
        assert!(matches!(knock(&throttle, &STRANGER, later), Err(ThrottleError::Disabled)), "{year}");
    }
    assert_eq!(told(&store, Action::AuthenticatorDisabled), 1);

    block_on(throttle.rebound(ANNA, PASSPHRASE)).unwrap();
    assert!(knock(&throttle, &STRANGER, at(now)).is_ok());
}

#[test]
fn a_sign_in_with_two_factors_clears_what_strangers_did() {
    let store = store();
    let throttle = nist(&store);
    exhaust(&throttle, &STRANGER, at(0));
    block_on(throttle.signed_in(&aal2(ANNA, at(1)), &STRANGER, at(1))).map(drop).unwrap();
    assert_eq!(exhaust(&throttle, &STRANGER, at(1)), 5);
}
