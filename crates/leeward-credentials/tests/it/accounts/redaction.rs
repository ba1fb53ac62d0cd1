use super::support::{ANNA, MAIL, World, at, gate, mail};
use leeward_credentials::{LoginName, Objection, Recovery};
use leeward_event::assurance::Aal;
use leeward_notify::Language;
use leeward_throttle::Guess;
use pollster::block_on;
use ring::rand::SystemRandom;

#[test]
fn nothing_prints_a_name_an_address_a_code_or_the_secret_of_a_recovery() {
    let world = World::new();
    block_on(world.proofs.send(ANNA, &mail(), &Language::english(), at(0))).unwrap();
    let code = world.code(MAIL, at(0));
    let gate = gate(ANNA, Guess::AddressCode, at(0));
    let proof = block_on(world.proofs.prove(gate, ANNA, &code, at(0))).unwrap();
    let recovery = Recovery::begin(ANNA, Aal::Two, &SystemRandom::new()).unwrap();
    let printed = format!(
        "{proof:?} {recovery:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        LoginName::parse(MAIL).unwrap(),
        Objection([0x5A; 32]),
        world.directory,
        world.proofs,
        world.registrations,
        world.recoveries,
    );
    for secret in ["anna", "example.org", code.as_str(), "90, 90"] {
        assert!(!printed.contains(secret), "{secret}: {printed}");
    }
    let secret = recovery.to_bytes();
    let hex: String = secret[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!printed.contains(&hex) && !recovery.reference().to_string().contains(&hex));
}

#[test]
fn the_futures_can_be_sent_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    let world = World::new();
    let recovery = world.begin();
    is_send(&world.directory.find(&LoginName::parse("anna").unwrap()));
    is_send(&world.registrations.pseudonymous(at(0)));
    is_send(&world.registrations.begin(&mail(), &Language::english(), at(0)));
    let gate = || gate(ANNA, Guess::Recovery, at(0));
    is_send(&world.recoveries.complete(gate(), &recovery, Aal::Two, at(0)));
    is_send(&world.recoveries.object(gate(), ANNA, "", at(0)));
    is_send(&world.proofs.prove(gate(), ANNA, "", at(0)));
}
