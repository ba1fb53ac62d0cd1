use super::support::{ANNA, BELA, CLEO, DAY, World, at};
use leeward_credentials::{AccountError, Progress, RecoveryPolicy, RecoveryReference};
use leeward_event::{
    Action, Actor,
    assurance::{Aal, FactorKind},
};
use leeward_notify::{Kept, NoticeKind};
use pollster::block_on;

fn vouch(
    world: &World,
    reference: RecoveryReference,
    by: leeward_event::StaffId,
) -> Result<Progress, AccountError> {
    block_on(world.recoveries.vouch(ANNA, reference, Aal::Two, by, at(0)))
}

fn approve(
    world: &World,
    reference: RecoveryReference,
    by: leeward_event::StaffId,
) -> Result<Progress, AccountError> {
    block_on(world.recoveries.approve(ANNA, reference, by, at(0)))
}

#[test]
fn two_members_of_staff_stand_in_for_one_method() {
    let world = World::new().with_mail_and_phone();
    let recovery = world.begin();
    let reference = RecoveryReference::parse(&recovery.reference().to_string().to_uppercase()).unwrap();
    assert_eq!(vouch(&world, reference, BELA).unwrap(), Progress::MoreNeeded);
    assert_eq!(world.notices(NoticeKind::RecoveryStarted), 1, "the owner is told at once");
    assert_eq!(approve(&world, reference, CLEO).unwrap(), Progress::MoreNeeded, "staff alone get nowhere");
    let progress = world.prove_factor(&recovery, FactorKind::RecoveryCode, at(0)).unwrap();
    assert_eq!(progress, Progress::ReadyAt(at(DAY)));
    world.complete(&recovery, at(DAY)).unwrap();

    let approvals = world.events(Action::RecoveryApproved);
    let by: Vec<_> = approvals.iter().map(leeward_event::Event::who).collect();
    assert_eq!(by, [Actor::Staff(BELA), Actor::Staff(CLEO)]);
    assert!(approvals.iter().all(|event| event.belongs_with() == approvals[0].belongs_with()));
}

#[test]
fn nobody_takes_two_parts_and_nobody_approves_their_own() {
    let world = World::new();
    let reference = world.begin().reference();
    assert!(matches!(approve(&world, reference, CLEO), Err(AccountError::Rejected)), "nothing is open");
    assert!(matches!(vouch(&world, reference, ANNA), Err(AccountError::SamePerson)));
    vouch(&world, reference, BELA).unwrap();
    assert!(matches!(approve(&world, reference, BELA), Err(AccountError::SamePerson)));
    assert!(matches!(approve(&world, reference, ANNA), Err(AccountError::SamePerson)));
    assert!(matches!(vouch(&world, reference, CLEO), Err(AccountError::SamePerson)), "one vouches");
    approve(&world, reference, CLEO).unwrap();
    assert!(matches!(vouch(&world, reference, CLEO), Err(AccountError::SamePerson)));
}

#[test]
fn approval_without_a_voucher_is_nothing() {
    let world = World::new().with_mail_and_phone();
    let recovery = world.begin();
    world.prove_mail(&recovery, at(0));
    assert!(matches!(approve(&world, recovery.reference(), CLEO), Err(AccountError::MoreNeeded)));
}

#[test]
fn the_highest_level_takes_both() {
    let world = World::new();
    let recovery = world.recoveries.begin(ANNA, Aal::Three).unwrap();
    world.prove_factor(&recovery, FactorKind::RecoveryCode, at(0)).unwrap();
    let two = world.prove_factor(&recovery, FactorKind::Passphrase, at(0)).unwrap();
    assert_eq!(two, Progress::MoreNeeded);
    vouch(&world, recovery.reference(), BELA).unwrap();
    assert!(matches!(approve(&world, recovery.reference(), CLEO).unwrap(), Progress::ReadyAt(_)));
}

#[test]
fn staff_alone_suffice_only_where_that_was_chosen_and_the_owner_alone_completes() {
    let policy = RecoveryPolicy::new().dangerous_approval_suffices();
    let world = World::with(&leeward_test_store::store(), Kept::new(), policy).with_mail_and_phone();
    let recovery = world.begin();
    vouch(&world, recovery.reference(), BELA).unwrap();
    assert_eq!(approve(&world, recovery.reference(), CLEO).unwrap(), Progress::ReadyAt(at(DAY)));
    let theirs = world.begin();
    assert!(matches!(world.complete(&theirs, at(DAY)), Err(AccountError::Rejected)));
    world.complete(&recovery, at(DAY)).unwrap();
}

#[test]
fn a_case_in_which_nothing_was_proved_gives_way() {
    let world = World::new();
    let recovery = world.begin();
    for _ in 0..5 {
        vouch(&world, world.begin().reference(), BELA).unwrap();
    }
    assert_eq!(world.events(Action::RecoveryCancelled).len(), 1);
    world.prove_factor(&recovery, FactorKind::RecoveryCode, at(0)).unwrap();
    for _ in 0..4 {
        vouch(&world, world.begin().reference(), BELA).unwrap();
    }
    world.prove_factor(&recovery, FactorKind::Passphrase, at(0)).unwrap();
    world.complete(&recovery, at(3 * DAY)).unwrap();
}

#[test]
fn what_is_no_reference_is_refused() {
    for text in [
        "",
        "lusab",
        "lusab-babad-gutih-tugad-hofi",
        "lusab-babad-gutih-tugad-hofik-b",
        "lusab-babad-gutih-tugad-xxxxx",
    ] {
        assert!(matches!(RecoveryReference::parse(text), Err(AccountError::Rejected)), "{text}");
    }
    let reference = World::new().begin().reference();
    assert_eq!(RecoveryReference::parse(&reference.to_string()).unwrap(), reference);
    assert_eq!(reference.to_string().len(), 29);
}
