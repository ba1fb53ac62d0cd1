use crate::VaultError;
use leeward_store::{Timestamp, limits};
use std::{fmt, sync::Arc};

/// How a vault keeps house. The defaults suit a service.
#[derive(Clone)]
pub struct VaultOptions {
    pub(crate) limits: KeyLimits,
    pub(crate) cached_subjects: usize,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

/// How much one data key may seal before a new one takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyLimits {
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
    pub(crate) block_messages: u64,
    pub(crate) block_bytes: u64,
}

impl VaultOptions {
    /// How much one data key may seal.
    #[must_use]
    pub fn key_limits(mut self, limits: KeyLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Of how many subjects the unwrapped data keys are kept in memory. At least one.
    #[must_use]
    pub fn cached_subjects(mut self, subjects: usize) -> Self {
        self.cached_subjects = subjects.max(1);
        self
    }

    /// Where the time comes from when nobody passes it: for when a key was made by the first opening or
    /// by a write, and for the event of a canary that a read trips. It decides nothing.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

impl Default for VaultOptions {
    /// Default limits, 4,096 subjects, and the system's clock.
    fn default() -> Self {
        Self { limits: KeyLimits::default(), cached_subjects: 4096, clock: Arc::new(system_clock) }
    }
}

impl KeyLimits {
    /// At most `messages` and `bytes` for each data key, which processes reserve in blocks: a
    /// reservation is a write to the key's row, and what a process reserved and did not use is lost.
    /// Leave room: when the eighth key of a subject is used up, writes to it fail with
    /// [`VaultError::TooManyKeys`] until the old ones are
    /// [destroyed](crate::Vault::danger_destroy_old_data_keys).
    ///
    /// # Errors
    /// [`VaultError::KeyLimits`] when a whole batch would not fit under one key, or a block is larger
    /// than the limit or empty.
    pub const fn new(
        messages: u64,
        bytes: u64,
        block_messages: u64,
        block_bytes: u64,
    ) -> Result<Self, VaultError> {
        let whole_batch = messages >= limits::MAX_OPS as u64 && bytes >= limits::MAX_BATCH as u64;
        let blocks = block_messages > 0 && block_bytes > 0;
        if !whole_batch || !blocks || block_messages > messages || block_bytes > bytes {
            return Err(VaultError::KeyLimits);
        }
        Ok(Self { messages, bytes, block_messages, block_bytes })
    }
}

impl Default for KeyLimits {
    /// 2^40 messages and 2^56 bytes, in blocks of 2^16 messages and 2^32 bytes. Cobblestone would bear
    /// 2^77 messages: it is the harm of one lost key that is limited, and the room for lost blocks.
    fn default() -> Self {
        Self { messages: 1 << 40, bytes: 1 << 56, block_messages: 1 << 16, block_bytes: 1 << 32 }
    }
}

impl fmt::Debug for VaultOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaultOptions")
            .field("limits", &self.limits)
            .field("cached_subjects", &self.cached_subjects)
            .finish_non_exhaustive()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a read of a store brings no time along; `VaultOptions::clock` replaces it"
)]
fn system_clock() -> Timestamp {
    Timestamp::now()
}
