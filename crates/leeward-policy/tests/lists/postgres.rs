use crate::{
    agreement::{agrees, any_filter},
    mapping::{kept, mapping, named, statements},
    world::{Record, records},
};
use leeward_policy::{Dialect, Filter, Value};
use proptest::{prelude::*, test_runner::TestRunner};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, NoTls, types::ToSql};

struct Postgres {
    runtime: Runtime,
    client: Client,
    _database: leeward_test_postgres::Database,
}

impl Postgres {
    fn with(records: &[Record]) -> Option<Self> {
        let database = leeward_test_postgres::shared()?.database();
        database.sql(&statements(records, "bytea", "'\\x").join(";\n"));
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (client, connection) = runtime.block_on(tokio_postgres::connect(&database.url(), NoTls)).unwrap();
        runtime.spawn(connection);
        Some(Self { runtime, client, _database: database })
    }

    fn listed(&self, filter: &Filter) -> Vec<i64> {
        let clause = mapping().clause(filter, Dialect::Postgres, &named(), 2).unwrap();
        let query = format!("SELECT id FROM record WHERE id >= $1 AND {} ORDER BY id", clause.text());
        let values = clause.parameters().iter().map(sql).collect::<Vec<_>>();
        let from = 0_i64;
        let first: &(dyn ToSql + Sync) = &from;
        let values = std::iter::once(first).chain(values).collect::<Vec<_>>();
        let rows = self.runtime.block_on(self.client.query(query.as_str(), &values)).unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

fn sql(value: &Value) -> &(dyn ToSql + Sync) {
    match value {
        Value::Integer(number) => number,
        Value::Text(text) => text,
        Value::Bytes(bytes) => bytes,
        Value::Boolean(truth) => truth,
    }
}

#[test]
fn every_list_of_the_default_policy_is_what_it_permits() {
    let records = records(250, 1);
    let Some(postgres) = Postgres::with(&records) else { return };
    agrees(&records, |filter| postgres.listed(filter));
}

#[test]
fn any_filter_lists_the_same_rows_as_in_memory() {
    let records = records(200, 2);
    let Some(postgres) = Postgres::with(&records) else { return };
    let mut runner = TestRunner::new(ProptestConfig::with_cases(150));
    runner
        .run(&any_filter(), |filter| {
            prop_assert_eq!(postgres.listed(&filter), kept(&filter, &records), "{}", filter);
            Ok(())
        })
        .unwrap();
}
