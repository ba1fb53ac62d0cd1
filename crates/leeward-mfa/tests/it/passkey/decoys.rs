//! Nobody learns which accounts have a passkey.

use super::{
    device::Device,
    support::{START, fault, finish, passkeys, register},
};
use crate::support::{account, at, events, store};
use leeward_event::Reason;
use leeward_mfa::{Asked, PasskeyFault, Passkeys};
use serde_json::Value;
use std::time::Instant;

async fn shown(passkeys: &Passkeys, who: leeward_event::StaffId) -> Value {
    let begun = passkeys.begin_sign_in(Asked::Account(who), at(START)).await.unwrap();
    serde_json::from_str::<Value>(&begun.options).unwrap()["publicKey"]["allowCredentials"].clone()
}

#[test]
fn an_account_without_a_passkey_is_shown_the_same_ones_each_time_and_on_each_machine() {
    pollster::block_on(async {
        let store = store();
        let (here, there) = (passkeys(&store), passkeys(&store));
        let mut kinds = std::collections::BTreeSet::new();
        for number in 1..=40 {
            let first = shown(&here, account(number)).await;
            assert_eq!(first, shown(&there, account(number)).await);
            assert_ne!(first, shown(&passkeys(&self::store()), account(number)).await, "of another service");
            kinds.insert(first.as_array().unwrap().len());
        }
        assert!(kinds.len() > 1 && !kinds.contains(&0), "people have one passkey, or several: {kinds:?}");
    });
}

#[test]
fn made_up_ones_have_the_form_of_real_ones() {
    pollster::block_on(async {
        let passkeys = passkeys(&store());
        register(&passkeys, account(1), &mut Device::new()).await.unwrap();
        let members = |shown: &Value| shown[0].as_object().map(|one| one.keys().cloned().collect::<Vec<_>>());
        let real = members(&shown(&passkeys, account(1)).await).unwrap();
        for number in 2..20 {
            let made_up = shown(&passkeys, account(number)).await;
            assert_eq!(members(&made_up).unwrap(), real);
        }
    });
}

/// The work is the same: a signature is verified for a passkey that is not there too.
#[test]
fn an_answer_for_a_passkey_that_is_not_there_takes_as_long() {
    pollster::block_on(async {
        let store = store();
        let passkeys = passkeys(&store);
        let mut device = Device::new();
        register(&passkeys, account(1), &mut device).await.unwrap();
        let mut forger = Device::new();
        forger.user_handle = device.user_handle.clone();
        let (mut there, mut not_there) = (Vec::new(), Vec::new());
        for _ in 0..21 {
            for (id, took) in [(device.id.clone(), &mut there), (vec![9; 32], &mut not_there)] {
                forger.id = id;
                let begun = passkeys.begin_sign_in(Asked::Anyone, at(START)).await.unwrap();
                let answer = forger.sign_in(&begun.options);
                let began = now();
                let refused = finish(&passkeys, account(1), &begun, &answer).await;
                took.push(now() - began);
                let _ = fault(refused);
            }
        }
        let last = events(&store).await.pop().unwrap();
        assert_eq!((last.why(), last.whom()), (Some(Reason::NotEnrolled), None), "a name that nobody proved");
        // The least of many: what else the machine does only adds. Without the signature it is a tenth.
        let [there, not_there] = [there, not_there].map(|times| times.into_iter().min().unwrap());
        assert!(not_there * 2 > there && there * 2 > not_there, "{there:?} {not_there:?}");
    });
}

#[test]
fn an_answer_for_a_made_up_passkey_is_refused_as_any_other() {
    pollster::block_on(async {
        let passkeys = passkeys(&store());
        let mut device = Device::new();
        let begun = passkeys.begin_sign_in(Asked::Account(account(3)), at(START)).await.unwrap();
        let answer = device.sign_in(&begun.options);
        assert_eq!(fault(finish(&passkeys, account(3), &begun, &answer).await), PasskeyFault::Unknown);
    });
}

#[expect(clippy::disallowed_methods, reason = "a test measures")]
fn now() -> Instant {
    Instant::now()
}
