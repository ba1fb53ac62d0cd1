use crate::{
    PostgresError,
    engine::{Engine, Tries},
    locks,
    param::Bytes,
    rows,
    slot::{Came, Failure},
};
use leeward_store::{StoreError, Timestamp};
use tokio_postgres::types::Type;

/// The most entries that one transaction removes: it locks each, as every writer does.
const STEP: usize = 100;

/// Removes what has expired, at most `limit` of it. Entries that somebody has locked are left until
/// nothing else is, for they may be put again at this moment.
pub(crate) async fn purge(engine: &Engine, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
    let mut removed = 0_usize;
    let mut tries = engine.tries();
    while removed < limit {
        let keys = expired(engine, now, STEP.min(limit.saturating_sub(removed))).await?;
        if keys.is_empty() {
            break;
        }
        match step(engine, now, &keys, &mut tries).await? {
            0 if !tries.again().await => return Err(PostgresError::TimedOut(None).into()),
            0 => {}
            gone => {
                removed = removed.saturating_add(gone);
                tries = engine.tries();
            }
        }
    }
    collect_slots(engine).await;
    Ok(removed)
}

/// Takes away the slots of processes that are long gone. Nobody looks up what became of a commit of last
/// week, and who has not committed since then finds its slot gone and takes another.
pub(crate) async fn collect_slots(engine: &Engine) {
    // Left for the next time if it fails.
    drop(engine.ask(&engine.sql.collect_slots, &[]).await);
}

async fn expired(engine: &Engine, now: Timestamp, most: usize) -> Result<Vec<Vec<u8>>, StoreError> {
    let (seconds, nanos) = rows::split(now);
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let params = [(&seconds as _, Type::INT8), (&nanos as _, Type::INT4), (&most as _, Type::INT8)];
    let found = engine.read(&engine.sql.expired, &params).await?;
    found.iter().map(|row| rows::column(row, 0)).collect()
}

/// How many of them went; the others are locked, or have been put again.
async fn step(
    engine: &Engine,
    now: Timestamp,
    keys: &[Vec<u8>],
    tries: &mut Tries,
) -> Result<usize, StoreError> {
    let (seconds, nanos) = rows::split(now);
    let ids: Vec<i32> = keys.iter().map(|key| locks::id_of(key)).collect();
    let keys: Vec<_> = keys.iter().map(|key| Bytes(key)).collect();
    let params = [
        (&ids as _, Type::INT4_ARRAY),
        (&keys as _, Type::BYTEA_ARRAY),
        (&seconds as _, Type::INT8),
        (&nanos as _, Type::INT4),
    ];
    let removed: i64 = match engine.in_slot(&engine.sql.purge, &params).await {
        Ok(Came::Answer(row)) => rows::column(&row, 1)?,
        Ok(Came::Record(record)) => record.base,
        Err(Failure::Undone(fault)) if !fault.is_last() && tries.is_open() => 0,
        Err(failure) => return Err(failure.to_error()),
    };
    usize::try_from(removed).map_err(|_| rows::corrupt())
}
