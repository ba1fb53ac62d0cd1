use crate::{
    peers::{Cedar, Scope},
    turns::{Contestant, medians, verdict},
};
use leeward_policy::{
    Fact, Facts, Known, Operation, PolicySet, Purpose, RowPredicates, Set, cedar::cedar_policy::Decision,
};

const TARGET: f64 = 200.0;
const ASKED: (Operation, Purpose) = (Operation::ReadTranscript, Purpose::Treatment);

/// A conversation, and what of it a counsellor's rules look at.
struct Row {
    facts: Set<Fact>,
}

/// Which of so many conversations one counsellor may read.
pub(crate) fn measure(rounds: usize, conversations: usize) {
    let policy = PolicySet::default_policy();
    let counsellor = Set::of(&[Fact::Counsellor, Fact::Trained, Fact::AalTwo, Fact::OnDuty]);
    let rows = (0..conversations).map(row).collect::<Vec<_>>();
    let facts = rows.iter().map(|row| Facts::from_set(counsellor.or(row.facts)).unwrap()).collect::<Vec<_>>();
    let predicates = predicates();
    let filtered = || {
        let residual = policy.residual(ASKED.0, ASKED.1, Known::of_requester(counsellor).unwrap());
        let filter = predicates.compile(residual.filter()).unwrap();
        rows.iter().filter(|row| filter.keeps(row)).count()
    };
    let one_by_one = || facts.iter().filter(|facts| policy.permits(ASKED.0, ASKED.1, **facts)).count();
    let cedars = [Scope::Operation, Scope::Whole].map(|scope| Cedar::of(&policy, scope));
    let [parts, whole] =
        cedars.each_ref().map(|cedar| || facts.iter().filter(|facts| asks(cedar, **facts)).count());
    let visible = filtered();
    assert_eq!([one_by_one(), parts(), whole()], [visible; 3]);
    println!("\n{conversations} conversations, of which one counsellor may read {visible}; {rounds} rounds");

    let mut contestants = [
        Contestant::new("leeward, filter made and run", 20, filtered),
        Contestant::new("leeward, one by one", 20, one_by_one),
        Contestant::new("Cedar, one by one, rules of the operation", 1, parts),
        Contestant::new("Cedar, one by one, all rules", 1, whole),
    ];
    let taken = medians(&mut contestants, rounds, 1);
    println!("{:44} {:>10} {:>9}", "", "µs a list", "times");
    for (contestant, ns) in contestants.iter().zip(&taken) {
        println!("{:44} {:>10.1} {:>9.1}", contestant.name, ns / 1e3, ns / taken[0]);
    }
    let holds = taken[2] >= TARGET * taken[0];
    println!("target, Cedar's loop, rules of the operation: {TARGET} times: {}", verdict(holds));
}

fn asks(cedar: &Cedar, facts: Facts) -> bool {
    let request = cedar.build(ASKED.0, ASKED.1, facts);
    cedar.authorize(ASKED.0, &request).decision() == Decision::Allow
}

/// Every tenth is assigned to the counsellor, who has a conflict of interest in every fifth of these.
fn row(at: usize) -> Row {
    let states = [
        (Fact::Assigned, at.is_multiple_of(10)),
        (Fact::ConflictOfInterest, at.is_multiple_of(50)),
        (Fact::SameTeam, at.is_multiple_of(3)),
        (Fact::Restricted, at.is_multiple_of(7)),
        (Fact::Consented, at.is_multiple_of(2)),
        (Fact::Recent, !at.is_multiple_of(11)),
    ];
    Row {
        facts: states
            .into_iter()
            .filter(|(_, holds)| *holds)
            .fold(Set::EMPTY, |set, (fact, _)| set.with(fact)),
    }
}

fn predicates() -> RowPredicates<Row> {
    let read = |predicates: RowPredicates<Row>, fact: &Fact| {
        let fact = *fact;
        predicates.with(fact, move |row: &Row| Some(row.facts.contains(fact)))
    };
    Fact::ALL.iter().fold(RowPredicates::new(), read)
}
