//! What a decision costs beside time, and that it is made by one policy.

use crate::support::{ANNA, at, note, standing};
use leeward_policy::{
    AccessRequest, Decision, Facts, Obligation, Operation, PolicyInForce, PolicySet, Purpose, ReadCaseNote,
    Rule, Set, Standing,
};
use std::sync::atomic::{AtomicBool, Ordering};

fn behind_glass() -> (AccessRequest<ReadCaseNote>, Standing) {
    (note(ANNA, Purpose::BreakTheGlass), Standing { glass_broken: true, ..standing() })
}

#[test]
fn a_decision_allocates_nothing() {
    let policy = PolicySet::default_policy();
    let (request, standing) = behind_glass();
    let counted = allocation_counter::measure(|| {
        let Decision::Permit(conditional) = policy.decide(&request, &standing, at(1)) else { panic!() };
        let mut duties = 0;
        let permit = conditional.discharge(|obligation| {
            duties += usize::from(obligation != Obligation::Audit);
            Ok::<_, ()>(())
        });
        assert_eq!((permit.unwrap().staff(), duties), (Some(ANNA), 4));
    });
    assert_eq!(counted.count_total, 0, "a permit, and meeting its obligations");

    let denied = Standing { suspended: true, ..standing };
    let counted = allocation_counter::measure(|| {
        assert!(!policy.decide(&request, &denied, at(1)).is_permitted());
    });
    assert_eq!(counted.count_total, 0, "a denial");

    let facts = Facts::from_set(Set::EMPTY).unwrap();
    let counted = allocation_counter::measure(|| {
        let evaluation = policy.evaluate(Operation::ReadCaseNote, Purpose::Treatment, facts);
        assert_eq!(policy.determining(&evaluation).count(), 2);
    });
    assert_eq!(counted.count_total, 0, "which rules decided");
}

/// Two policies that permit the same by rules of different names, swapped while decisions are made.
#[test]
fn every_decision_is_made_by_one_whole_policy() {
    let old = PolicySet::default_policy();
    let renamed = old.rules().iter().cloned().map(|rule| rule.version(2)).collect::<Vec<Rule>>();
    let new = PolicySet::new(2, renamed).unwrap();
    let (one, other) = (old.hash(), new.hash());
    let in_force = PolicyInForce::new(old.clone());
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let deciders = [(); 3].map(|()| {
            scope.spawn(|| {
                let (request, standing) = behind_glass();
                let mut seen = [0_u32; 2];
                while !over.load(Ordering::Relaxed) || seen == [0; 2] {
                    let policy = in_force.current();
                    let decision = policy.decide(&request, &standing, at(1));
                    let by = decision.evaluation().unwrap().policy();
                    assert!(decision.is_permitted() && by == policy.hash() && (by == one || by == other));
                    let editions = policy.determining(decision.evaluation().unwrap()).map(Rule::edition);
                    assert!(editions.eq([if by == one { 1 } else { 2 }]), "a torn policy");
                    seen[usize::from(by == other)] += 1;
                }
            })
        });
        for turn in 0..200 {
            let gone = in_force.replace(if turn % 2 == 0 { new.clone() } else { old.clone() });
            assert_eq!(gone.hash(), if turn % 2 == 0 { one } else { other });
        }
        over.store(true, Ordering::Relaxed);
        deciders.into_iter().for_each(|decider| decider.join().unwrap());
    });
}
