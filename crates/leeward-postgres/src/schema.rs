use crate::{
    PostgresError,
    fault::Fault,
    sql::{MAKER, SCHEMA, Sql},
};
use tokio_postgres::{Client, Row, types::Type};

/// What a schema says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// There is none of that name.
    Absent,
    /// Nobody's yet.
    Empty,
    /// Ours, as this code knows it.
    Current,
}

/// The schema by its name; how many things it holds; and whether its table `meta` has the columns of ours.
const LOOK: &str = "
    SELECT (SELECT count(*) FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid)
         + (SELECT count(*) FROM pg_catalog.pg_proc p WHERE p.pronamespace = n.oid)
         + (SELECT count(*) FROM pg_catalog.pg_type t WHERE t.typnamespace = n.oid),
           (SELECT count(*) FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = n.oid AND c.relname = 'meta'
              AND (a.attname, a.atttypid) IN (('maker', 'text'::regtype), ('schema', 'integer'::regtype)))
    FROM pg_catalog.pg_namespace n WHERE n.nspname = $1";

/// Another lock than that of any key, so that those who open at once make the schema once.
const OPENING: i32 = -1;

/// Makes the tables and functions unless they are there, and refuses a schema that is not ours.
pub(crate) async fn settle(client: &Client, sql: &Sql) -> Result<(), Fault> {
    require_writable(client).await?;
    if examine(client, sql).await? == Standing::Current {
        return Ok(());
    }
    // A client that is dropped before the commit undoes all of it.
    run(
        client,
        "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = 0; SET LOCAL synchronous_commit = on",
    )
    .await?;
    run(client, &format!("SELECT pg_catalog.pg_advisory_xact_lock({}, {OPENING})", sql.class)).await?;
    match examine(client, sql).await? {
        Standing::Current => {}
        Standing::Empty => run(client, &sql.create()).await?,
        Standing::Absent => run(client, &format!("CREATE SCHEMA {}; {}", sql.schema, sql.create())).await?,
    }
    run(client, "COMMIT").await
}

async fn require_writable(client: &Client) -> Result<(), Fault> {
    const ASK: &str = "SELECT pg_catalog.pg_is_in_recovery() \
                       OR pg_catalog.current_setting('transaction_read_only')::boolean";
    let row = one(client, ASK, "").await?;
    match row.and_then(|row| row.try_get(0).ok()) {
        Some(true) => Err(Fault::broken(PostgresError::ReadOnly)),
        _ => Ok(()),
    }
}

async fn examine(client: &Client, sql: &Sql) -> Result<Standing, Fault> {
    let Some(row) = one(client, LOOK, &sql.name).await? else { return Ok(Standing::Absent) };
    let (things, columns): (i64, i64) = (number(&row, 0)?, number(&row, 1)?);
    match (things, columns) {
        (0, _) => Ok(Standing::Empty),
        (_, 2) => read_meta(client, sql).await,
        _ => Err(foreign()),
    }
}

async fn read_meta(client: &Client, sql: &Sql) -> Result<Standing, Fault> {
    let ask = format!("SELECT schema, maker = $1 FROM {}.meta", sql.schema);
    let row = one(client, &ask, MAKER).await?.ok_or_else(foreign)?;
    let (found, ours): (i32, bool) = (column(&row, 0)?, column(&row, 1)?);
    match found {
        _ if !ours => Err(foreign()),
        SCHEMA => Ok(Standing::Current),
        found if found > SCHEMA => Err(Fault::last(PostgresError::NewerSchema { found, known: SCHEMA })),
        _ => Err(foreign()),
    }
}

async fn one(client: &Client, sql: &str, text: &str) -> Result<Option<Row>, Fault> {
    let params: &[(&(dyn tokio_postgres::types::ToSql + Sync), Type)] =
        if sql.contains("$1") { &[(&text, Type::TEXT)] } else { &[] };
    let rows = client.query_typed(sql, params).await.map_err(Fault::of_statement)?;
    Ok(rows.into_iter().next())
}

async fn run(client: &Client, sql: &str) -> Result<(), Fault> {
    client.batch_execute(sql).await.map_err(Fault::of_statement)
}

fn number(row: &Row, place: usize) -> Result<i64, Fault> {
    column(row, place)
}

fn column<'a, T: tokio_postgres::types::FromSql<'a>>(row: &'a Row, place: usize) -> Result<T, Fault> {
    row.try_get(place).map_err(|_| foreign())
}

const fn foreign() -> Fault {
    Fault::last(PostgresError::Foreign)
}
