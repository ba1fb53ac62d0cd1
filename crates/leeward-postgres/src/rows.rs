use leeward_store::{Entry, StoreError, Timestamp, Value, Version};
use tokio_postgres::{Row, types::FromSql};

/// Nanoseconds in a second.
const NANOS: i128 = 1_000_000_000;

/// A column by its place.
pub(crate) fn column<'a, T: FromSql<'a>>(row: &'a Row, place: usize) -> Result<T, StoreError> {
    row.try_get(place).map_err(|_| corrupt())
}

/// An entry in the four columns that begin at `first`: version, seconds, nanoseconds, value.
pub(crate) fn entry(row: &Row, first: usize) -> Result<Entry, StoreError> {
    let place = |offset: usize| first.saturating_add(offset);
    let version = version(column(row, first)?)?;
    let expires_at = join(column(row, place(1))?, column(row, place(2))?)?;
    let value: &[u8] = column(row, place(3))?;
    Ok(Entry::new(Value::from(value), version, expires_at))
}

pub(crate) fn version(number: i64) -> Result<Version, StoreError> {
    u64::try_from(number).ok().and_then(Version::from_u64).ok_or_else(corrupt)
}

/// The version of one batch of a transaction.
pub(crate) fn version_after(first: i64, place: usize) -> Result<Version, StoreError> {
    let number = i64::try_from(place).ok().and_then(|place| first.checked_add(place));
    number.ok_or_else(corrupt).and_then(version)
}

pub(crate) const fn corrupt() -> StoreError {
    StoreError::Corrupt { what: "a row that does not decode" }
}

/// Whole seconds, rounded down, and the nanoseconds after that, so that pairs sort as times do.
pub(crate) fn split(at: Timestamp) -> (i64, i32) {
    let nanos = at.as_nanosecond();
    let seconds = i64::try_from(nanos.div_euclid(NANOS)).unwrap_or(i64::MAX);
    (seconds, i32::try_from(nanos.rem_euclid(NANOS)).unwrap_or(i32::MAX))
}

fn join(seconds: Option<i64>, nanos: Option<i32>) -> Result<Option<Timestamp>, StoreError> {
    let (Some(seconds), Some(nanos)) = (seconds, nanos) else {
        return Ok(None);
    };
    let total = i128::from(seconds).saturating_mul(NANOS).saturating_add(i128::from(nanos));
    Timestamp::from_nanosecond(total).map(Some).map_err(|_| corrupt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_nanoseconds_and_their_order() {
        let nanos = [-1_500_000_000, -1, 0, 1, 1_000_000_000].map(|n| Timestamp::from_nanosecond(n).unwrap());
        let times = [&[Timestamp::MIN][..], &nanos, &[Timestamp::MAX]].concat();
        let pairs: Vec<_> = times.iter().copied().map(split).collect();
        assert!(pairs.is_sorted());
        for (time, (seconds, nanos)) in times.into_iter().zip(pairs) {
            assert_eq!(join(Some(seconds), Some(nanos)).unwrap(), Some(time));
        }
    }
}
