use super::{BreachError, BreachFilter, BreachHash, RangeSource};
use crate::Passphrase;
use std::num::NonZeroU64;

/// Whether a passphrase was breached, by a filter, by ranges, or by both.
///
/// It blocks, for as long as a disk or a server takes: a service asks it on a thread that may wait, such as one
/// of the pool that hashes.
///
/// ```no_run
/// use leeward_credentials::{Passphrase, breach::{BreachCheck, BreachFilter, BreachVerdict, OnError, RangeFiles}};
/// let check = BreachCheck::offline(BreachFilter::open("breached.filter")?)
///     .confirmed_by(RangeFiles::open("pwnedpasswords")?);
/// match check.check(&Passphrase::new("correct horse battery staple")?, OnError::FailClosed)? {
///     BreachVerdict::Breached { count } => println!("choose another: seen {count:?} times"),
///     BreachVerdict::NotListed => println!("not in the set"),
///     BreachVerdict::Unchecked(why) => println!("nobody knows: {why}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct BreachCheck {
    filter: Option<BreachFilter>,
    ranges: Option<Box<dyn RangeSource>>,
    min_count: NonZeroU64,
}

/// What a check that could not be made says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "who decides must know all there is to decide")]
pub enum OnError {
    /// [`BreachVerdict::Unchecked`]: the passphrase may be set, and somebody should be told why.
    FailOpen,
    /// The error: no passphrase is set while the set cannot be asked.
    FailClosed,
}

/// What is known of a passphrase. Exhaustive, so that no caller overlooks the third.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "no caller should overlook that nothing is known")]
#[must_use]
pub enum BreachVerdict {
    /// It is not in the set.
    NotListed,
    /// It is in the set; by a filter alone, with a chance of one in 65,536 that it is not.
    Breached {
        /// How often it was seen, where the ranges are at hand.
        count: Option<NonZeroU64>,
    },
    /// Nothing is known, and the policy is [`OnError::FailOpen`].
    Unchecked(BreachError),
}

impl BreachCheck {
    /// By a filter.
    #[must_use]
    pub const fn offline(filter: BreachFilter) -> Self {
        Self { filter: Some(filter), ranges: None, min_count: NonZeroU64::MIN }
    }

    /// By ranges alone: files, or a server.
    #[must_use]
    pub fn by_ranges(ranges: impl RangeSource + 'static) -> Self {
        Self { filter: None, ranges: Some(Box::new(ranges)), min_count: NonZeroU64::MIN }
    }

    /// Asks these ranges about what the filter lists: that says how often, and takes back its mistakes.
    /// While they cannot be asked, the filter's word counts.
    #[must_use]
    pub fn confirmed_by(mut self, ranges: impl RangeSource + 'static) -> Self {
        self.ranges = Some(Box::new(ranges));
        self
    }

    /// What was seen less often is not held against a passphrase, where the count is known: 1 by default.
    #[must_use]
    pub const fn min_count(mut self, times: NonZeroU64) -> Self {
        self.min_count = times;
        self
    }

    /// What is known of this passphrase.
    ///
    /// # Errors
    /// Under [`OnError::FailClosed`], whatever [`BreachError`] there was.
    pub fn check(&self, passphrase: &Passphrase, on_error: OnError) -> Result<BreachVerdict, BreachError> {
        self.check_hash(&BreachHash::of(passphrase), on_error)
    }

    /// As [`check`](Self::check), where the hash alone is at hand.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn check_hash(&self, hash: &BreachHash, on_error: OnError) -> Result<BreachVerdict, BreachError> {
        match (self.known(hash), on_error) {
            (Err(error), OnError::FailOpen) => Ok(BreachVerdict::Unchecked(error)),
            (known, _) => known,
        }
    }

    fn known(&self, hash: &BreachHash) -> Result<BreachVerdict, BreachError> {
        let listed = self.filter.as_ref().map(|filter| filter.contains(hash)).transpose()?;
        match (listed, &self.ranges) {
            (Some(false), _) | (None, None) => Ok(BreachVerdict::NotListed),
            (Some(true), None) => Ok(BreachVerdict::Breached { count: None }),
            (Some(true), Some(ranges)) => {
                Ok(self.counted(ranges.as_ref(), hash).unwrap_or(BreachVerdict::Breached { count: None }))
            }
            (None, Some(ranges)) => self.counted(ranges.as_ref(), hash),
        }
    }

    fn counted(&self, ranges: &dyn RangeSource, hash: &BreachHash) -> Result<BreachVerdict, BreachError> {
        let count = NonZeroU64::new(ranges.range(hash.prefix())?.count_of(hash));
        let count = count.filter(|count| *count >= self.min_count);
        Ok(count.map_or(BreachVerdict::NotListed, |count| BreachVerdict::Breached { count: Some(count) }))
    }
}
