use crate::{Options, PostgresError, fault::Fault, group::Group, locks::Locks, param::Param, rows, sql::Sql};
use leeward_store::{Prepared, StoreError, Version};
use tokio_postgres::{Transaction, types::Type};

/// Applies a prepared batch in a caller's own transaction, beside the caller's own rows: both are
/// committed, or neither.
///
/// The tables lie in the schema `leeward`; for another, see [`Options::commit_in`]. The transaction is at
/// `READ COMMITTED`, the default level of PostgreSQL. If it, or its session, is set to a weaker
/// `synchronous_commit` than `on`, it is raised for this transaction. Nothing is durable, and the version
/// counts for nothing, until the caller's commit has returned. If that fails because the connection broke,
/// nobody looks up what became of it.
///
/// The keys of the batch stay locked until the transaction ends, so keep it short, and do not await the
/// store's own commit of one of them in between. Two transactions that take part more than once may wait
/// for each other in a circle; PostgreSQL ends one of them.
///
/// After a conflict, or a level that is not fit, the transaction holds what it held before this call.
/// After any other error PostgreSQL undoes all of it: roll it back.
///
/// The batch was prepared by a store over this same database and schema; another one may seal under other
/// keys.
///
/// # Errors
/// [`StoreError::Conflict`]; [`StoreError::Backend`] with a [`PostgresError`]:
/// [`UnfitTransaction`](PostgresError::UnfitTransaction) for another isolation level,
/// [`Missing`](PostgresError::Missing) for a database that leeward does not keep,
/// [`ReadOnly`](PostgresError::ReadOnly), [`Full`](PostgresError::Full), and what else the server says.
pub async fn commit_in(tx: &mut Transaction<'_>, prepared: Prepared) -> Result<Version, StoreError> {
    Options::new().commit_in(tx, prepared).await
}

pub(crate) async fn apply(
    sql: &Sql,
    tx: &mut Transaction<'_>,
    prepared: Prepared,
) -> Result<Version, StoreError> {
    let batch = prepared.into_batch();
    let locks = Locks::of(&batch);
    let group = Group::of(std::iter::once((&batch, &locks)));
    let (no_slot, no_turn) = (None::<i64>, None::<i64>);
    let mut params: Vec<Param<'_>> = vec![(&no_slot, Type::INT8), (&no_turn, Type::INT8)];
    params.extend(group.params());
    let told =
        tx.query_typed(&sql.commit_in, &params).await.map_err(|error| Fault::of_statement(error).error)?;
    let row = told.first().ok_or_else(rows::corrupt)?;
    if rows::column::<i32>(row, 0)? == UNFIT {
        let what = "begin it at the isolation level READ COMMITTED";
        return Err(PostgresError::UnfitTransaction { what }.into());
    }
    group.verdicts(row)?.pop().unwrap_or_else(|| Err(rows::corrupt()))
}

/// What the function on the server says of another isolation level.
const UNFIT: i32 = 1;
