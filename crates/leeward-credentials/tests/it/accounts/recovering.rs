use super::support::{ANNA, BELA, DAY, MAIL, PHONE, World, at, factor, gate, mail};
use leeward_credentials::{AccountError, Progress, Recovery};
use leeward_event::{
    Action, Actor, AuthenticatorId,
    assurance::{Aal, FactorKind, ProvedFactor},
};
use leeward_notify::{Address, Contact, Hours, NoticeKind};
use leeward_store::Store;
use leeward_throttle::{Client, DeviceKey, DeviceKeys, Guess, Profile, Throttle, ThrottleError};
use pollster::block_on;

#[test]
fn two_methods_and_a_day_to_object_lead_back() {
    let world = World::new().with_mail_and_phone();
    let recovery = world.begin();
    assert_eq!(world.prove_mail(&recovery, at(0)), Progress::MoreNeeded);
    assert_eq!(world.events(Action::RecoveryStarted).len(), 1);
    assert!(matches!(world.complete(&recovery, at(0)), Err(AccountError::MoreNeeded)));

    let progress = world.prove_factor(&recovery, FactorKind::RecoveryCode, at(60)).unwrap();
    assert_eq!(progress, Progress::ReadyAt(at(60 + DAY)));
    let early = world.complete(&recovery, at(60 + DAY - 1));
    assert!(matches!(early, Err(AccountError::CoolingOff { retry_after }) if retry_after.as_secs() == 1));
    world.complete(&recovery, at(60 + DAY)).unwrap();

    assert_eq!(world.events(Action::RecoveryStepProved).len(), 2);
    assert_eq!(world.events(Action::RecoveryCompleted).len(), 1);
    assert_eq!(world.notices(NoticeKind::RecoveryCompleted), 1);
    assert!(matches!(world.complete(&recovery, at(60 + DAY)), Err(AccountError::Rejected)), "once");
}

#[test]
fn the_code_that_stops_it_comes_by_another_way_than_the_code_that_recovers() {
    let world = World::new().with_mail_and_phone();
    let recovery = world.proved();
    world.deliver(at(1));
    let mails = world.kept.bodies_to(MAIL);
    assert!(mails.last().unwrap().contains("asked for a way back"));
    let stop_code = world.kept.last_code_to(PHONE).unwrap();
    assert!(mails.iter().all(|mail| !mail.contains(stop_code.as_str())));

    let object =
        |code: &str| block_on(world.recoveries.object(gate(ANNA, Guess::Recovery, at(2)), ANNA, code, at(2)));
    assert!(matches!(object("123456789012"), Err(AccountError::Rejected)));
    object(&stop_code).unwrap();
    assert!(matches!(object(&stop_code), Err(AccountError::Rejected)), "once");
    assert!(matches!(world.complete(&recovery, at(2 * DAY)), Err(AccountError::Rejected)));
    assert_eq!(world.events(Action::RecoveryCancelled).len(), 1);
    assert_eq!(world.notices(NoticeKind::RecoveryCancelled), 1);
}

#[test]
fn a_session_of_the_owner_sees_what_is_open_and_stops_it() {
    let world = World::new().with_mail_and_phone();
    let recovery = world.proved();
    let open = block_on(world.recoveries.open_cases(ANNA, at(1))).unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!((open[0].reference(), open[0].ready_at()), (recovery.reference(), Some(at(DAY))));
    assert_eq!(block_on(world.recoveries.cancel(ANNA, Actor::Staff(ANNA), at(1))).unwrap(), 1);
    assert_eq!(block_on(world.recoveries.cancel(ANNA, Actor::Staff(ANNA), at(1))).unwrap(), 0);
    assert!(matches!(world.complete(&recovery, at(DAY)), Err(AccountError::Rejected)));
}

#[test]
fn where_nobody_else_can_be_told_there_is_more_time_to_object() {
    let world = World::new();
    world.add(&Contact::safe(mail()));
    let recovery = world.begin();
    world.prove_mail(&recovery, at(0));
    let progress = world.prove_factor(&recovery, FactorKind::RecoveryCode, at(0)).unwrap();
    assert_eq!(progress, Progress::ReadyAt(at(3 * DAY)));
}

#[test]
fn whoever_is_told_late_has_more_time_to_object() {
    for (from, days) in [(5 * 60, 1), (22 * 60, 3)] {
        let world = World::new();
        world.add(&Contact::safe(mail()).at(Hours::between(from, from + 60, "UTC0").unwrap()));
        let recovery = world.begin();
        world.prove_factor(&recovery, FactorKind::Passphrase, at(0)).unwrap();
        let progress = world.prove_factor(&recovery, FactorKind::RecoveryCode, at(0)).unwrap();
        assert_eq!(progress, Progress::ReadyAt(at(days * DAY)), "it is 23:06");
    }
}

#[test]
fn whoever_begins_with_too_low_a_level_does_not_shorten_the_time_to_object() {
    let world = World::new();
    world.add(&Contact::safe(mail()));
    let recovery = world.recoveries.begin(ANNA, Aal::One).unwrap();
    let one = world.prove_factor(&recovery, FactorKind::RecoveryCode, at(0)).unwrap();
    assert_eq!(one, Progress::ReadyAt(at(DAY)));
    world.deliver(at(0));
    assert_eq!(world.prove_mail(&recovery, at(DAY)), Progress::ReadyAt(at(4 * DAY)));
    let early = world.complete(&recovery, at(4 * DAY - 1));
    assert!(matches!(early, Err(AccountError::CoolingOff { .. })));
    world.complete(&recovery, at(4 * DAY)).unwrap();
}

#[test]
fn an_account_without_an_address_gets_back_with_a_saved_code_and_an_authenticator() {
    let world = World::new();
    let recovery = world.begin();
    world.prove_factor(&recovery, FactorKind::Passphrase, at(0)).unwrap();
    let progress = world.prove_factor(&recovery, FactorKind::RecoveryCode, at(0)).unwrap();
    assert_eq!(progress, Progress::ReadyAt(at(3 * DAY)));
    world.complete(&recovery, at(3 * DAY)).unwrap();
}

#[test]
fn the_same_method_twice_is_one_method() {
    use FactorKind::{OutOfBand, Passphrase, RecoveryCode, Totp};
    for kinds in [[RecoveryCode, RecoveryCode], [Passphrase, Totp], [OutOfBand, OutOfBand]] {
        let world = World::new();
        let recovery = world.begin();
        for kind in kinds {
            assert_eq!(
                world.prove_factor(&recovery, kind, at(0)).unwrap(),
                Progress::MoreNeeded,
                "{kinds:?}"
            );
        }
    }
    let world = World::new().with_mail_and_phone();
    let recovery = world.begin();
    world.prove_mail(&recovery, at(0));
    let by_phone = world.prove_factor(&recovery, OutOfBand, at(0)).unwrap();
    assert_eq!(by_phone, Progress::MoreNeeded, "both were sent");
}

#[test]
fn what_two_people_prove_does_not_add_up() {
    let world = World::new().with_mail_and_phone();
    let (hers, his) = (world.begin(), world.begin());
    world.prove_mail(&hers, at(0));
    assert_eq!(world.prove_factor(&his, FactorKind::RecoveryCode, at(0)).unwrap(), Progress::MoreNeeded);
    assert!(matches!(world.complete(&hers, at(5 * DAY)), Err(AccountError::MoreNeeded)));
    assert!(matches!(world.complete(&his, at(5 * DAY)), Err(AccountError::MoreNeeded)));
}

#[test]
fn a_code_that_was_sent_for_one_attempt_is_no_good_for_another() {
    let world = World::new().with_mail_and_phone();
    let (hers, his) = (world.begin(), world.begin());
    world.send_code(&hers, &mail(), at(0)).unwrap();
    let code = world.code(MAIL, at(0));
    let prove = |recovery: &Recovery| {
        let gate = gate(ANNA, Guess::AddressCode, at(0));
        block_on(world.recoveries.prove_address(gate, recovery, &code, at(0)))
    };
    assert!(matches!(prove(&his), Err(AccountError::Rejected)));
    prove(&hers).unwrap();
}

#[test]
fn an_address_that_is_not_the_accounts_or_not_for_codes_gets_nothing() {
    let world = World::new();
    world.add(&Contact::safe(Address::email("friend@example.org").unwrap()).designee());
    world.add(&Contact::not_safe(Address::email("family@example.org").unwrap()));
    let before = world.kept.count();
    for address in ["friend@example.org", "family@example.org", "stranger@example.org"] {
        let recovery = world.begin();
        world.send_code(&recovery, &Address::email(address).unwrap(), at(0)).unwrap();
    }
    world.deliver(at(0));
    assert_eq!(world.kept.count(), before);
}

#[test]
fn a_factor_of_another_account_or_of_long_ago_proves_nothing() {
    let world = World::new();
    let recovery = world.begin();
    let prove = |proved: ProvedFactor| {
        let gate = gate(ANNA, Guess::Recovery, at(1_000));
        block_on(world.recoveries.prove_factor(gate, &recovery, proved, at(1_000)))
    };
    let foreign = factor(BELA, FactorKind::RecoveryCode, at(1_000));
    assert!(matches!(prove(foreign), Err(AccountError::OtherProof)));
    let old = factor(ANNA, FactorKind::RecoveryCode, at(1_000 - 601));
    assert!(matches!(prove(old), Err(AccountError::OtherProof)));
    let future = factor(ANNA, FactorKind::RecoveryCode, at(1_000 + 601));
    assert!(matches!(prove(future), Err(AccountError::OtherProof)));
}

#[test]
fn an_account_that_rose_meanwhile_asks_for_what_it_is_now() {
    let world = World::new().with_mail_and_phone();
    let recovery = world.recoveries.begin(ANNA, Aal::One).unwrap();
    assert!(matches!(world.prove_mail(&recovery, at(0)), Progress::ReadyAt(_)));
    assert!(matches!(world.complete(&recovery, at(5 * DAY)), Err(AccountError::MoreNeeded)));
}

#[test]
fn an_account_that_is_said_to_have_fallen_still_asks_for_what_it_was() {
    let world = World::new().with_mail_and_phone();
    let recovery = world.begin();
    world.prove_mail(&recovery, at(0));
    let gate = gate(ANNA, Guess::Recovery, at(5 * DAY));
    let lowered = block_on(world.recoveries.complete(gate, &recovery, Aal::One, at(5 * DAY)));
    assert!(matches!(lowered, Err(AccountError::MoreNeeded)));
}

#[test]
fn what_is_not_taken_in_time_is_over() {
    let world = World::new().with_mail_and_phone();
    let recovery = world.proved();
    assert!(matches!(world.complete(&recovery, at(9 * DAY)), Err(AccountError::Rejected)));
    assert!(block_on(world.recoveries.open_cases(ANNA, at(9 * DAY))).unwrap().is_empty());
}

#[test]
fn a_clock_that_goes_back_opens_nothing_early_and_keeps_no_place() {
    let world = World::new().with_mail_and_phone();
    let recovery = world.proved();
    assert!(matches!(world.complete(&recovery, at(-DAY)), Err(AccountError::Rejected)));
    for _ in 0..4 {
        let later = world.begin();
        world.prove_factor(&later, FactorKind::RecoveryCode, at(-DAY)).unwrap();
    }
}

#[test]
fn as_many_are_open_as_are_kept_and_one_that_ends_ends_all() {
    let world = World::new().with_mail_and_phone();
    let open: Vec<_> = (0..4).map(|_| world.proved()).collect();
    let fifth = world.begin();
    let refused = world.prove_factor(&fifth, FactorKind::RecoveryCode, at(0));
    assert!(matches!(refused, Err(AccountError::TooManyOpen)));
    world.complete(&open[2], at(2 * DAY)).unwrap();
    assert!(matches!(world.complete(&open[0], at(2 * DAY)), Err(AccountError::Rejected)));
}

#[test]
fn a_gate_for_something_else_lets_no_step_through() {
    let world = World::new().with_mail_and_phone();
    let recovery = world.proved();
    let other = || gate(ANNA, Guess::Passphrase, at(2 * DAY));
    let refused = block_on(world.recoveries.complete(other(), &recovery, Aal::Two, at(2 * DAY)));
    assert!(matches!(refused, Err(AccountError::Throttle(ThrottleError::OtherGate))));
    let refused = block_on(world.recoveries.object(other(), ANNA, "1", at(2 * DAY)));
    assert!(matches!(refused, Err(AccountError::Throttle(ThrottleError::OtherGate))));
    let id = AuthenticatorId::from_bytes([1; 16]);
    let proved = ProvedFactor::assume_proved(ANNA, FactorKind::Totp, id, at(2 * DAY));
    let refused = block_on(world.recoveries.prove_factor(other(), &recovery, proved, at(2 * DAY)));
    assert!(matches!(refused, Err(AccountError::Throttle(ThrottleError::OtherGate))));
}

#[test]
fn a_recovery_is_kept_between_steps_as_bytes() {
    let world = World::new().with_mail_and_phone();
    let kept = world.begin().to_bytes();
    world.prove_mail(&Recovery::from_bytes(&kept).unwrap(), at(0));
    let again = Recovery::from_bytes(&kept).unwrap();
    let progress = world.prove_factor(&again, FactorKind::RecoveryCode, at(0)).unwrap();
    assert!(matches!(progress, Progress::ReadyAt(_)));
    for len in 0..kept.len() {
        assert!(Recovery::from_bytes(&kept[..len]).is_err());
    }
    assert!(Recovery::from_bytes(&[&kept[..32], &[9]].concat()).is_err());
}

#[test]
fn to_come_too_early_is_no_guess() {
    let world = World::new().with_mail_and_phone();
    let recovery = world.begin();
    world.prove_mail(&recovery, at(0));
    let keys = DeviceKeys::new(DeviceKey::from_bytes(1, &[0; 32]));
    let throttle = Throttle::new(&Store::memory().assume_sealed(), Profile::nist_cap_100(), keys);
    let knock = |now| block_on(throttle.knock(ANNA, Guess::Recovery, &Client::unknown(), now));
    for _ in 0..20 {
        let early = world.recoveries.complete(knock(at(0)).unwrap(), &recovery, Aal::Two, at(0));
        assert!(matches!(block_on(early), Err(AccountError::MoreNeeded)));
    }
    world.prove_factor(&recovery, FactorKind::RecoveryCode, at(1)).unwrap();
    for _ in 0..20 {
        let early = world.recoveries.complete(knock(at(2)).unwrap(), &recovery, Aal::Two, at(2));
        assert!(matches!(block_on(early), Err(AccountError::CoolingOff { .. })));
    }
}

#[test]
fn a_code_is_sent_to_a_known_address_however_its_letters_are_typed() {
    let world = World::new().with_mail_and_phone();
    let recovery = world.begin();
    let typed = mail().expose().to_uppercase();
    world.send_code(&recovery, &Address::email(&typed).unwrap(), at(0)).unwrap();
    let code = world.code(MAIL, at(0));
    let gate = gate(ANNA, Guess::AddressCode, at(0));
    let proved = block_on(world.recoveries.prove_address(gate, &recovery, &code, at(0)));
    assert_eq!(proved.unwrap(), Progress::MoreNeeded);
}
