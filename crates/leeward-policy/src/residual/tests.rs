use super::*;
use crate::{Fact, Facts, Rule, Set, Thresholds};
use proptest::{collection::vec, prelude::*, sample::subsequence};

/// Enough of both sides for every way of folding, few enough to try every record.
const SOME: [Fact; 9] = [
    Fact::Counsellor,
    Fact::AalTwo,
    Fact::Suspended,
    Fact::Assigned,
    Fact::ConflictOfInterest,
    Fact::Consented,
    Fact::Restricted,
    Fact::Recent,
    Fact::Service3,
];

fn unchecked(rules: Vec<Rule>) -> PolicySet {
    PolicySet::unchecked(1, Thresholds::USUAL, rules)
}

fn some() -> impl Strategy<Value = Vec<Fact>> {
    subsequence(SOME.to_vec(), 0..=3)
}

fn rule(at: usize) -> impl Strategy<Value = Rule> {
    let purposes = subsequence(vec![Purpose::Treatment, Purpose::Operations], 1..=2);
    (any::<bool>(), purposes, some(), some(), some(), any::<bool>()).prop_map(
        move |(permits, purposes, all, none, alternatives, notifies)| {
            let id = format!("rule-{at}");
            let rule = if permits { Rule::permit(id) } else { Rule::deny(id) };
            let rule = rule.to(&[Operation::ReadMetadata]).for_purposes(&purposes);
            let rule = rule.all(&all).none(&none).any(&alternatives);
            if notifies && permits { rule.obliging(&[Obligation::DiscloseToPerson]) } else { rule }
        },
    )
}

fn policy() -> impl Strategy<Value = PolicySet> {
    let rules = vec((any::<u8>(), Just(())), 0..12)
        .prop_flat_map(|seeds| (0..seeds.len()).map(rule).collect::<Vec<_>>());
    rules.prop_map(unchecked)
}

fn subsets(of: &[Fact]) -> impl Iterator<Item = Set<Fact>> {
    (0..1_usize << of.len()).map(move |bits| {
        let chosen = of.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1);
        chosen.fold(Set::EMPTY, |set, (_, fact)| set.with(*fact))
    })
}

/// Facts about the requester are always known.
fn requester_and(decided: &[Fact]) -> Vec<Fact> {
    SOME.iter().copied().filter(|fact| side::is_of_requester(*fact) || decided.contains(fact)).collect()
}

fn size(filter: &Filter) -> usize {
    match filter {
        Filter::Not(other) => 1 + size(other),
        Filter::And(parts) | Filter::Or(parts) => 1 + parts.iter().map(size).sum::<usize>(),
        Filter::All | Filter::Nothing | Filter::Is(_) => 1,
    }
}

fn plain(filter: &Filter, within: bool) -> bool {
    match filter {
        Filter::All | Filter::Nothing => !within,
        Filter::Is(_) => true,
        Filter::Not(other) => !matches!(**other, Filter::Not(_)) && plain(other, true),
        Filter::And(parts) | Filter::Or(parts) => {
            let twice =
                parts.iter().enumerate().any(|(at, part)| parts.iter().skip(at + 1).any(|p| p == part));
            parts.len() > 1 && !twice && parts.iter().all(|part| plain(part, true))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Over every record, for any rules, and for whichever part of the facts is known beforehand.
    #[test]
    fn a_filter_lets_through_what_the_rules_permit(policy in policy(), decided in subsequence(SOME.to_vec(), 0..=9)) {
        let decided = requester_and(&decided);
        let open = SOME.iter().copied().filter(|fact| !decided.contains(fact)).collect::<Vec<_>>();
        for holds in subsets(&decided) {
            let none = Known::of_requester(Set::EMPTY).unwrap();
            let known = decided.iter().fold(none, |known, &fact| known.with(fact, holds.contains(fact)));
            let residual = policy.residual(Operation::ReadMetadata, Purpose::Treatment, known);
            let (filter, bare) = (residual.filter(), residual.filter_meeting(|_| false));
            prop_assert!(plain(&filter, false), "{filter}");
            prop_assert!(size(&filter) <= 200, "{filter}");
            for record in subsets(&open) {
                let facts = Facts::from_set(record.or(holds)).unwrap();
                let permitted = policy.permits(Operation::ReadMetadata, Purpose::Treatment, facts);
                prop_assert_eq!(filter.matches(record), permitted, "{} on {:?}", &filter, facts);
                let mut rules = policy.rules().iter();
                let obliges = rules.any(|rule| {
                    rule.applies_to(Operation::ReadMetadata, Purpose::Treatment)
                        && rule.matches(facts)
                        && rule.obligations().iter().next().is_some()
                });
                prop_assert_eq!(bare.matches(record), permitted && !obliges);
            }
        }
    }
}

#[test]
fn nothing_is_left_of_no_rules_and_of_a_denial_of_all() {
    let known = Known::of_requester(Set::EMPTY).unwrap();
    let of = |rules| unchecked(rules).residual(Operation::ReadMetadata, Purpose::Treatment, known);
    let permit = Rule::permit("a").to(&[Operation::ReadMetadata]);
    assert_eq!(of(Vec::new()).filter(), Filter::Nothing);
    assert_eq!(of(vec![permit.clone()]).filter(), Filter::All);
    let deny = Rule::deny("b").to(&[Operation::ReadMetadata]);
    assert_eq!(of(vec![permit, deny]).filter(), Filter::Nothing);
}

/// For eleven facts there are 177,147 conditions to try; the filter is longer without, and says the same.
#[test]
fn very_many_rules_are_not_shortened_beyond_a_bound() {
    let facts = &Fact::ALL[Fact::ALL.len() - 11..];
    let all = Set::of(facts);
    let exactly = |(at, holds): (usize, Set<Fact>)| {
        let holding = holds.iter().collect::<Vec<_>>();
        let rest = all.minus(holds).iter().collect::<Vec<_>>();
        Rule::permit(format!("r{at}")).to(&[Operation::ReadMetadata]).all(&holding).none(&rest)
    };
    let policy = unchecked(subsets(facts).enumerate().map(exactly).collect());
    let known = Known::of_requester(Set::EMPTY).unwrap();
    let filter = policy.residual(Operation::ReadMetadata, Purpose::Treatment, known).filter();
    assert!(matches!(&filter, Filter::Or(terms) if terms.len() == 2_048), "{filter}");
    assert!(subsets(facts).all(|record| filter.matches(record)));
}

#[test]
fn a_fact_about_a_record_is_not_taken_as_known() {
    for &fact in Fact::ALL {
        let known = Known::of_requester(Set::of(&[fact]));
        assert_eq!(known.is_ok(), side::is_of_requester(fact), "{fact:?}");
    }
    let error = Known::of_requester(Set::of(&[Fact::Counsellor, Fact::Assigned])).unwrap_err();
    assert_eq!(error.to_string(), "`assigned` is a fact about each record: leave it to the filter");
}

#[test]
fn what_is_the_same_for_the_whole_list_is_asked_of_no_record() {
    let rule = Rule::permit("a")
        .to(&[Operation::ReadMetadata])
        .all(&[Fact::Closed])
        .any(&[Fact::Service0, Fact::Recent]);
    let policy = unchecked(vec![rule]);
    let filter =
        |known| policy.residual(Operation::ReadMetadata, Purpose::Treatment, known).filter().to_string();
    let known = Known::of_requester(Set::EMPTY).unwrap();
    assert_eq!(filter(known), "closed and (recent or service-0)");
    assert_eq!(filter(known.with(Fact::Closed, true)), "recent or service-0");
    assert_eq!(filter(known.with(Fact::Closed, true).with(Fact::Service0, false)), "recent");
    assert_eq!(filter(known.with(Fact::Closed, false)), "nothing");
    assert_eq!(filter(known.with(Fact::Service0, true)), "closed");
}

#[test]
fn terms_that_differ_in_a_sign_become_one() {
    let permit = |id: &'static str| Rule::permit(id).to(&[Operation::ReadMetadata]);
    let rules = vec![
        permit("a").all(&[Fact::Assigned, Fact::Recent]),
        permit("b").all(&[Fact::Assigned]).none(&[Fact::Recent]),
        permit("c").all(&[Fact::Assigned, Fact::Closed]),
    ];
    let known = Known::of_requester(Set::EMPTY).unwrap();
    let residual = unchecked(rules).residual(Operation::ReadMetadata, Purpose::Treatment, known);
    assert_eq!(residual.filter(), Filter::Is(Fact::Assigned));
}
