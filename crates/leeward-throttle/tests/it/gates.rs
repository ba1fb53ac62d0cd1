//! What a gate lets through, and what becomes of its attempt.

use crate::support::{
    ANNA, BELA, PASSPHRASE, STRANGER, at, device, events, exhaust, factor, knock, known, nist, put_off,
    right, scoped, store, throttle,
};
use jiff::SignedDuration;
use leeward_event::{Action, Detail, Event, assurance::FactorKind};
use leeward_store::{Scan, Space};
use leeward_throttle::{Guess, Lane, Profile, Shares, ThrottleError};
use pollster::block_on;

#[test]
fn a_gate_is_for_one_account_and_one_kind_of_guess() {
    let store = store();
    let throttle = nist(&store);
    let admit = |who, guess| knock(&throttle, &STRANGER, at(0)).unwrap().admit(who, guess, at(0)).map(drop);
    assert!(admit(ANNA, PASSPHRASE).is_ok());
    assert!(matches!(admit(BELA, PASSPHRASE), Err(ThrottleError::OtherGate)));
    assert!(matches!(admit(ANNA, Guess::Totp), Err(ThrottleError::OtherGate)));
    assert_eq!(exhaust(&throttle, &STRANGER, at(0)), 2, "a gate that was not let through stays counted");
}

#[test]
fn work_that_was_not_done_is_given_back() {
    let store = store();
    let throttle = nist(&store);
    for client in [STRANGER, known(&throttle, &device(&throttle, ANNA, at(0)))] {
        for _ in 0..100 {
            let gate = knock(&throttle, &client, at(0)).unwrap();
            block_on(gate.admit(ANNA, PASSPHRASE, at(0)).unwrap().refund()).unwrap();
        }
        assert_eq!(exhaust(&throttle, &client, at(0)), 5);
        // And no wait begins anew for it.
        for _ in 0..100 {
            let gate = knock(&throttle, &client, at(30)).unwrap();
            block_on(gate.admit(ANNA, PASSPHRASE, at(30)).unwrap().refund()).unwrap();
        }
        assert!(knock(&throttle, &client, at(30)).is_ok());
        assert_eq!(put_off(knock(&throttle, &client, at(30))), 60);
    }
}

#[test]
fn the_last_try_of_a_cookie_can_be_given_back_and_can_be_right() {
    let store = store();
    let throttle = scoped(&store);
    let client = known(&throttle, &device(&throttle, ANNA, at(0)));
    let mut now = 0;
    let mut wrong = 0;
    while wrong < 9 {
        match knock(&throttle, &client, at(now)) {
            Ok(_) => wrong += 1,
            refused => now += i64::try_from(put_off(refused)).unwrap(),
        }
    }
    now += 3600;
    let tenth = || knock(&throttle, &client, at(now)).unwrap().admit(ANNA, PASSPHRASE, at(now)).unwrap();
    for _ in 0..3 {
        let tenth = tenth();
        assert_eq!(tenth.lane(), Lane::KnownDevice);
        block_on(tenth.refund()).unwrap();
    }
    let mut batch = leeward_store::Batch::new();
    tenth().succeeded(&mut batch).unwrap();
    block_on(store.commit(batch)).unwrap();
    assert_eq!(knock(&throttle, &client, at(now)).unwrap().lane(), Lane::KnownDevice);
}

#[test]
fn whoever_proved_another_authenticator_does_not_wait_with_strangers() {
    let store = store();
    let throttle = nist(&store);
    exhaust(&throttle, &STRANGER, at(0));
    let passkey = factor(ANNA, FactorKind::Passkey { synced: true, user_verified: true }, 3, at(0));
    let client = STRANGER.having_proved(&passkey);
    assert_eq!(knock(&throttle, &client, at(600)).unwrap().lane(), Lane::KnownDevice);
    assert_eq!(knock(&throttle, &client, at(601)).unwrap().lane(), Lane::Unknown, "ten minutes are over");
    let other = STRANGER.having_proved(&factor(BELA, FactorKind::Totp, 3, at(0)));
    assert!(put_off(knock(&throttle, &other, at(1))) > 0, "it was another account");
}

#[test]
fn strangers_cannot_use_up_the_codes_that_come_after_a_right_passphrase() {
    let store = store();
    let throttle = nist(&store);
    let code = |client, second| block_on(throttle.knock(ANNA, Guess::Totp, client, at(second)));
    while code(&STRANGER, 0).is_ok() {}
    let proved = STRANGER.having_proved(&factor(ANNA, FactorKind::Passphrase, 1, at(0)));
    assert_eq!((0..9).filter(|_| code(&proved, 0).is_ok()).count(), 5);
}

#[test]
fn all_devices_together_have_a_share_and_then_count_as_strangers() {
    let store = store();
    let throttle = nist(&store);
    let cookies: Vec<_> = (0..4).map(|_| device(&throttle, ANNA, at(0))).collect();
    let mut as_device = 0;
    for cookie in &cookies {
        let client = known(&throttle, cookie);
        let mut now = 0;
        loop {
            match knock(&throttle, &client, at(now)) {
                Ok(gate) if gate.lane() == Lane::KnownDevice => as_device += 1,
                Ok(_) => break,
                Err(ThrottleError::Wait { .. }) if now > 100_000 => break,
                refused => now += i64::try_from(put_off(refused)).unwrap(),
            }
        }
    }
    assert_eq!(as_device, 30);
}

#[test]
fn a_refund_takes_nothing_off_what_was_counted_after_a_success() {
    let store = store();
    let throttle = nist(&store);
    for client in [STRANGER, known(&throttle, &device(&throttle, ANNA, at(0)))] {
        let slow = knock(&throttle, &client, at(0)).unwrap().admit(ANNA, PASSPHRASE, at(0)).unwrap();
        right(&store, &throttle, &client, at(0));
        for _ in 0..5 {
            knock(&throttle, &client, at(0)).map(drop).unwrap();
        }
        block_on(slow.refund()).unwrap();
        assert_eq!(exhaust(&throttle, &client, at(0)), 0);
    }
}

#[test]
fn what_a_refund_takes_from_the_cap_is_forgotten_in_time() {
    let store = store();
    let throttle = nist(&store);
    let mut last = 0;
    for _ in 0..39 {
        last += 3600;
        knock(&throttle, &STRANGER, at(last)).map(drop).unwrap();
    }
    last += 3600;
    let fortieth = knock(&throttle, &STRANGER, at(last)).unwrap().admit(ANNA, PASSPHRASE, at(last)).unwrap();
    assert!(matches!(knock(&throttle, &STRANGER, at(last)), Err(ThrottleError::Disabled)));
    block_on(fortieth.refund()).unwrap();
    assert!(knock(&throttle, &STRANGER, at(last + 3600)).is_ok());
    let told_of = |event: &Event| (event.what(), event.which());
    let disabled = (Action::AuthenticatorDisabled, Some(Detail::Passphrase));
    assert!(matches!(knock(&throttle, &STRANGER, at(last + 7200)), Err(ThrottleError::Disabled)));
    assert_eq!(events(&store).iter().filter(|event| told_of(event) == disabled).count(), 2);
}

#[test]
fn no_row_of_a_refund_stays_for_ever() {
    let store = store();
    let throttle = throttle(&store, Profile::nist_cap_100().cap(Shares::new(2, 1, 1, 1).unwrap()));
    knock(&throttle, &STRANGER, at(0)).map(drop).unwrap();
    let last = knock(&throttle, &STRANGER, at(1)).unwrap().admit(ANNA, PASSPHRASE, at(1)).unwrap();
    block_on(last.refund()).unwrap();
    let later = at(0) + SignedDuration::from_hours(366 * 24 + 1);
    block_on(store.purge(later)).unwrap();
    let prefix = Space::sealed("throttle.count").prefix(&[]).unwrap();
    assert!(block_on(store.scan(&Scan::all(prefix))).unwrap().items.is_empty());
}
