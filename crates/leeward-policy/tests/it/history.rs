//! Random histories of one counsellor and one conversation against a model in a few lines.

use crate::support::{ANNA, BELA, HERE, aal2, at, denied, emergency, note, review, staffed, store};
use leeward_policy::{
    AccessRequest, By, GrantState, OverrideReason, PolicyError, Purpose, Role, WriteCaseNote,
};
use pollster::block_on;
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    Wait(i64),
    Assign,
    Unassign,
    Recuse,
    Suspend,
    Reinstate,
    GiveRole,
    TakeRole,
    BreakGlass(i64),
    CloseGlass,
    Review,
}

struct Model {
    minute: i64,
    counsels: bool,
    assigned: bool,
    recused: bool,
    suspended: bool,
    glass_until: i64,
    unreviewed: bool,
}

impl Model {
    fn may_work(&self) -> bool {
        self.counsels && !self.recused && !self.suspended
    }

    fn reads(&self, purpose: Purpose) -> bool {
        let by = match purpose {
            Purpose::Treatment => self.assigned,
            _ => self.minute < self.glass_until,
        };
        self.may_work() && by
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1_i64..200).prop_map(Step::Wait),
        3 => Just(Step::Assign),
        1 => Just(Step::Unassign),
        1 => Just(Step::Recuse),
        1 => Just(Step::Suspend),
        2 => Just(Step::Reinstate),
        2 => Just(Step::GiveRole),
        1 => Just(Step::TakeRole),
        3 => (-10_i64..300).prop_map(Step::BreakGlass),
        1 => Just(Step::CloseGlass),
        2 => Just(Step::Review),
    ]
}

/// Where each step is a write to a disk, fewer.
fn cases() -> u32 {
    let in_memory = std::env::var("LEEWARD_TEST_STORE").map_or(true, |store| store == "memory");
    if in_memory { 150 } else { 20 }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]
    #[test]
    fn access_is_what_the_model_says(steps in prop::collection::vec(step(), 1..40)) {
        let policies = staffed(&store());
        let mut model = Model {
            minute: 1,
            counsels: true,
            assigned: false,
            recused: false,
            suspended: false,
            glass_until: 0,
            unreviewed: false,
        };
        for step in steps {
            let now = at(model.minute);
            match step {
                Step::Wait(minutes) => model.minute += minutes,
                Step::Assign => {
                    let assigned = block_on(policies.assign(ANNA, HERE, aal2(BELA), now)).is_ok();
                    prop_assert_eq!(assigned, !model.suspended && !model.recused);
                    model.assigned |= assigned;
                }
                Step::Unassign => {
                    block_on(policies.unassign(ANNA, HERE, aal2(BELA), now)).unwrap();
                    model.assigned = false;
                }
                Step::Recuse => {
                    block_on(policies.recuse(ANNA, HERE, By::ServiceUnchecked, now)).unwrap();
                    (model.recused, model.assigned, model.glass_until) = (true, false, 0);
                }
                Step::Suspend => {
                    block_on(policies.suspend(ANNA, By::ServiceUnchecked, now)).unwrap();
                    model.suspended = true;
                }
                Step::Reinstate => {
                    block_on(policies.reinstate(ANNA, By::ServiceUnchecked, now)).unwrap();
                    model.suspended = false;
                }
                Step::GiveRole => {
                    block_on(policies.grant_role(ANNA, Role::Counsellor, By::ServiceUnchecked, now)).unwrap();
                    model.counsels = true;
                }
                Step::TakeRole => {
                    block_on(policies.revoke_role(ANNA, Role::Counsellor, By::ServiceUnchecked, now)).unwrap();
                    model.counsels = false;
                }
                Step::BreakGlass(minutes) => {
                    let until = at(model.minute + minutes);
                    let why = OverrideReason::ProfessionalJudgement;
                    match block_on(policies.open_break_glass(aal2(ANNA), HERE, &emergency(why), until, now)) {
                        Ok(_) => {
                            prop_assert!(model.may_work() && !model.unreviewed && (1..=240).contains(&minutes));
                            model.unreviewed = true;
                            model.glass_until = model.minute + minutes;
                        }
                        Err(PolicyError::BreakGlassWindow) => prop_assert!(!(1..=240).contains(&minutes)),
                        Err(error) => prop_assert!(!model.may_work() || model.unreviewed, "{:?}", error),
                    }
                }
                Step::Review => {
                    let there = block_on(policies.break_glass_of(ANNA)).unwrap();
                    let waits = there.is_some_and(|grant| grant.state != GrantState::Reviewed);
                    prop_assert_eq!(waits, model.unreviewed);
                    if waits {
                        review(&policies, BELA, ANNA, now).unwrap();
                        (model.glass_until, model.unreviewed) = (0, false);
                    }
                }
                Step::CloseGlass => {
                    block_on(policies.close_break_glass(ANNA, HERE, aal2(BELA), now)).unwrap();
                    model.glass_until = 0;
                }
            }
            let now = at(model.minute);
            for purpose in [Purpose::Treatment, Purpose::BreakTheGlass] {
                let reads = denied(&policies, &note(ANNA, purpose), now).is_none();
                prop_assert_eq!(reads, model.reads(purpose), "{:?} at {}", purpose, model.minute);
                let write = AccessRequest::<WriteCaseNote>::new(aal2(ANNA), HERE, purpose);
                let may_write = purpose == Purpose::Treatment && model.reads(purpose);
                prop_assert_eq!(denied(&policies, &write, now).is_none(), may_write);
            }
        }
    }
}
