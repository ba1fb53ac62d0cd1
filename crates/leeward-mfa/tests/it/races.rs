//! Sixty-four tasks with one code: one winner.

use crate::support::{START, account, at, enrol, gate, mfa, pending, permit, proved, store};
use leeward_event::assurance::Aal;
use leeward_mfa::{Digits, HotpSecret, Mfa, MfaError, Presented, Profile};
use leeward_notify::{Address, Contact, Countries, IndexRoot, Kept, Notifier, NotifyOptions};
use leeward_store::Store;
use std::sync::Barrier;

const TASKS: usize = 64;

/// How many of 64 uses of `code` at one moment succeed, half of them through each service.
fn winners(services: [&Mfa; 2], code: Presented<'_>, second: i64) -> usize {
    let barrier = Barrier::new(TASKS);
    let use_it = |mfa: &Mfa| {
        let waiting =
            pollster::block_on(mfa.require(proved(account(1), second), Aal::Two, at(second))).unwrap();
        let gate = gate(account(1), &code, second);
        barrier.wait();
        match pollster::block_on(waiting.finish(gate, code, at(second))) {
            Ok(_) => 1,
            Err(refused) => {
                assert!(matches!(refused.error(), MfaError::Rejected), "{refused}");
                0
            }
        }
    };
    std::thread::scope(|scope| {
        let tasks: Vec<_> = (0..TASKS)
            .map(|n| {
                scope.spawn({
                    let use_it = &use_it;
                    move || use_it(services[n % 2])
                })
            })
            .collect();
        tasks.into_iter().map(|task| task.join().unwrap()).sum()
    })
}

fn stores() -> Vec<(Store, Store, Option<tempfile::TempDir>)> {
    let shared = store();
    let dir = tempfile::tempdir().unwrap();
    let open = || leeward_sqlite::open(dir.path().join("shared.db")).unwrap().assume_sealed();
    let (here, there) = (open(), open());
    vec![(shared.clone(), shared, None), (here, there, Some(dir))]
}

#[test]
fn one_totp_code_has_one_winner() {
    for (here, there, _dir) in stores() {
        let (here, there) = (mfa(&here), mfa(&there));
        let app = pollster::block_on(enrol(&here, account(1), START));
        let code = app.code_at(at(START + 30));
        assert_eq!(winners([&here, &there], Presented::Totp(&code), START + 30), 1);
    }
}

#[test]
fn one_recovery_code_has_one_winner() {
    for (here, there, _dir) in stores() {
        let (here, there) = (mfa(&here), mfa(&there));
        let issued =
            pollster::block_on(here.issue_recovery_codes(&permit(account(1), START), at(START))).unwrap();
        let code = issued.codes()[3].expose();
        assert_eq!(winners([&here, &there], Presented::RecoveryCode(&code), START), 1);
        assert_eq!(pollster::block_on(there.recovery_codes_left(account(1))).unwrap(), 9);
    }
}

#[test]
fn one_code_of_a_token_has_one_winner() {
    for (here, there, _dir) in stores() {
        let (here, there) = (mfa(&here), mfa(&there));
        let token = || HotpSecret::from_bytes(b"12345678901234567890", Digits::Six).unwrap();
        let (first, second, third) = (token().code_at(0), token().code_at(1), token().code_at(2));
        let (permit, codes) = (permit(account(1), START), (&**first, &**second));
        let bound = pollster::block_on(here.bind_hotp(&permit, "token", (token(), 0), codes, at(START)));
        assert!(bound.unwrap().first);
        assert_eq!(winners([&here, &there], Presented::Hotp(&third), START), 1);
    }
}

#[test]
fn one_code_by_telephone_has_one_winner() {
    for (store, there, _dir) in stores() {
        let (kept, number) = (Kept::new(), "+4915123456789");
        let (here, there) = (
            mfa(&store).profile(Profile::StaffCodesAndPhone),
            mfa(&there).profile(Profile::StaffCodesAndPhone),
        );
        let options = NotifyOptions::new().countries(Countries::only(&["+49"]).unwrap());
        let notifier = Notifier::new(&store, &IndexRoot::from_bytes(&[7; 32]), options).unwrap();
        let notifier = &notifier.phone(kept.clone());
        let request = pollster::block_on(async {
            enrol(&here, account(1), START).await;
            let contact = &Contact::safe(Address::phone(number).unwrap());
            let added = store.transact(|tx| async move {
                notifier.add_address_in(&tx, account(1), contact.clone(), at(START)).await
            });
            let (address, permit) = (added.await.unwrap(), permit(account(1), START));
            let bound = here.bind_phone(&permit, "mine", notifier, address, at(START)).await.unwrap();
            notifier.deliver_due(at(START)).await.unwrap();
            let waiting = pending(&here, account(1), START).await;
            let request =
                here.send_phone_code(&waiting, bound.authenticator, notifier, at(START)).await.unwrap();
            notifier.deliver_due(at(START)).await.unwrap();
            request
        });
        let code = kept.last_code_to(number).unwrap();
        assert_eq!(winners([&here, &there], Presented::Phone(&request, &code), START), 1);
    }
}
