//! What is asked of every database and of memory.

use crate::{
    mapping::kept,
    world::{MAPPED, Record},
};
use leeward_policy::{Fact, Facts, Filter, Known, Operation, PolicySet, Purpose, Residual, Set};
use proptest::{collection::vec, prelude::*, sample::select};

/// Point decisions are compared at one record in so many, other ones for each list.
const EVERY: usize = 23;

/// Filters of any form, not only of those that rules compile to.
pub(crate) fn any_filter() -> impl Strategy<Value = Filter> {
    let leaf = prop_oneof![
        1 => Just(Filter::All),
        1 => Just(Filter::Nothing),
        20 => select(MAPPED.to_vec()).prop_map(Filter::Is),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|filter| Filter::Not(Box::new(filter))),
            vec(inner.clone(), 0..4).prop_map(Filter::And),
            vec(inner, 0..4).prop_map(Filter::Or),
        ]
    })
}

/// People of every role, signed in well and badly.
pub(crate) fn requesters() -> Vec<Set<Fact>> {
    let roles = [
        Fact::Counsellor,
        Fact::Supervisor,
        Fact::Moderator,
        Fact::Auditor,
        Fact::Administrator,
        Fact::Seeker,
        Fact::PeerSupporter,
        Fact::PrivacyOfficer,
        Fact::Service,
        Fact::WorkgroupManager,
    ];
    let well = [Fact::AalTwo, Fact::AalThree, Fact::Fresh, Fact::Trained, Fact::OnDuty, Fact::GlassEligible];
    let of = |role, rest: &[Fact]| Set::of(rest).with(role);
    roles
        .into_iter()
        .flat_map(|role| {
            let suspended = of(role, &well).with(Fact::Suspended);
            [of(role, &well), of(role, &well[..1]), of(role, &[Fact::AalTwo, Fact::Trained]), suspended]
        })
        .collect()
}

/// Every list that anybody of these can ask for under the default policy: who, what for, and what is left.
pub(crate) fn lists() -> Vec<(Operation, Purpose, Set<Fact>, Residual)> {
    let policy = PolicySet::default_policy();
    let mut lists = Vec::new();
    for requester in requesters() {
        for &operation in Operation::ALL {
            for &purpose in Purpose::ALL {
                let known = Known::of_requester(requester).unwrap();
                lists.push((operation, purpose, requester, policy.residual(operation, purpose, known)));
            }
        }
    }
    lists
}

/// Runs every distinct filter once, and compares with memory and, where a record tells all, with the point
/// decision.
pub(crate) fn agrees(records: &[Record], mut listed: impl FnMut(&Filter) -> Vec<i64>) {
    let policy = PolicySet::default_policy();
    let mut answers = std::collections::HashMap::new();
    let mut some = 0;
    for (at, (operation, purpose, requester, residual)) in lists().into_iter().enumerate() {
        let filter = residual.filter();
        let ids = answers.entry(filter.to_string()).or_insert_with(|| {
            let ids = listed(&filter);
            assert_eq!(ids, kept(&filter, records), "{filter}");
            ids
        });
        some += usize::from(!ids.is_empty());
        for record in records.iter().skip(at % EVERY).step_by(EVERY) {
            let Some(facts) = record.facts().and_then(|facts| Facts::from_set(facts.or(requester))) else {
                continue;
            };
            let permitted = policy.permits(operation, purpose, facts);
            assert_eq!(ids.contains(&record.id), permitted, "{operation:?} {purpose:?} {facts:?}: {filter}");
        }
    }
    assert!(some > 100, "{some} lists are not empty");
    assert!(answers.len() > 20, "{} filters", answers.len());
}
