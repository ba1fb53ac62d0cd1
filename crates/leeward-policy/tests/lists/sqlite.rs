use crate::{
    agreement::{agrees, any_filter},
    mapping::{kept, mapping, named, statements},
    world::records,
};
use leeward_policy::{Dialect, Fact, Filter, Value};
use proptest::prelude::*;
use rusqlite::{Connection, params_from_iter, types::Value as Sql};

fn database(records: &[crate::world::Record]) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    for statement in statements(records, "blob", "X'") {
        connection.execute(&statement, []).unwrap();
    }
    connection
}

fn listed(connection: &Connection, filter: &Filter) -> Vec<i64> {
    let clause = mapping().clause(filter, Dialect::Sqlite, &named(), 2).unwrap();
    let query = format!("SELECT id FROM record WHERE id >= ?1 AND {} ORDER BY id", clause.text());
    let mut statement = connection.prepare(&query).unwrap();
    let values = std::iter::once(Sql::Integer(0)).chain(clause.parameters().iter().map(sql));
    let ids = statement.query_map(params_from_iter(values), |row| row.get(0)).unwrap();
    ids.map(Result::unwrap).collect()
}

fn sql(value: &Value) -> Sql {
    match value {
        Value::Integer(number) => Sql::Integer(*number),
        Value::Text(text) => Sql::Text(text.clone()),
        Value::Bytes(bytes) => Sql::Blob(bytes.clone()),
        Value::Boolean(truth) => Sql::Integer(i64::from(*truth)),
    }
}

#[test]
fn every_list_of_the_default_policy_is_what_it_permits() {
    let records = records(250, 1);
    let connection = database(&records);
    agrees(&records, |filter| listed(&connection, filter));
}

#[test]
fn any_filter_lists_the_same_rows_as_in_memory() {
    let records = records(200, 2);
    let connection = database(&records);
    proptest!(ProptestConfig::with_cases(400), |(filter in any_filter())| {
        prop_assert_eq!(listed(&connection, &filter), kept(&filter, &records), "{}", filter);
    });
}

#[test]
fn a_filter_of_many_terms_is_read() {
    let records = records(20, 3);
    let connection = database(&records);
    let pair = |filter: Filter| Filter::And(vec![filter, Filter::Not(Box::new(Filter::Is(Fact::Closed)))]);
    let many = Filter::Or((0..5_000).map(|_| pair(Filter::Is(Fact::Recent))).collect());
    assert_eq!(listed(&connection, &many), kept(&pair(Filter::Is(Fact::Recent)), &records));
}

#[test]
fn what_is_neither_true_nor_false_is_unknown() {
    let records = records(9, 4);
    let connection = database(&records);
    connection.execute("UPDATE record SET closed = 2", []).unwrap();
    for filter in [Filter::Is(Fact::Closed), Filter::Not(Box::new(Filter::Is(Fact::Closed)))] {
        assert_eq!(listed(&connection, &filter), [0_i64; 0]);
    }
}
