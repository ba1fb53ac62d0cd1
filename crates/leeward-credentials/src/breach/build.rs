use super::{
    BreachError, FilterHeader, RangeFiles,
    filter::key,
    fuse::Layout,
    header::{Entry, SHARDS, sha256},
    part::Unfinished,
    range_files::Names,
};
use jiff::civil::Date;
use std::{
    num::{NonZeroU64, NonZeroUsize},
    panic::catch_unwind,
    path::{Path, PathBuf},
    thread,
};
use xorf::BinaryFuse16;

/// More hashes than any part of a real set has: the 4096th part of two thousand million is half a million.
const MAX_KEYS: usize = 8_000_000;

/// Makes a [`BreachFilter`](super::BreachFilter) of the public range files.
///
/// The set is divided by its first three digits into 4096 parts, each a filter of its own, so that memory
/// is bounded by the largest of them. A build that was killed goes on where it was. The file appears under its
/// name when it is whole, in place of what was there. What is made depends on the set and the settings alone.
///
/// ```no_run
/// use leeward_credentials::breach::{BreachError, FilterBuilder, RangeFiles};
/// let set = RangeFiles::open("pwnedpasswords")?;
/// let made = FilterBuilder::new("breached.filter").build(&set, |done, of| eprintln!("{done} of {of}"))?;
/// println!("{} hashes", made.keys());
/// # Ok::<(), BreachError>(())
/// ```
#[derive(Clone, Debug)]
pub struct FilterBuilder {
    path: PathBuf,
    header: FilterHeader,
    threads: NonZeroUsize,
    allow_missing: bool,
}

/// One part, as it will lie in the file.
pub(super) struct Built {
    pub(super) entry: Entry,
    pub(super) bytes: Vec<u8>,
}

impl FilterBuilder {
    /// Makes the file `path`. What is unfinished lies beside it, with `.part` at the end of its name.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let header =
            FilterHeader { keys: 0, min_count: NonZeroU64::MIN, source_date: None, missing_ranges: 0 };
        Self { path: path.into(), header, threads: NonZeroUsize::MIN, allow_missing: false }
    }

    /// Leaves out what was seen less often. 1 by default, which leaves out nothing.
    #[must_use]
    pub const fn min_count(mut self, times: NonZeroU64) -> Self {
        self.header.min_count = times;
        self
    }

    /// Says when the set was made.
    #[must_use]
    pub const fn source_date(mut self, date: Date) -> Self {
        self.header.source_date = Some(date);
        self
    }

    /// How many parts are made at once: one by default. Memory grows with it.
    #[must_use]
    pub const fn threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = threads;
        self
    }

    /// Takes a set that has nothing for some ranges, which the public one never has: a short list of one's
    /// own, or a part of a download. How many are missing stands in the header.
    #[must_use]
    pub const fn allow_missing_ranges(mut self) -> Self {
        self.allow_missing = true;
        self
    }

    /// Makes it, or goes on making it. `progress` is told how many of the 4096 parts are made, at first
    /// those that are there already.
    ///
    /// # Errors
    /// [`BreachError::Io`]; [`BreachError::MissingRange`]; [`BreachError::Malformed`];
    /// [`BreachError::Unsorted`]; [`BreachError::TooManyKeys`] and [`BreachError::NotBuilt`] for hashes that are
    /// none; [`BreachError::InUse`]; [`BreachError::InTheWay`]. What was made stays, and is gone on with.
    pub fn build(
        &self,
        set: &RangeFiles,
        mut progress: impl FnMut(u16, u16),
    ) -> Result<FilterHeader, BreachError> {
        let mut file = Unfinished::open(&self.path, &self.header, set.mark()?, self.allow_missing)?;
        let names = set.names()?;
        progress(file.done(), SHARDS);
        while file.done() < SHARDS {
            for built in self.wave(set, &names, file.done())? {
                file.push(&built)?;
                progress(file.done(), SHARDS);
            }
        }
        file.finish(&self.path)
    }

    /// Where it will lie.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The next parts, as many as there are threads, in their order.
    fn wave(&self, set: &RangeFiles, names: &Names, from: u16) -> Result<Vec<Built>, BreachError> {
        let threads = u16::try_from(self.threads.get()).unwrap_or(SHARDS);
        let wave = from..from.saturating_add(threads).min(SHARDS);
        if threads == 1 {
            return wave.map(|shard| self.part(set, names, shard)).collect();
        }
        thread::scope(|scope| {
            let at_work: Vec<_> =
                wave.map(|shard| (shard, scope.spawn(move || self.part(set, names, shard)))).collect();
            let joined = at_work
                .into_iter()
                .map(|(shard, work)| work.join().map_err(|_| BreachError::NotBuilt { shard })?);
            joined.collect()
        })
    }

    fn part(&self, set: &RangeFiles, names: &Names, shard: u16) -> Result<Built, BreachError> {
        let mut keys = Vec::new();
        let missing = set.part(shard, names, &mut |listed| {
            if listed.count >= self.header.min_count.get() {
                keys.push(key(&listed.hash));
            }
            if keys.len() > MAX_KEYS { Err(BreachError::TooManyKeys { shard }) } else { Ok(()) }
        })?;
        if let (Some(prefix), false) = (missing.first().copied(), self.allow_missing) {
            return Err(BreachError::MissingRange { prefix });
        }
        keys.sort_unstable();
        keys.dedup();
        let missing = u16::try_from(missing.len()).unwrap_or(u16::MAX);
        Built::new(&keys, missing).ok_or(BreachError::NotBuilt { shard })
    }
}

impl Built {
    /// `None` when no filter was found, which happens to no keys that are random.
    fn new(keys: &[u64], missing_ranges: u16) -> Option<Self> {
        if keys.is_empty() {
            return Some(Self { entry: Entry::empty(missing_ranges), bytes: Vec::new() });
        }
        // Keys that somebody chose may count past what xorf counts to.
        let filter = catch_unwind(|| BinaryFuse16::try_from(keys)).ok()?.ok()?;
        let xorf::Descriptor { seed, segment_length, segment_count_length, .. } = filter.descriptor;
        let segment_bits = u8::try_from(segment_length.checked_ilog2()?).ok()?;
        let layout =
            Layout { seed, segment_bits, segments: segment_count_length.checked_div(segment_length)? };
        let bytes: Vec<u8> = filter.fingerprints.iter().flat_map(|print| print.to_le_bytes()).collect();
        let keys = u32::try_from(keys.len()).ok()?;
        Some(Self { entry: Entry { layout, keys, missing_ranges, sha256: sha256(&bytes) }, bytes })
    }
}
