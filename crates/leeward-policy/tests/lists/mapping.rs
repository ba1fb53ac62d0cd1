//! The mapping of a service with seven tables.

use crate::world::{MAPPED, ME, MY_TEAM, NOW, PURPOSE, Record, SINCE};
use leeward_policy::{
    Column, Condition, Fact, Filter, FilterError, Operand, RowPredicates, SqlMapping, Value,
};

const STAFF: Operand = Operand::Named("staff");

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(crate) fn named() -> Vec<(&'static str, Value)> {
    vec![
        ("staff", Value::Bytes(ME.to_vec())),
        ("team", Value::Integer(MY_TEAM)),
        ("now", Value::Integer(NOW)),
        ("since", Value::Integer(SINCE)),
        ("purpose", text(PURPOSE)),
    ]
}

pub(crate) fn mapping() -> SqlMapping {
    built().unwrap()
}

fn built() -> Result<SqlMapping, FilterError> {
    let of = |name| Column::of("record", name);
    let id = of("id")?;
    let assignment = |name| Column::of("assignment", name);
    let assigned = assignment("record")?.same_as(id);
    let mine = assigned.clone().and(assignment("staff")?.equals(STAFF));
    let supervises = Column::of("supervision", "supervisor")?
        .equals(STAFF)
        .and(Column::of("supervision", "staff")?.same_as(assignment("staff")?));
    let glass = Column::of("glass", "record")?
        .same_as(id)
        .and(Column::of("glass", "until")?.at_least(Operand::Named("now")));
    let consent = |state: &str| {
        let column = |name| Column::of("consent", name);
        let of_purpose = column("purpose")?.equals(Operand::Named("purpose"));
        let condition =
            column("record")?.same_as(id).and(of_purpose).and(column("state")?.equals(text(state)));
        Condition::exists("consent", condition)
    };
    let approval = Column::of("approval", "record")?;
    let approved = approval.same_as(id).and(approval.below(Value::Integer(1_000_000)));
    SqlMapping::of("record")?
        .with(Fact::Assigned, Condition::exists("assignment", mine)?)?
        .with(Fact::SameTeam, of("team")?.equals(Operand::Named("team")))?
        .with(
            Fact::Supervises,
            Condition::exists("assignment", assigned.and(Condition::exists("supervision", supervises)?))?,
        )?
        .with(Fact::OwnRecord, of("person")?.equals(STAFF))?
        .with(Fact::GlassBroken, Condition::exists("glass", glass)?)?
        .with(Fact::Approved, Condition::exists("approval", approved)?)?
        .with(Fact::ConcernsSelf, of("kind")?.differs(text("of-others")))?
        .with(Fact::ConflictOfInterest, of("conflict")?.holds())?
        .with(Fact::Consented, consent("granted")?)?
        .with(Fact::ConsentRevoked, consent("revoked")?)?
        .with(Fact::EmergencyOnly, consent("emergency")?)?
        .with(
            Fact::Restricted,
            of("level")?.equals(Value::Integer(4)).or(of("level")?.equals(Value::Integer(5))),
        )?
        .with(Fact::VeryRestricted, of("level")?.at_least(Value::Integer(5)))?
        .with(Fact::Recent, of("written")?.at_least(Operand::Named("since")))?
        .with(Fact::Closed, of("closed")?.holds())
}

pub(crate) fn predicates() -> RowPredicates<Record> {
    MAPPED.iter().fold(RowPredicates::new(), |all, &fact| all.with(fact, move |row: &Record| row.tells(fact)))
}

/// The ids that a filter lets through, in memory.
pub(crate) fn kept(filter: &Filter, records: &[Record]) -> Vec<i64> {
    let predicates = predicates();
    let filter = predicates.compile(filter.clone()).unwrap();
    records.iter().filter(|record| filter.keeps(record)).map(|record| record.id).collect()
}

/// What both databases are given, one statement each; `blob` and `long` are what they call these types.
pub(crate) fn statements(records: &[Record], blob: &str, quote: &str) -> Vec<String> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let bytes = |bytes: &[u8; 16]| format!("{quote}{}'", hex(bytes));
    let or_null = |value: Option<String>| value.unwrap_or_else(|| "NULL".to_owned());
    let mut statements = vec![
        format!(
            "CREATE TABLE record (id bigint PRIMARY KEY, person {blob}, team bigint, conflict boolean, level bigint, written bigint, closed boolean, kind text)"
        ),
        format!("CREATE TABLE assignment (record bigint, staff {blob})"),
        format!("CREATE TABLE supervision (supervisor {blob}, staff {blob})"),
        "CREATE TABLE glass (record bigint, until bigint)".to_owned(),
        "CREATE TABLE approval (record bigint)".to_owned(),
        "CREATE TABLE consent (record bigint, purpose text, state text)".to_owned(),
        format!("INSERT INTO supervision VALUES ({}, {})", bytes(&ME), bytes(&crate::world::OTHER)),
    ];
    for record in records {
        let id = record.id;
        let kind = record.kind.map(|kind| format!("'{}'", kind.replace('\'', "''")));
        statements.push(format!(
            "INSERT INTO record VALUES ({id}, {}, {}, {}, {}, {}, {}, {})",
            or_null(record.person.as_ref().map(bytes)),
            or_null(record.team.map(|team| team.to_string())),
            or_null(record.conflict.map(|conflict| conflict.to_string())),
            or_null(record.level.map(|level| level.to_string())),
            or_null(record.written.map(|written| written.to_string())),
            or_null(record.closed.map(|closed| closed.to_string())),
            or_null(kind),
        ));
        let assigned = record.assigned.iter();
        statements
            .extend(assigned.map(|staff| format!("INSERT INTO assignment VALUES ({id}, {})", bytes(staff))));
        let glass = record.glass_until.iter();
        statements.extend(glass.map(|until| format!("INSERT INTO glass VALUES ({id}, {until})")));
        let consent = record.consent.iter();
        statements
            .extend(consent.map(|(purpose, state)| {
                format!("INSERT INTO consent VALUES ({id}, '{purpose}', '{state}')")
            }));
        if id % 3 == 0 {
            statements.push(format!("INSERT INTO approval VALUES ({id})"));
        }
    }
    statements
}
