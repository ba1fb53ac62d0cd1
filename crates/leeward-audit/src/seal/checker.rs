use super::{EpochKey, EpochSeal, SealKey, epoch_seal::SealBody};
use crate::{LogEntry, merkle::Hash};
use leeward_event::CoarseTime;

/// Checks the seals of a log, entry by entry from the first: a pure function of the entries and the key,
/// in constant memory.
///
/// It takes nobody's word for the entries; that they are those that were signed is shown by the
/// checkpoint ([`verify_dir`](crate::verify_dir)).
///
/// ```
/// use leeward_audit::{SealChecker, SealError, SealKey, merkle::{Frontier, leaf_hash}};
/// # let entries: Vec<Vec<u8>> = Vec::new();
/// # let rng = ring::rand::SystemRandom::new();
/// let key = SealKey::generate("example.org/audit", 15, &rng).unwrap();
/// let (mut checker, mut tree) = (SealChecker::new(&key), Frontier::new());
/// for entry in &entries {
///     checker.entry(entry, || tree.root())?;
///     tree.append(leaf_hash(entry));
/// }
/// assert_eq!(checker.finish(None), Err(SealError::Never)); // a log without seals does not pass
/// # Ok::<(), SealError>(())
/// ```
#[derive(Debug)]
pub struct SealChecker {
    minutes: u32,
    /// The key of the epoch that is open.
    key: EpochKey,
    epoch: u32,
    start: CoarseTime,
    /// When the last entry was logged.
    last: CoarseTime,
    index: u64,
    /// The first entry after those that were passed over last.
    from: u64,
    /// How many entries the last seal stands for.
    covered: u64,
    /// When the seals began.
    began: CoarseTime,
    /// After entries that were passed over and before the next seal: the minute of the first entry between.
    adrift: Option<Option<CoarseTime>>,
}

/// What a [`SealChecker`] found in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sealed {
    /// How many epochs are sealed, with the one before the seals began.
    pub epochs: u32,
    /// The first entry that the last seal authenticates: not 0 when the log keeps only those from here on.
    /// That the ones before are no longer kept, with their seals, is what the log's key says, which
    /// whoever took it over has too.
    pub from: u64,
    /// The last seal authenticates the entries below this one. Those after it are held by the checkpoint
    /// alone.
    pub entries: u64,
    /// When the seals began. Once the first seal is no longer kept, this follows from the number of a later
    /// epoch: compare it with the minute that you know, for whoever took the log over can have moved all
    /// that is left of it to another time.
    pub began: CoarseTime,
    /// Up to which minute the log is sealed: the first one after the last sealed epoch.
    pub until: CoarseTime,
}

/// Why the seals of a log do not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// An entry is not in a form that this release knows.
    #[error("entry {index} cannot be read, and so the seals cannot be checked")]
    Unreadable {
        /// The entry.
        index: u64,
    },
    /// A seal was not made with the key of its epoch over what stands before it: something before it
    /// was changed, the seal is forged, or the key is another log's.
    #[error("the seal at entry {index} does not hold for what stands before it, or the key is not the log's")]
    Broken {
        /// The seal.
        index: u64,
    },
    /// An epoch has no seal, or several, or not its length.
    #[error("the seal at entry {index} is not the next one, that of epoch {expected}")]
    Discontinuous {
        /// The seal.
        index: u64,
        /// The epoch that should have been sealed there.
        expected: u32,
    },
    /// An entry's minute lies outside of the epoch in which it stands.
    #[error("entry {index} has a time outside of its epoch, {epoch}")]
    Outside {
        /// The entry.
        index: u64,
        /// The epoch.
        epoch: u32,
    },
    /// The log has no seal at all.
    #[error("the log has no seals, and the key says that it should")]
    Never,
    /// The last seal is older than it may be: the end was cut off, or nobody sealed.
    #[error(
        "the log is sealed until minute {} and no further: its end is missing, or it was not sealed since",
        until.minutes()
    )]
    Stale {
        /// The first minute that is not sealed.
        until: CoarseTime,
    },
    /// The seals begin later than they are known to have begun: what came before was taken out of them.
    #[error("the seals begin in minute {}, which is later than they did: they were moved, or begun anew", began.minutes())]
    Later {
        /// When they begin now.
        began: CoarseTime,
    },
}

impl SealChecker {
    /// A checker for the log of this key.
    #[must_use]
    pub fn new(key: &SealKey) -> Self {
        Self {
            minutes: u32::from(key.minutes()),
            key: key.first(),
            epoch: 0,
            start: CoarseTime::from_minutes(0),
            last: CoarseTime::from_minutes(0),
            index: 0,
            from: 0,
            covered: 0,
            began: CoarseTime::from_minutes(0),
            adrift: None,
        }
    }

    /// Takes the next entry. `root` makes the root of the tree of all entries before it, and is asked
    /// only at a seal.
    ///
    /// # Errors
    /// [`SealError`], but for the last three; then the log does not hold, and no more entries need be
    /// given.
    pub fn entry(&mut self, entry: &[u8], root: impl FnOnce() -> Hash) -> Result<(), SealError> {
        let index = self.index;
        let entry = LogEntry::decode(entry).ok_or(SealError::Unreadable { index })?;
        let at = entry.at();
        match entry {
            LogEntry::Event(_) => self.check_time(at)?,
            LogEntry::Seal(seal) => self.seal(&seal, root)?,
        }
        self.last = at;
        self.index = index.saturating_add(1);
        Ok(())
    }

    /// Passes over entries that the log keeps no more. The next seal stands for them by their root, and
    /// tells which epoch it is; the seals among them, and their times, are not checked, and nothing is shown
    /// of the entries before ([`Sealed::from`]).
    pub fn skip(&mut self, entries: u64) {
        self.index = self.index.saturating_add(entries);
        self.from = self.index;
        self.adrift = Some(None);
    }

    /// Says up to where the log is sealed. `until` is a minute that the seals must have reached: the
    /// time now, less what an epoch and its publication take. Without it, a log whose end was cut off
    /// at a seal passes.
    ///
    /// # Errors
    /// [`SealError::Never`]; [`SealError::Stale`].
    pub fn finish(self, until: Option<CoarseTime>) -> Result<Sealed, SealError> {
        if self.epoch == 0 {
            return Err(SealError::Never);
        }
        if until.is_some_and(|until| self.start < until) {
            return Err(SealError::Stale { until: self.start });
        }
        let Self { epoch: epochs, from, covered: entries, began, start: until, .. } = self;
        Ok(Sealed { epochs, from, entries, began, until })
    }

    fn check_time(&mut self, at: CoarseTime) -> Result<(), SealError> {
        let is_over = self.epoch > 0 && self.adrift.is_none() && at >= self.end();
        if at < self.last || at < self.start || is_over {
            return Err(self.outside());
        }
        if let Some(first) = &mut self.adrift {
            first.get_or_insert(at);
        }
        Ok(())
    }

    const fn outside(&self) -> SealError {
        SealError::Outside { index: self.index, epoch: self.epoch }
    }

    /// Finds the open epoch again, by the first seal after entries that were passed over.
    fn catch_up(&mut self, said: &SealBody, first: Option<CoarseTime>) -> Result<(), SealError> {
        let lost = SealError::Discontinuous { index: self.index, expected: self.epoch };
        // Every epoch before has a seal of its own before this one, so that a forged number costs nothing.
        let missed = said.epoch.checked_sub(self.epoch).filter(|_| u64::from(said.epoch) <= self.index);
        let missed = missed.ok_or(lost)?;
        (0..missed).for_each(|_| self.key = self.key.next());
        if self.epoch == 0 && missed > 0 {
            let since_began = missed.saturating_sub(1).saturating_mul(self.minutes);
            let began = said.start.minutes().checked_sub(since_began).ok_or(lost)?;
            (self.began, self.start) = (CoarseTime::from_minutes(began), said.start);
        } else {
            let missed = missed.saturating_mul(self.minutes);
            self.start = CoarseTime::from_minutes(self.start.minutes().saturating_add(missed));
        }
        self.epoch = said.epoch;
        if first.is_some_and(|first| first < self.start) { Err(self.outside()) } else { Ok(()) }
    }

    fn seal(&mut self, seal: &EpochSeal, root: impl FnOnce() -> Hash) -> Result<(), SealError> {
        let index = self.index;
        let said = *seal.body();
        if let Some(first) = self.adrift.take() {
            self.catch_up(&said, first)?;
        }
        // What was logged before the seals began ends when they begin.
        let end = if self.epoch == 0 { said.end } else { self.end() };
        if (said.epoch, said.start, said.end) != (self.epoch, self.start, end) || said.end < self.last {
            return Err(SealError::Discontinuous { index, expected: self.epoch });
        }
        let stands = SealBody { size: index, root: root(), ..said };
        if said != stands || !seal.is_by(&self.key) {
            return Err(SealError::Broken { index });
        }
        if self.epoch == 0 {
            self.began = end;
        }
        self.key = self.key.next();
        self.epoch = self.epoch.saturating_add(1);
        self.start = end;
        self.covered = index;
        Ok(())
    }

    fn end(&self) -> CoarseTime {
        CoarseTime::from_minutes(self.start.minutes().saturating_add(self.minutes))
    }
}
