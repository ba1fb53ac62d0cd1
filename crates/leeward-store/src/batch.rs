use crate::{Key, LimitError, StoreError, Timestamp, Value, Version, limits};
use std::collections::HashSet;

/// Puts, deletes and checks that are applied all together or not at all.
///
/// Each key may stand in a batch once.
///
/// ```
/// use leeward_store::{Batch, Expect, Space};
/// const SEAT: Space = Space::public("app.seat");
/// let mut batch = Batch::new();
/// batch
///     .put(SEAT.key(&[b"12a"])?, Expect::Absent, b"taken")
///     .delete(SEAT.key(&[b"12b"])?, Expect::Any);
/// assert_eq!(batch.len(), 2);
/// # Ok::<(), leeward_store::StoreError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Batch {
    ops: Vec<Op>,
    /// How many operations stand before these in the batch that will be committed.
    before: usize,
}

/// One operation of a [`Batch`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Op {
    /// The key concerned.
    pub key: Key,
    /// What must hold for the key, or the whole batch conflicts.
    pub expect: Expect,
    /// What is done to it.
    pub action: Action,
}

/// What a key must hold for a batch to be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Whatever it holds.
    Any,
    /// Nothing.
    Absent,
    /// An entry of exactly this version.
    Exactly(Version),
}

impl Expect {
    /// Whether a key that holds `current` meets the expectation.
    #[must_use]
    pub fn holds(self, current: Option<Version>) -> bool {
        match self {
            Self::Any => true,
            Self::Absent => current.is_none(),
            Self::Exactly(version) => current == Some(version),
        }
    }
}

/// What an [`Op`] does.
#[derive(Clone, Debug)]
pub enum Action {
    /// Nothing: the expectation is all.
    Check,
    /// Writes a value.
    Put {
        /// What to write.
        value: Value,
        /// When the entry may be collected as garbage.
        expires_at: Option<Timestamp>,
    },
    /// Removes the entry, if there is one.
    Delete,
}

impl Batch {
    /// An empty batch.
    #[must_use]
    pub const fn new() -> Self {
        Self::after(0)
    }

    /// A batch that will be joined to the end of one with `before` operations.
    pub(crate) const fn after(before: usize) -> Self {
        Self { ops: Vec::new(), before }
    }

    /// Requires that `key` holds what is expected, and changes nothing there.
    pub fn check(&mut self, key: Key, expect: Expect) -> &mut Self {
        self.push(key, expect, Action::Check)
    }

    /// Writes `value`.
    pub fn put(&mut self, key: Key, expect: Expect, value: impl Into<Value>) -> &mut Self {
        self.push(key, expect, Action::Put { value: value.into(), expires_at: None })
    }

    /// Writes `value`, which may be collected as garbage after `expires_at`.
    ///
    /// A hint for [`Store::purge`](crate::Store::purge), never a security check: until it is purged
    /// the entry is there, and the rules that read it look at the time themselves.
    pub fn put_until(
        &mut self,
        key: Key,
        expect: Expect,
        value: impl Into<Value>,
        expires_at: Timestamp,
    ) -> &mut Self {
        self.push(key, expect, Action::Put { value: value.into(), expires_at: Some(expires_at) })
    }

    /// Removes the entry, if there is one.
    pub fn delete(&mut self, key: Key, expect: Expect) -> &mut Self {
        self.push(key, expect, Action::Delete)
    }

    /// Adds any operation. For backends and decorators.
    pub fn push(&mut self, key: Key, expect: Expect, action: Action) -> &mut Self {
        self.ops.push(Op { key, expect, action });
        self
    }

    /// The operations, in the order they were added.
    #[must_use]
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// Gives the operations away.
    #[must_use]
    pub fn into_ops(self) -> Vec<Op> {
        self.ops
    }

    /// The place that the next operation will have in the batch that is committed, which is also the
    /// order of what is staged in several [steps](crate::Tx::stage).
    #[must_use]
    pub fn next_place(&self) -> usize {
        self.before.saturating_add(self.ops.len())
    }

    /// How many operations there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ops.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// Whether it changes anything: a batch of checks alone does not.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.ops.iter().any(|op| !matches!(op.action, Action::Check))
    }

    /// Refuses what is over the limits that a caller has, or names a key twice.
    pub(crate) fn validate(&self) -> Result<(), StoreError> {
        self.validate_within(limits::MAX_VALUE, limits::MAX_OPS, limits::MAX_BATCH)
    }

    /// Refuses what is over the limits that a backend has, or names a key twice.
    ///
    /// A [`Store`](crate::Store) has called it before a backend sees a batch.
    ///
    /// # Errors
    /// [`StoreError::Limit`], or [`StoreError::DuplicateKey`].
    pub fn validate_for_backend(&self) -> Result<(), StoreError> {
        self.validate_within(
            limits::MAX_VALUE.saturating_add(limits::VALUE_HEADROOM),
            limits::MAX_OPS.saturating_add(limits::OPS_HEADROOM),
            limits::MAX_BATCH.saturating_add(limits::BATCH_HEADROOM),
        )
    }

    fn validate_within(&self, max_value: usize, max_ops: usize, max_batch: usize) -> Result<(), StoreError> {
        if self.ops.len() > max_ops {
            return Err(LimitError::Operations { count: self.ops.len() }.into());
        }
        let mut size = 0_usize;
        for op in &self.ops {
            let value = op.value_len();
            if value > max_value {
                return Err(LimitError::Value { len: value }.into());
            }
            size = size.saturating_add(op.key.as_bytes().len()).saturating_add(value);
        }
        if size > max_batch {
            return Err(LimitError::Batch { len: size }.into());
        }
        self.refuse_duplicates()
    }

    fn refuse_duplicates(&self) -> Result<(), StoreError> {
        // A batch of one, the usual case, pays for no set.
        if self.ops.len() < 2 {
            return Ok(());
        }
        let mut seen = HashSet::with_capacity(self.ops.len());
        match self.ops.iter().find(|op| !seen.insert(op.key.as_bytes())) {
            Some(op) => Err(StoreError::DuplicateKey { key: op.key.clone() }),
            None => Ok(()),
        }
    }
}

impl Op {
    fn value_len(&self) -> usize {
        match &self.action {
            Action::Put { value, .. } => value.len(),
            Action::Check | Action::Delete => 0,
        }
    }
}
