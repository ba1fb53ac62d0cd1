//! Lists: rules compile to a filter, and the filter to SQL that SQLite runs.

use crate::input::Input;
use leeward_policy::{
    Column, Dialect, Fact, Facts, Filter, Known, Member, Obligation, Operation, PolicySet, Purpose, Rule,
    Set, SqlMapping, Value,
};
use rusqlite::{Connection, params_from_iter};

/// Facts about a record, each a column of its own.
const COLUMNS: [(Fact, &str); 6] = [
    (Fact::Assigned, "assigned"),
    (Fact::SameTeam, "same_team"),
    (Fact::ConflictOfInterest, "conflict"),
    (Fact::Consented, "consented"),
    (Fact::Recent, "recent"),
    (Fact::Closed, "closed"),
];

const REQUESTER: [Fact; 4] = [Fact::Counsellor, Fact::AalTwo, Fact::Trained, Fact::Suspended];

thread_local! {
    static RECORDS: Connection = records();
}

/// Whatever the rules and whoever asks, the rows listed are those that the rules permit one by one; and any
/// filter lists the rows that it lets through in memory.
pub fn policy_list(data: &[u8]) {
    let mut input = Input::new(data);
    compare(&filter(&mut input, 5));
    let rules = (0..input.byte() % 8).map(|at| rule(at, &mut input)).chain(guards()).collect();
    let Ok(policy) = PolicySet::new(1, rules) else { return };
    let requester = subset(&REQUESTER, input.byte());
    let Ok(known) = Known::of_requester(requester) else { return };
    let residual = policy.residual(Operation::ReadMetadata, Purpose::Treatment, known);
    let filter = residual.filter();
    compare(&filter);
    for record in (0..64).map(of_record) {
        let Some(facts) = Facts::from_set(requester.or(record)) else { continue };
        let permitted = policy.permits(Operation::ReadMetadata, Purpose::Treatment, facts);
        assert_eq!(filter.matches(record), permitted, "{filter}");
    }
}

fn compare(filter: &Filter) {
    let clause = mapping().clause(filter, Dialect::Sqlite, &[], 1).expect("all facts are mapped");
    let matching = (0..64).filter(|bits| filter.matches(of_record(*bits))).map(i64::from);
    let query = format!("SELECT id FROM record WHERE {} ORDER BY id", clause.text());
    let listed = RECORDS.with(|records| {
        let mut statement = records.prepare(&query).expect("SQL");
        let values = clause.parameters().iter().map(|value| matches!(value, Value::Boolean(true)));
        let ids = statement.query_map(params_from_iter(values), |row| row.get::<_, i64>(0)).expect("rows");
        ids.map(|id| id.expect("an id")).collect::<Vec<_>>()
    });
    assert_eq!(listed, matching.collect::<Vec<_>>(), "{filter}");
}

fn records() -> Connection {
    let records = Connection::open_in_memory().expect("memory");
    let columns = COLUMNS.map(|(_, name)| format!("{name} boolean")).join(", ");
    records
        .execute(&format!("CREATE TABLE record (id integer PRIMARY KEY, {columns})"), [])
        .expect("a table");
    for bits in 0..64_u8 {
        let values = (0..6).map(|at| (bits >> at & 1).to_string()).collect::<Vec<_>>().join(", ");
        records.execute(&format!("INSERT INTO record VALUES ({bits}, {values})"), []).expect("a row");
    }
    records
}

fn mapping() -> SqlMapping {
    let mapping = SqlMapping::of("record").expect("a name");
    COLUMNS.into_iter().fold(mapping, |mapping, (fact, name)| {
        let column = Column::of("record", name).expect("a name");
        // Both ways to say it.
        let condition =
            if fact.code() % 2 == 0 { column.holds() } else { column.equals(Value::Boolean(true)) };
        mapping.with(fact, condition).expect("a column of the table")
    })
}

/// What no set of rules may be without.
fn guards() -> Vec<Rule> {
    let deny = |id: &'static str| Rule::deny(id).to(&[Operation::ReadMetadata]);
    vec![
        deny("suspended").all(&[Fact::Suspended]),
        deny("weak").none(&[Fact::AalTwo, Fact::Seeker, Fact::Service]),
        deny("conflict").all(&[Fact::ConflictOfInterest]),
    ]
}

fn rule(at: u8, input: &mut Input<'_>) -> Rule {
    let id = format!("rule-{at}");
    let permits = !input.byte().is_multiple_of(4);
    let rule = if permits { Rule::permit(id).obliging(&[Obligation::Audit]) } else { Rule::deny(id) };
    let mut facts = || {
        let (people, records) = (input.byte(), input.byte());
        let facts = subset(&REQUESTER, people & people >> 4).or(of_record(records & records >> 3 & 0b111));
        facts.or(of_record(records & 0b11_1000 & records << 2)).iter().collect::<Vec<_>>()
    };
    let (all, none, any) = (facts(), facts(), facts());
    rule.to(&[Operation::ReadMetadata]).all(&all).none(&none).any(&any)
}

fn filter(input: &mut Input<'_>, depth: u8) -> Filter {
    let kind = input.byte();
    let parts = |input: &mut Input<'_>| (0..kind >> 4 & 3).map(|_| filter(input, depth - 1)).collect();
    match kind % 8 {
        0 => Filter::All,
        1 => Filter::Nothing,
        2 if depth > 0 => Filter::Not(Box::new(filter(input, depth - 1))),
        3 | 4 if depth > 0 => Filter::And(parts(input)),
        5 | 6 if depth > 0 => Filter::Or(parts(input)),
        _ => COLUMNS
            .get(usize::from(kind >> 3) % COLUMNS.len())
            .map_or(Filter::All, |(fact, _)| Filter::Is(*fact)),
    }
}

fn of_record(bits: u8) -> Set<Fact> {
    subset(&COLUMNS.map(|(fact, _)| fact), bits)
}

fn subset(of: &[Fact], bits: u8) -> Set<Fact> {
    let chosen = of.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1);
    chosen.fold(Set::EMPTY, |set, (_, fact)| set.with(*fact))
}
