//! Devices that are known, and cookies that count no more.

use crate::support::{
    ANNA, BELA, STRANGER, aal1, aal2, at, device, events, exhaust, key, knock, known, nist, put_off, scoped,
    store, throttle, told,
};
use leeward_event::{Action, Actor, assurance::Recovered};
use leeward_throttle::{DeviceKeys, Guess, Lane, Profile, Throttle, ThrottleError};
use pollster::block_on;

#[test]
fn strangers_do_not_hinder_a_device_that_signed_in() {
    for profile in [Profile::device_scoped(), Profile::nist_cap_100()] {
        let store = store();
        let throttle = throttle(&store, profile);
        let cookie = device(&throttle, ANNA, at(0));
        assert_eq!(exhaust(&throttle, &STRANGER, at(0)), 5);
        let gate = knock(&throttle, &known(&throttle, &cookie), at(0)).unwrap();
        assert_eq!(gate.lane(), Lane::KnownDevice);
        assert_eq!(exhaust(&throttle, &known(&throttle, &cookie), at(0)), 4);
        assert_eq!(exhaust(&throttle, &STRANGER.on_duty(), at(0)), 5);
    }
}

#[test]
fn an_abused_cookie_is_one_of_a_stranger_for_every_kind_of_guess() {
    let store = store();
    let throttle = scoped(&store);
    let (mine, other) = (device(&throttle, ANNA, at(0)), device(&throttle, ANNA, at(0)));
    let mut now = 0;
    for _ in 0..10 {
        let gate = loop {
            match knock(&throttle, &known(&throttle, &mine), at(now)) {
                Ok(gate) => break gate,
                refused => now += i64::try_from(put_off(refused)).unwrap(),
            }
        };
        assert_eq!(gate.lane(), Lane::KnownDevice);
    }
    assert_eq!(knock(&throttle, &known(&throttle, &mine), at(now)).unwrap().lane(), Lane::Unknown);
    let code = block_on(throttle.knock(ANNA, Guess::Totp, &known(&throttle, &mine), at(now)));
    assert_eq!(code.unwrap().lane(), Lane::Unknown);
    assert_eq!(knock(&throttle, &known(&throttle, &other), at(now)).unwrap().lane(), Lane::KnownDevice);
}

fn lane(throttle: &Throttle, text: &str, second: i64) -> Lane {
    knock(throttle, &throttle.client(ANNA, Some(text)), at(second)).unwrap().lane()
}

#[test]
fn a_cookie_counts_for_its_account_and_its_time() {
    let store = store();
    let throttle = scoped(&store);
    let text = device(&throttle, ANNA, at(0)).reveal();
    let days = |days: i64| days * 24 * 3600;
    assert_eq!(lane(&throttle, &text, 0), Lane::KnownDevice);
    assert_eq!(lane(&throttle, &text, days(90) - 1), Lane::KnownDevice);
    assert_eq!(lane(&throttle, &text, days(90)), Lane::Unknown);
    assert_eq!(lane(&throttle, &text, -60), Lane::KnownDevice, "clocks differ a little");
    assert_eq!(lane(&throttle, &text, -61), Lane::Unknown, "it is not issued yet");
    let foreign = throttle.client(BELA, Some(&text));
    assert_eq!(block_on(throttle.knock(BELA, Guess::Totp, &foreign, at(0))).unwrap().lane(), Lane::Unknown);
    let client = throttle.client(ANNA, Some(&text));
    assert_eq!(block_on(throttle.knock(BELA, Guess::Totp, &client, at(0))).unwrap().lane(), Lane::Unknown);
}

#[test]
fn a_changed_cookie_is_one_of_a_stranger() {
    let store = store();
    let throttle = scoped(&store);
    let text = device(&throttle, ANNA, at(0)).reveal();
    for place in 0..text.len() {
        let mut changed = text.as_bytes().to_vec();
        changed[place] = if changed[place] == b'0' { b'1' } else { b'0' };
        let client = throttle.client(ANNA, Some(std::str::from_utf8(&changed).unwrap()));
        assert_eq!(client.claimed_lane(), Lane::Unknown, "{place}");
    }
}

#[test]
fn forgetting_the_devices_of_an_account_ends_every_cookie() {
    let store = store();
    let throttle = scoped(&store);
    let before = [device(&throttle, ANNA, at(0)), device(&throttle, ANNA, at(0))];
    let other = device(&throttle, BELA, at(0)).reveal();
    block_on(throttle.forget_devices(ANNA, Actor::Staff(ANNA), at(1))).unwrap();
    for cookie in &before {
        assert_eq!(lane(&throttle, &cookie.reveal(), 2), Lane::Unknown);
    }
    let after = device(&throttle, ANNA, at(2));
    assert_eq!(lane(&throttle, &after.reveal(), 2), Lane::KnownDevice);
    assert_eq!(throttle.client(BELA, Some(&other)).claimed_lane(), Lane::KnownDevice);
    let gate = block_on(throttle.knock(BELA, Guess::Totp, &throttle.client(BELA, Some(&other)), at(2)));
    assert_eq!(gate.unwrap().lane(), Lane::KnownDevice);
    assert_eq!(told(&store, Action::DevicesForgotten), 1);
}

#[test]
fn a_key_that_was_left_out_ends_its_cookies() {
    let store = store();
    let text = device(&scoped(&store), ANNA, at(0)).reveal();
    let with = |keys| Throttle::new(&store, Profile::device_scoped(), keys);
    let rotated = with(DeviceKeys::new(key(2)).accept(key(1)).unwrap());
    assert_eq!(lane(&rotated, &text, 0), Lane::KnownDevice);
    assert_eq!(lane(&rotated, &device(&rotated, ANNA, at(0)).reveal(), 0), Lane::KnownDevice);
    assert_eq!(lane(&with(DeviceKeys::new(key(2))), &text, 0), Lane::Unknown);
    let twice = DeviceKeys::new(key(1)).accept(key(1));
    assert!(matches!(twice, Err(ThrottleError::DuplicateKey { id: 1 })));
}

#[test]
fn a_device_is_told_of_when_it_becomes_known() {
    let store = store();
    let throttle = scoped(&store);
    let mut cookie = device(&throttle, ANNA, at(0));
    for second in 1..5 {
        let client = known(&throttle, &cookie);
        cookie = block_on(throttle.signed_in(&aal2(ANNA, at(second)), &client, at(second))).unwrap().1;
    }
    assert_eq!(told(&store, Action::DeviceTrusted), 1);
    assert_eq!(events(&store).len(), 1);
}

#[test]
fn an_owner_sees_when_each_device_was_trusted_and_last_seen() {
    let store = store();
    let throttle = scoped(&store);
    let list = |second| {
        let devices = block_on(throttle.devices(ANNA, at(second))).unwrap();
        devices.iter().map(|device| (device.trusted_at(), device.last_seen_at())).collect::<Vec<_>>()
    };
    assert_eq!(list(0), []);
    let first = device(&throttle, ANNA, at(0));
    let _other = device(&throttle, ANNA, at(10));
    let back = |cookie: &_, second| {
        let client = known(&throttle, cookie);
        block_on(throttle.signed_in(&aal2(ANNA, at(second)), &client, at(second))).unwrap().1
    };
    let second = back(&first, 20);
    assert_eq!(list(20), [(at(0), at(20)), (at(10), at(10))]);
    // The answer with the newer cookie was lost: it is the same device all the same.
    let _lost = back(&second, 30);
    back(&second, 40);
    assert_eq!(list(40), [(at(0), at(40)), (at(10), at(10))]);
    let expired = 90 * 86_400 + 10;
    assert_eq!(list(expired), [(at(0), at(40))]);
    block_on(throttle.forget_devices(ANNA, Actor::Staff(ANNA), at(50))).unwrap();
    assert_eq!(list(50), []);
}

#[test]
fn the_list_of_devices_has_an_end() {
    let throttle = scoped(&store());
    for second in 0..40 {
        device(&throttle, ANNA, at(second));
    }
    let devices = block_on(throttle.devices(ANNA, at(40))).unwrap();
    assert_eq!(devices.len(), Throttle::MOST_DEVICES);
    assert_eq!(devices.last().unwrap().trusted_at(), at(8));
}

#[test]
fn a_sign_in_that_lay_about_makes_no_device_known_and_clears_nothing() {
    let store = store();
    let throttle = nist(&store);
    exhaust(&throttle, &STRANGER, at(0));
    let end = |now| block_on(throttle.signed_in(&aal2(ANNA, at(0)), &STRANGER, now)).map(|_| ());
    assert!(matches!(end(at(901)), Err(ThrottleError::StaleSignIn)));
    assert!(matches!(end(at(-61)), Err(ThrottleError::ClockWentBack)));
    assert!(knock(&throttle, &STRANGER, at(1)).is_err());
    assert_eq!(told(&store, Action::DeviceTrusted), 0);
    assert!(end(at(900)).is_ok() && knock(&throttle, &STRANGER, at(901)).is_ok());
}

#[test]
fn the_gate_of_a_session_is_for_one_sign_in() {
    let store = store();
    let throttle = nist(&store);
    let end = |account, second| {
        block_on(throttle.signed_in(&aal1(account, at(second)), &STRANGER, at(second))).unwrap().0
    };
    assert!(end(ANNA, 0).admit(&aal1(ANNA, at(0)), at(60)).is_ok());
    let refused = end(ANNA, 0).admit(&aal1(BELA, at(0)), at(0));
    assert!(matches!(refused, Err(ThrottleError::OtherGate)));
    let refused = end(ANNA, 0).admit(&aal1(ANNA, at(1)), at(1));
    assert!(matches!(refused, Err(ThrottleError::OtherGate)));
    assert!(matches!(end(ANNA, 0).admit(&aal1(ANNA, at(0)), at(61)), Err(ThrottleError::StaleGate)));
    assert!(matches!(end(ANNA, 0).admit(&aal1(ANNA, at(0)), at(-61)), Err(ThrottleError::ClockWentBack)));
}

#[test]
fn whoever_got_back_into_an_account_is_known_and_nobody_else_is() {
    let store = store();
    let throttle = nist(&store);
    let before = device(&throttle, ANNA, at(0));
    exhaust(&throttle, &STRANGER, at(0));
    while block_on(throttle.knock(ANNA, Guess::Recovery, &STRANGER, at(0))).is_ok() {}
    let recovered = Recovered::assume_recovered(ANNA, at(0));
    let end = || block_on(throttle.recovered(&recovered, at(1))).unwrap();
    let (gate, cookie) = end();
    assert!(gate.admit(&recovered, at(61)).is_ok());
    assert_eq!(lane(&throttle, &cookie.reveal(), 1), Lane::KnownDevice);
    assert!(put_off(knock(&throttle, &known(&throttle, &before), at(1))) > 0, "it is a stranger's now");
    for other in [Recovered::assume_recovered(BELA, at(0)), Recovered::assume_recovered(ANNA, at(1))] {
        assert!(matches!(end().0.admit(&other, at(1)), Err(ThrottleError::OtherGate)));
    }
    assert!(matches!(end().0.admit(&recovered, at(62)), Err(ThrottleError::StaleGate)));
}
