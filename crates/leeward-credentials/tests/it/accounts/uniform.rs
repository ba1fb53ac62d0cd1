//! Who asks learns nothing of which names and addresses there are: the same answers, by as many calls of
//! the store, whatever is there.

use super::support::{ANNA, MAIL, World, at, gate, mail};
use leeward_credentials::{AccountError, LoginName};
use leeward_event::{Action, Reason};
use leeward_notify::{Address, Contact, Kept, Language};
use leeward_store::{
    Store,
    testing::{Call, Fault, at_every_call},
};
use leeward_throttle::Guess;
use pollster::block_on;

/// How many calls `ask` makes, of each kind.
fn calls(prepare: impl Fn(&World), ask: impl Fn(&World)) -> [usize; 3] {
    [Call::Get, Call::Scan, Call::Commit].map(|call| {
        at_every_call(call, &Fault::Refuse, |plan| {
            let store = Store::memory().assume_sealed();
            prepare(&World::over(&store, Kept::new()));
            ask(&World::over(&plan.over(&store), Kept::new()));
        })
    })
}

fn nothing(_: &World) {}

fn with_mail(world: &World) {
    world.add(&Contact::safe(mail()));
}

fn with_name(world: &World) {
    let (directory, name) = (&world.directory, &LoginName::parse(MAIL).unwrap());
    block_on(world.store.transact(|tx| async move { directory.claim_in(&tx, name, ANNA).await })).unwrap();
}

#[test]
fn a_name_that_nobody_has_takes_as_many_calls() {
    let find = |world: &World| drop(block_on(world.directory.find(&LoginName::parse(MAIL).unwrap())));
    assert_eq!(calls(nothing, find), calls(with_name, find));
}

#[test]
fn a_reset_for_an_address_that_nobody_has_takes_as_many_calls_and_answers_alike() {
    let reset = |world: &World| {
        let recovery = world.begin();
        let answer = world.send_code(&recovery, &mail(), at(0));
        assert!(answer.is_ok() || matches!(answer, Err(AccountError::Store(_))));
    };
    assert_eq!(calls(nothing, reset), calls(with_mail, reset));
}

#[test]
fn a_code_for_a_reset_that_was_never_sent_is_wrong_in_the_same_way() {
    let guess = |world: &World| {
        let recovery = leeward_credentials::Recovery::from_bytes(&RECOVERY).unwrap();
        let gate = gate(ANNA, Guess::AddressCode, at(0));
        let answer = block_on(world.recoveries.prove_address(gate, &recovery, "12345678", at(0)));
        assert!(matches!(answer, Err(AccountError::Rejected | AccountError::Store(_))));
    };
    let sent = |world: &World| {
        with_mail(world);
        let recovery = leeward_credentials::Recovery::from_bytes(&RECOVERY).unwrap();
        world.send_code(&recovery, &mail(), at(0)).unwrap();
    };
    assert_eq!(calls(nothing, guess), calls(sent, guess));
}

const RECOVERY: [u8; 33] = {
    let mut bytes = [0xA1; 33];
    bytes[32] = 2;
    bytes
};

#[test]
fn a_registration_with_a_taken_address_takes_as_many_calls_and_answers_alike() {
    let register = |world: &World| {
        let answer = block_on(world.registrations.begin(&mail(), &Language::english(), at(0)));
        assert!(answer.is_ok() || matches!(answer, Err(AccountError::Store(_))));
    };
    assert_eq!(calls(nothing, register), calls(with_name, register));
}

#[test]
fn the_budget_of_an_address_is_spent_whether_anybody_has_it_or_not() {
    let store = leeward_test_store::store();
    let root = leeward_credentials::IndexRoot::from_bytes(&[7; 32]);
    let notifier = leeward_notify::Notifier::new(&store, &root, leeward_notify::NotifyOptions::new())
        .unwrap()
        .mail(Kept::new());
    let proofs = leeward_credentials::AddressProofs::new(&store, &root, &notifier).unwrap();
    let policy = leeward_credentials::RecoveryPolicy::new();
    let recoveries = leeward_credentials::Recoveries::new(&store, &root, &proofs, &notifier, policy).unwrap();
    let world = World::over(&store, Kept::new());
    world.add(&Contact::safe(mail()));
    for address in [mail(), Address::email("nobody@example.org").unwrap()] {
        let asked = (0..10).map(|_| {
            let recovery = world.begin();
            let gate = gate(ANNA, Guess::Recovery, at(0));
            block_on(recoveries.send_code(gate, &recovery, &address, &Language::english(), at(0))).is_ok()
        });
        assert_eq!(asked.filter(|sent| *sent).count(), 5);
    }
    let sent = world.events(Action::AddressProofSent);
    let unknown = sent.iter().filter(|event| event.why() == Some(Reason::NotEnrolled)).count();
    assert_eq!((sent.len(), unknown), (10, 5), "the operator knows");
}
