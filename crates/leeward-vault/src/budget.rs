use std::sync::{Mutex, PoisonError};

/// What this process has reserved of a data key and not used yet.
#[derive(Debug, Default)]
pub(crate) struct Budget(Mutex<Amount>);

/// Messages, and bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
}

impl Amount {
    pub(crate) fn checked_add(self, other: Self) -> Option<Self> {
        Some(Self {
            messages: self.messages.checked_add(other.messages)?,
            bytes: self.bytes.checked_add(other.bytes)?,
        })
    }

    pub(crate) const fn saturating_add(self, other: Self) -> Self {
        Self {
            messages: self.messages.saturating_add(other.messages),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }

    pub(crate) fn checked_sub(self, other: Self) -> Option<Self> {
        Some(Self {
            messages: self.messages.checked_sub(other.messages)?,
            bytes: self.bytes.checked_sub(other.bytes)?,
        })
    }

    pub(crate) const fn fits(self, limit: Self) -> bool {
        self.messages <= limit.messages && self.bytes <= limit.bytes
    }

    pub(crate) fn max(self, other: Self) -> Self {
        Self { messages: self.messages.max(other.messages), bytes: self.bytes.max(other.bytes) }
    }
}

impl Budget {
    pub(crate) const fn new(amount: Amount) -> Self {
        Self(Mutex::new(amount))
    }

    /// Takes `amount` if that much is left. What is taken is never given back, used or not.
    pub(crate) fn take(&self, amount: Amount) -> bool {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match left.checked_sub(amount) {
            Some(rest) => {
                *left = rest;
                true
            }
            None => false,
        }
    }
}
