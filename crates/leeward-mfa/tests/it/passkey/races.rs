//! Of many answers at one moment one is accepted, in memory and on disk.

use super::{
    device::Device,
    support::{START, fault, gate, passkeys, register},
};
use crate::support::{account, at, events};
use leeward_event::{Action, Outcome};
use leeward_mfa::{Asked, PasskeyFault, Passkeys, RegistrationAnswer, SignInAnswer};
use leeward_store::Store;
use leeward_throttle::Guess;
use std::sync::Barrier;

const TASKS: usize = 64;

/// In memory, and on disk in a folder that goes with the test.
fn stores() -> [(Store, Option<tempfile::TempDir>); 2] {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = leeward_sqlite::open(folder.path().join("passkeys.db")).unwrap().assume_sealed();
    [(Store::memory().assume_sealed(), None), (sqlite, Some(folder))]
}

/// What became of each of the answers, all given at one moment.
fn race<T: Send>(attempt: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(TASKS);
    std::thread::scope(|scope| {
        let tasks: Vec<_> = (0..TASKS)
            .map(|task| {
                let (barrier, attempt) = (&barrier, &attempt);
                scope.spawn(move || {
                    barrier.wait();
                    attempt(task)
                })
            })
            .collect();
        tasks.into_iter().map(|task| task.join().unwrap()).collect()
    })
}

fn finish(
    passkeys: &Passkeys,
    ceremony: leeward_mfa::CeremonyId,
    answer: &SignInAnswer,
) -> Option<PasskeyFault> {
    pollster::block_on(async {
        let gate = gate(account(1), Guess::Passkey).await;
        let finished = passkeys.finish_sign_in(gate, account(1), ceremony, answer, at(START)).await;
        finished.is_err().then(|| fault(finished))
    })
}

#[test]
fn one_ceremony_of_a_sign_in_has_one_winner() {
    for (store, _folder) in stores() {
        let passkeys = passkeys(&store);
        let mut device = Device::new();
        pollster::block_on(register(&passkeys, account(1), &mut device)).unwrap();
        let begun = pollster::block_on(passkeys.begin_sign_in(Asked::Anyone, at(START))).unwrap();
        let answer = SignInAnswer::parse(&device.sign_in(&begun.options)).unwrap();
        let outcomes = race(|_| finish(&passkeys, begun.ceremony, &answer));
        assert_eq!(outcomes.iter().filter(|fault| fault.is_none()).count(), 1);
        assert!(outcomes.iter().flatten().all(|fault| *fault == PasskeyFault::NotOpen), "{outcomes:?}");
    }
}

/// As a passkey and its copy would answer: 64 ceremonies, and the same counter in each answer.
#[test]
fn one_counter_has_one_winner() {
    for (store, _folder) in stores() {
        let passkeys = passkeys(&store);
        let mut device = Device { counter: 1, ..Device::new() };
        pollster::block_on(register(&passkeys, account(1), &mut device)).unwrap();
        device.counter = 2;
        let answers: Vec<_> = (0..TASKS)
            .map(|_| {
                let begun = pollster::block_on(passkeys.begin_sign_in(Asked::Anyone, at(START))).unwrap();
                (begun.ceremony, SignInAnswer::parse(&device.sign_in(&begun.options)).unwrap())
            })
            .collect();
        let outcomes = race(|task| finish(&passkeys, answers[task].0, &answers[task].1));
        assert_eq!(outcomes.iter().filter(|fault| fault.is_none()).count(), 1);
        let suspected = outcomes.iter().filter(|fault| **fault == Some(PasskeyFault::CloneSuspected)).count();
        let suspended = outcomes.iter().filter(|fault| **fault == Some(PasskeyFault::Suspended)).count();
        assert_eq!((suspected, suspended), (1, TASKS - 2), "the first copy that is seen suspends it");
        let accepted = |event: &leeward_event::Event| {
            event.what() == Action::FactorChecked && event.how() == Outcome::Success
        };
        let told = pollster::block_on(events(&store));
        assert_eq!(told.into_iter().filter(accepted).count(), 1);
    }
}

#[test]
fn one_registration_binds_one_passkey() {
    for (store, _folder) in stores() {
        let passkeys = passkeys(&store);
        let mut device = Device::new();
        let begun = pollster::block_on(super::support::begin_registration(&passkeys, account(1), START));
        let answer = RegistrationAnswer::parse(&device.register(&begun.options)).unwrap();
        let bound = race(|_| {
            let finish = passkeys.finish_registration(account(1), begun.ceremony, &answer, at(START));
            pollster::block_on(finish).is_ok()
        });
        assert_eq!(bound.iter().filter(|bound| **bound).count(), 1);
        assert_eq!(pollster::block_on(passkeys.list(account(1))).unwrap().len(), 1);
    }
}

/// One credential id, registered by many accounts at one moment.
#[test]
fn one_credential_belongs_to_one_account() {
    for (store, _folder) in stores() {
        let passkeys = passkeys(&store);
        let id = Device::new().id;
        let answers: Vec<_> = (0..TASKS)
            .map(|task| {
                let who = account(u8::try_from(task).unwrap() + 1);
                let begun = pollster::block_on(super::support::begin_registration(&passkeys, who, START));
                let mut device = Device { id: id.clone(), ..Device::new() };
                (who, begun.ceremony, RegistrationAnswer::parse(&device.register(&begun.options)).unwrap())
            })
            .collect();
        let bound = race(|task| {
            let (who, ceremony, answer) = &answers[task];
            pollster::block_on(passkeys.finish_registration(*who, *ceremony, answer, at(START))).is_ok()
        });
        assert_eq!(bound.iter().filter(|bound| **bound).count(), 1);
    }
}
