use crate::{
    locks::{Locks, id_of},
    param::{Bytes, Param},
    rows,
};
use leeward_store::{Action, Batch, Conflict, Expect, Key, Op, StoreError, Version};
use tokio_postgres::{Row, types::Type};

/// The batches of one transaction, as the columns that the function on the server takes.
#[derive(Default)]
pub(crate) struct Group<'a> {
    everyone: i64,
    locks: (Vec<i32>, Vec<bool>),
    checks: Checks<'a>,
    puts: Puts<'a>,
    deletes: Deletes<'a>,
    /// Whose check each is: the batch by its place, and the key.
    checked: Vec<(usize, &'a Key)>,
    batches: usize,
}

#[derive(Default)]
struct Checks<'a> {
    batches: Vec<i16>,
    keys: Vec<Bytes<'a>>,
    versions: Vec<i64>,
}

#[derive(Default)]
struct Puts<'a> {
    batches: Vec<i16>,
    keys: Vec<Bytes<'a>>,
    seconds: Vec<Option<i64>>,
    nanos: Vec<Option<i32>>,
    values: Vec<Bytes<'a>>,
}

#[derive(Default)]
struct Deletes<'a> {
    batches: Vec<i16>,
    keys: Vec<Bytes<'a>>,
}

/// The one entry that one batch puts, and expects at most something of.
pub(crate) struct One<'a> {
    lock: i32,
    expected: Option<i64>,
    key: Bytes<'a>,
    seconds: Option<i64>,
    nanos: Option<i32>,
    value: Bytes<'a>,
}

impl One<'_> {
    /// What the function takes after the slot and its turn.
    pub(crate) fn params(&self) -> [Param<'_>; 6] {
        [
            (&self.lock, Type::INT4),
            (&self.expected, Type::INT8),
            (&self.key, Type::BYTEA),
            (&self.seconds, Type::INT8),
            (&self.nanos, Type::INT4),
            (&self.value, Type::BYTEA),
        ]
    }
}

/// How one batch went.
pub(crate) type Verdict = Result<Version, StoreError>;

impl<'a> Group<'a> {
    /// At most [`MAX_GROUP`](crate::queue::MAX_GROUP) of them.
    pub(crate) fn of(batches: impl Iterator<Item = (&'a Batch, &'a Locks)> + Clone) -> Self {
        let locks = Locks::join(batches.clone().map(|(_, locks)| locks));
        let mut group = Self { locks, ..Self::default() };
        for (batch, _) in batches {
            let place = group.batches;
            batch.ops().iter().for_each(|op| group.push(place, op));
            group.everyone |= bit(place);
            group.batches = place.saturating_add(1);
        }
        group
    }

    fn push(&mut self, place: usize, op: &'a Op) {
        let (batch, key) = (i16::try_from(place).unwrap_or(i16::MAX), Bytes(op.key.as_bytes()));
        if let Some(version) = expected(op.expect) {
            self.checks.batches.push(batch);
            self.checks.keys.push(key);
            self.checks.versions.push(version);
            self.checked.push((place, &op.key));
        }
        match &op.action {
            Action::Check => {}
            Action::Put { value, expires_at } => {
                let (seconds, nanos) = expires_at.map(rows::split).unzip();
                self.puts.batches.push(batch);
                self.puts.keys.push(key);
                self.puts.seconds.push(seconds);
                self.puts.nanos.push(nanos);
                self.puts.values.push(Bytes(value.as_bytes()));
            }
            Action::Delete => {
                self.deletes.batches.push(batch);
                self.deletes.keys.push(key);
            }
        }
    }

    /// The whole of it, if that is one entry.
    pub(crate) fn one(&self) -> Option<One<'a>> {
        let (checks, puts) = (&self.checks, &self.puts);
        let (&[key], &[value]) = (puts.keys.as_slice(), puts.values.as_slice()) else { return None };
        // A batch names each key once, so that two keys are two operations.
        let others = checks.keys.iter().any(|checked| checked.0 != key.0);
        if self.batches != 1 || others || !self.deletes.keys.is_empty() {
            return None;
        }
        let (seconds, nanos) = (puts.seconds.first().copied()?, puts.nanos.first().copied()?);
        Some(One {
            lock: id_of(key.0),
            expected: checks.versions.first().copied(),
            key,
            seconds,
            nanos,
            value,
        })
    }

    /// What the function takes after the slot and its turn.
    pub(crate) fn params(&self) -> [Param<'_>; 13] {
        let (checks, puts, deletes) = (&self.checks, &self.puts, &self.deletes);
        [
            (&self.everyone, Type::INT8),
            (&self.locks.0, Type::INT4_ARRAY),
            (&self.locks.1, Type::BOOL_ARRAY),
            (&checks.batches, Type::INT2_ARRAY),
            (&checks.keys, Type::BYTEA_ARRAY),
            (&checks.versions, Type::INT8_ARRAY),
            (&puts.batches, Type::INT2_ARRAY),
            (&puts.keys, Type::BYTEA_ARRAY),
            (&puts.seconds, Type::INT8_ARRAY),
            (&puts.nanos, Type::INT4_ARRAY),
            (&puts.values, Type::BYTEA_ARRAY),
            (&deletes.batches, Type::INT2_ARRAY),
            (&deletes.keys, Type::BYTEA_ARRAY),
        ]
    }

    /// How each batch went, from the row that the function returned.
    pub(crate) fn verdicts(&self, row: &Row) -> Result<Vec<Verdict>, StoreError> {
        let first: Option<i64> = rows::column(row, 1)?;
        let places: Option<Vec<i64>> = rows::column(row, 2)?;
        let mut unmet = vec![Vec::new(); self.batches];
        for place in places.unwrap_or_default() {
            let (batch, key) = self.checked_at(place).ok_or_else(rows::corrupt)?;
            unmet.get_mut(batch).ok_or_else(rows::corrupt)?.push(key.clone());
        }
        let verdict = |(place, unmet): (usize, Vec<Key>)| match first {
            _ if !unmet.is_empty() => Err(Conflict::new(unmet).into()),
            Some(first) => rows::version_after(first, place),
            None => Err(rows::corrupt()),
        };
        Ok(unmet.into_iter().enumerate().map(verdict).collect())
    }

    /// SQL counts from 1.
    fn checked_at(&self, place: i64) -> Option<(usize, &'a Key)> {
        let index = usize::try_from(place).ok()?.checked_sub(1)?;
        self.checked.get(index).copied()
    }
}

/// The version that must be there, 0 for none.
pub(crate) fn expected(expect: Expect) -> Option<i64> {
    match expect {
        Expect::Any => None,
        Expect::Absent => Some(0),
        Expect::Exactly(version) => Some(i64::try_from(version.get()).unwrap_or(i64::MAX)),
    }
}

/// The bit of the batch in that place.
pub(crate) fn bit(place: usize) -> i64 {
    u32::try_from(place).ok().and_then(|place| 1_i64.checked_shl(place)).unwrap_or(0)
}
