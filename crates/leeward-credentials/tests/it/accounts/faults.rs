//! A store that fails at any call: a change is there with its event and its notice, or none of them is.

use super::support::{ANNA, DAY, MAIL, World, at, gate, mail};
use leeward_credentials::{AccountError, LoginName};
use leeward_event::{
    Action, Actor,
    assurance::{Aal, FactorKind},
};
use leeward_notify::{Kept, Language, NoticeKind};
use leeward_store::testing::{Call, Fault, at_every_call};
use leeward_throttle::{Client, DeviceKey, DeviceKeys, Guess, Profile, Throttle};
use pollster::block_on;

const FAULTS: [Fault; 3] = [Fault::Refuse, Fault::LoseRequest, Fault::LoseAnswer];

#[test]
fn a_completion_is_whole_or_nothing() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let world = World::new().with_mail_and_phone();
            let recovery = world.proved();
            let done = world.through(&plan.over(&world.store)).complete(&recovery, at(DAY));
            let open = block_on(world.recoveries.open_cases(ANNA, at(DAY))).unwrap().len();
            assert_eq!(open, 1 - world.events(Action::RecoveryCompleted).len());
            assert_eq!(open, 1 - world.notices(NoticeKind::RecoveryCompleted));
            assert!(done.is_err() || open == 0);
        });
    }
}

#[test]
fn a_step_is_whole_or_nothing() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let world = World::new().with_mail_and_phone();
            let recovery = world.begin();
            let faulty = world.through(&plan.over(&world.store));
            let proved = faulty.prove_factor(&recovery, FactorKind::RecoveryCode, at(0));
            let open = block_on(world.recoveries.open_cases(ANNA, at(0))).unwrap().len();
            assert_eq!(open, world.events(Action::RecoveryStarted).len());
            assert_eq!(open, world.events(Action::RecoveryStepProved).len());
            assert_eq!(open, world.notices(NoticeKind::RecoveryStarted));
            assert!(proved.is_err() || open == 1);
        });
    }
}

#[test]
fn a_cancellation_that_failed_can_be_repeated() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let world = World::new().with_mail_and_phone();
            let recovery = world.proved();
            let faulty = world.through(&plan.over(&world.store));
            let _failed_or_not = block_on(faulty.recoveries.cancel(ANNA, Actor::Staff(ANNA), at(1)));
            block_on(world.recoveries.cancel(ANNA, Actor::Staff(ANNA), at(1))).unwrap();
            assert_eq!(world.events(Action::RecoveryCancelled).len(), 1);
            assert!(matches!(world.complete(&recovery, at(DAY)), Err(AccountError::Rejected)));
        });
    }
}

#[test]
fn a_code_is_used_up_with_its_event_or_is_still_good() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let world = World::new();
            block_on(world.proofs.send(ANNA, &mail(), &Language::english(), at(0))).unwrap();
            let code = world.code(MAIL, at(0));
            let faulty = world.through(&plan.over(&world.store));
            let prove = |world: &World| {
                let gate = gate(ANNA, Guess::AddressCode, at(0));
                block_on(world.proofs.prove(gate, ANNA, &code, at(0))).is_ok()
            };
            let (first, told) = (prove(&faulty), world.events(Action::AddressProved).len());
            assert_eq!(prove(&world), told == 0);
            assert!(!first || told == 1);
        });
    }
}

#[test]
fn a_registration_is_whole_or_nothing() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let world = World::new();
            let begun = block_on(world.registrations.begin(&mail(), &Language::english(), at(0))).unwrap();
            let code = world.code(MAIL, at(0));
            let gate = gate(begun.account(), Guess::AddressCode, at(0));
            let registrant = block_on(world.registrations.prove(gate, begun, &code, at(0))).unwrap();
            let name = LoginName::parse("anna").unwrap();
            let faulty = world.through(&plan.over(&world.store));
            let made = block_on(faulty.registrations.finish(registrant, &name, at(0)));
            let found = block_on(world.directory.find(&name)).unwrap() == begun.account();
            let reach = block_on(world.notifier.reach(begun.account(), at(0))).unwrap();
            assert_eq!((found, reach), (world.events(Action::StaffEnrolled).len() == 1, usize::from(found)));
            assert!(made.is_err() || found);
        });
    }
}

#[test]
fn an_attempt_that_was_not_judged_is_given_back() {
    let world = World::new().with_mail_and_phone();
    let keys = DeviceKeys::new(DeviceKey::from_bytes(1, &[0; 32]));
    let throttle = Throttle::new(&world.store, Profile::device_scoped(), keys);
    let recovery = world.begin();
    for _ in 0..20 {
        let gate = block_on(throttle.knock(ANNA, Guess::Recovery, &Client::unknown(), at(0))).unwrap();
        let plan = leeward_store::testing::Plan::new().nth(1, Call::Get, Fault::Refuse);
        let faulty = World::over(&plan.over(&world.store), Kept::new());
        let refused = block_on(faulty.recoveries.complete(gate, &recovery, Aal::Two, at(0)));
        assert!(matches!(refused, Err(AccountError::Store(_))), "{refused:?}");
    }
}
