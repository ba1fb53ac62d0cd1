//! Sixty-four at one moment: one wins.

use super::support::{ANNA, DAY, MAIL, World, at, gate, mail};
use leeward_credentials::LoginName;
use leeward_event::{Action, StaffId, assurance::Aal};
use leeward_notify::Language;
use leeward_throttle::Guess;
use pollster::block_on;
use std::thread;

fn winners(attempt: impl Fn(u8) -> bool + Sync) -> usize {
    thread::scope(|scope| {
        let tried: Vec<_> = (0..64)
            .map(|number| {
                scope.spawn({
                    let attempt = &attempt;
                    move || attempt(number)
                })
            })
            .collect();
        tried.into_iter().map(|one| one.join().unwrap()).filter(|won| *won).count()
    })
}

#[test]
fn an_address_code_proves_once() {
    let world = World::new();
    block_on(world.proofs.send(ANNA, &mail(), &Language::english(), at(0))).unwrap();
    let code = world.code(MAIL, at(0));
    let won = winners(|_| {
        let gate = gate(ANNA, Guess::AddressCode, at(0));
        block_on(world.proofs.prove(gate, ANNA, &code, at(0))).is_ok()
    });
    assert_eq!(won, 1);
    assert_eq!(world.events(Action::AddressProved).len(), 64);
}

#[test]
fn a_recovery_completes_once() {
    let world = World::new().with_mail_and_phone();
    let recovery = world.proved();
    let won = winners(|_| {
        let gate = gate(ANNA, Guess::Recovery, at(DAY));
        block_on(world.recoveries.complete(gate, &recovery, Aal::Two, at(DAY))).is_ok()
    });
    assert_eq!(won, 1);
    assert_eq!(world.events(Action::RecoveryCompleted).len(), 1);
}

#[test]
fn a_recovery_is_completed_or_objected_to_and_never_both() {
    let world = World::new().with_mail_and_phone();
    let recovery = world.proved();
    world.deliver(at(0));
    let stop_code = world.kept.last_code_to(super::support::PHONE).unwrap();
    let won = winners(|number| {
        let gate = gate(ANNA, Guess::Recovery, at(DAY));
        if number % 2 == 0 {
            block_on(world.recoveries.complete(gate, &recovery, Aal::Two, at(DAY))).is_ok()
        } else {
            block_on(world.recoveries.object(gate, ANNA, &stop_code, at(DAY))).is_ok()
        }
    });
    assert_eq!(won, 1);
    let ends = world.events(Action::RecoveryCompleted).len() + world.events(Action::RecoveryCancelled).len();
    assert_eq!(ends, 1);
}

#[test]
fn a_name_has_one_account() {
    let world = World::new();
    let name = LoginName::parse("anna").unwrap();
    let won = winners(|number| {
        let (directory, name) = (&world.directory, &name);
        let account = StaffId::from_bytes([number; 16]);
        block_on(world.store.transact(|tx| async move { directory.claim_in(&tx, name, account).await }))
            .is_ok()
    });
    assert_eq!(won, 1);
}
