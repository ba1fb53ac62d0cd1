use super::support::{MAIL, World, at, gate, mail};
use leeward_credentials::{AccountError, LoginName, Registrant, Registration};
use leeward_event::Action;
use leeward_notify::{Language, NoticeKind};
use leeward_throttle::Guess;
use pollster::block_on;

fn begin(world: &World, second: i64) -> Registration {
    block_on(world.registrations.begin(&mail(), &Language::english(), at(second))).unwrap()
}

fn prove(world: &World, registration: Registration, code: &str) -> Result<Registrant, AccountError> {
    let gate = gate(registration.account(), Guess::AddressCode, at(0));
    block_on(world.registrations.prove(gate, registration, code, at(0)))
}

fn proved(world: &World) -> Registrant {
    let registration = begin(world, 0);
    let code = world.code(MAIL, at(0));
    prove(world, registration, &code).unwrap()
}

#[test]
fn an_account_needs_no_address() {
    let world = World::new();
    let made = block_on(world.registrations.pseudonymous(at(0))).unwrap();
    assert_eq!(block_on(world.directory.find(&made.name)).unwrap(), made.account);
    assert_eq!(LoginName::parse(made.name.as_str()).unwrap(), made.name);
    assert_eq!(made.name.as_str().len(), 11);
    assert!(block_on(world.notifier.addresses(made.account)).unwrap().is_empty());
    assert_eq!(world.events(Action::StaffEnrolled).len(), 1);
    let another = block_on(world.registrations.pseudonymous(at(0))).unwrap();
    assert_ne!((made.account, made.name), (another.account, another.name));
}

#[test]
fn whoever_proves_an_address_chooses_a_name() {
    let world = World::new();
    let registrant = proved(&world);
    let name = LoginName::parse(MAIL).unwrap();
    let account = block_on(world.registrations.finish(registrant, &name, at(0))).unwrap();
    assert_eq!(block_on(world.directory.find(&name)).unwrap(), account);
    assert_eq!(block_on(world.notifier.reach(account, at(0))).unwrap(), 1);
}

#[test]
fn an_address_that_is_somebodys_name_gets_a_notice_and_no_code() {
    let world = World::new();
    let registrant = proved(&world);
    block_on(world.registrations.finish(registrant, &LoginName::parse(MAIL).unwrap(), at(0))).unwrap();
    world.deliver(at(0));
    let before = world.kept.count();

    let registration = Registration::from_bytes(begin(&world, 1).to_bytes());
    assert_eq!(world.notices(NoticeKind::RegistrationAttempted), 1);
    world.deliver(at(1));
    assert_eq!(world.kept.count(), before + 1);
    assert!(world.kept.bodies_to(MAIL).last().unwrap().contains("You have one already"));
    for code in ["none", "00000000", ""] {
        assert!(matches!(prove(&world, registration, code), Err(AccountError::Rejected)));
    }
}

#[test]
fn a_taken_name_is_told_to_who_proved_an_address_and_five_times_at_the_most() {
    let world = World::new();
    let taken = block_on(world.registrations.pseudonymous(at(0))).unwrap().name;
    let mut registrant = proved(&world);
    for _ in 0..4 {
        let refused = block_on(world.registrations.finish(registrant, &taken, at(0))).unwrap_err();
        assert!(matches!(refused.error, AccountError::NameTaken));
        registrant = refused.registrant.unwrap();
    }
    let refused = block_on(world.registrations.finish(registrant, &taken, at(0))).unwrap_err();
    assert!(matches!(refused.error, AccountError::TooManyNames) && refused.registrant.is_none());
}

#[test]
fn the_code_of_one_registration_is_no_good_for_another() {
    let world = World::new();
    let (_first, second) = (begin(&world, 0), begin(&world, 1));
    world.deliver(at(0));
    let first = world.kept.last_code_to(MAIL).unwrap();
    assert!(matches!(prove(&world, second, &first), Err(AccountError::Rejected)));
}
