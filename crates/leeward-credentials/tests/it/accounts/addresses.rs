use super::support::{ANNA, BELA, MAIL, PHONE, World, at, gate, mail};
use leeward_credentials::{AccountError, AddressProof};
use leeward_event::{Action, Outcome, Reason, StaffId};
use leeward_notify::{Address, Language, NoticeKind};
use leeward_store::Timestamp;
use leeward_throttle::{Guess, ThrottleError};
use pollster::block_on;

fn send(world: &World, to: &Address, now: Timestamp) {
    block_on(world.proofs.send(ANNA, to, &Language::german(), now)).unwrap();
}

fn prove(world: &World, account: StaffId, code: &str, now: Timestamp) -> Result<AddressProof, AccountError> {
    block_on(world.proofs.prove(gate(account, Guess::AddressCode, now), account, code, now))
}

#[test]
fn whoever_reads_an_address_adds_it_to_the_account() {
    let world = World::new();
    send(&world, &mail(), at(0));
    let code = world.code(MAIL, at(0));
    let proof = prove(&world, ANNA, &format!(" {} {} ", &code[..4], &code[4..]), at(60)).unwrap();
    assert_eq!((proof.account(), proof.address(), proof.known_as()), (ANNA, &mail(), None));
    assert_eq!(world.events(Action::AddressProofSent).len(), 1);
    assert_eq!(world.events(Action::AddressProved)[0].how(), Outcome::Success);

    let id = block_on(world.proofs.add(proof, None, at(60))).unwrap();
    let addresses = block_on(world.notifier.addresses(ANNA)).unwrap();
    assert_eq!((addresses.len(), addresses[0].0), (1, id));
    assert_eq!(world.notices(NoticeKind::AddressAdded), 1);
    world.deliver(at(60));
    assert!(world.kept.bodies_to(MAIL)[1].contains("hinzugef\u{fc}gt"), "in the language that was chosen");
}

#[test]
fn a_code_is_good_once() {
    let world = World::new();
    send(&world, &mail(), at(0));
    let code = world.code(MAIL, at(0));
    let _proof = prove(&world, ANNA, &code, at(0)).unwrap();
    assert!(matches!(prove(&world, ANNA, &code, at(0)), Err(AccountError::Rejected)));
}

#[test]
fn a_code_is_good_for_its_time_alone() {
    for (address, seconds) in [(mail(), 3_600), (Address::phone(PHONE).unwrap(), 600)] {
        let world = World::new();
        send(&world, &address, at(0));
        let code = world.code(address.expose(), at(0));
        assert!(matches!(prove(&world, ANNA, &code, at(seconds)), Err(AccountError::Rejected)));
        assert_eq!(world.events(Action::AddressProved)[0].why(), Some(Reason::Expired));
        assert!(prove(&world, ANNA, &code, at(seconds - 1)).is_ok());
    }
}

#[test]
fn a_code_that_a_clock_of_the_future_made_is_no_good_when_it_has_gone_back() {
    let world = World::new();
    send(&world, &mail(), at(1_000_000));
    let code = world.code(MAIL, at(1_000_000));
    assert!(matches!(prove(&world, ANNA, &code, at(0)), Err(AccountError::Rejected)));
    assert!(prove(&world, ANNA, &code, at(1_000_000 - 60)).is_ok(), "clocks may be a little apart");
}

#[test]
fn a_code_is_good_for_its_account_and_its_last_asking_alone() {
    let world = World::new();
    send(&world, &mail(), at(0));
    let first = world.code(MAIL, at(0));
    assert!(matches!(prove(&world, BELA, &first, at(0)), Err(AccountError::Rejected)));
    send(&world, &mail(), at(1));
    let second = world.code(MAIL, at(1));
    if first != second {
        assert!(matches!(prove(&world, ANNA, &first, at(1)), Err(AccountError::Rejected)));
    }
    assert!(prove(&world, ANNA, &second, at(1)).is_ok());
}

#[test]
fn what_is_no_code_is_wrong_and_leaves_an_event() {
    let world = World::new();
    send(&world, &mail(), at(0));
    let huge = "1".repeat(1_000_000);
    for wrong in ["", "none", "00000000x", "\u{0}", "\u{661}\u{662}\u{663}", &huge] {
        assert!(matches!(prove(&world, ANNA, wrong, at(0)), Err(AccountError::Rejected)));
    }
    let events = world.events(Action::AddressProved);
    assert_eq!(events.len(), 6);
    assert!(events.iter().all(|event| event.why() == Some(Reason::WrongSecret)));
}

#[test]
fn a_gate_for_something_else_lets_no_code_through() {
    let world = World::new();
    send(&world, &mail(), at(0));
    let code = world.code(MAIL, at(0));
    let other = gate(ANNA, Guess::Recovery, at(0));
    let refused = block_on(world.proofs.prove(other, ANNA, &code, at(0)));
    assert!(matches!(refused, Err(AccountError::Throttle(ThrottleError::OtherGate))));
    let other = gate(BELA, Guess::AddressCode, at(0));
    let refused = block_on(world.proofs.prove(other, ANNA, &code, at(0)));
    assert!(matches!(refused, Err(AccountError::Throttle(ThrottleError::OtherGate))));
    assert!(prove(&world, ANNA, &code, at(0)).is_ok(), "and the code is still good");
}

#[test]
fn a_proof_that_is_old_adds_nothing() {
    let world = World::new();
    send(&world, &mail(), at(0));
    let code = world.code(MAIL, at(0));
    let proof = prove(&world, ANNA, &code, at(0)).unwrap();
    assert!(matches!(block_on(world.proofs.add(proof, None, at(601))), Err(AccountError::OtherProof)));
}
