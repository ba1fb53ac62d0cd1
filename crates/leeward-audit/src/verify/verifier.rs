use super::{
    VerifyError,
    content::{Content, Shown},
    files::Files,
    growth, listing,
    source::Source,
};
use crate::{
    Checkpoint,
    merkle::Hash,
    note::{MAX_NOTE, VerifierKey},
    tiles::{CHECKPOINT_FILE, VKEY_FILE},
};
use leeward_event::CoarseTime;
use std::{fmt, num::NonZeroUsize, thread};

/// The most threads that are used unless somebody asks for more: reading is what they wait for then.
const MAX_THREADS: usize = 8;

/// Verifies a published log, wherever it lies: that its key signed the checkpoint, that the entries are those
/// whose root it signed, that every tile has their hashes, and that nothing else lies there. Every change of
/// any byte is found, and every file that is missing or does not belong.
///
/// It needs no store and no secret, reads files one by one, and holds a few of them in memory whatever the
/// size of the log. By itself it cannot know whether a newer checkpoint was signed than the one it finds: give
/// it one that you kept ([`since`](Self::since)).
///
/// ```
/// use leeward_audit::{Checkpoint, DirSource, Verifier, VerifyError, note::VerifierKey};
/// use std::path::Path;
///
/// fn still_holds(dir: &Path, vkey: &VerifierKey, kept: &[u8]) -> Result<u64, VerifyError> {
///     let kept = Checkpoint::open(kept, vkey).map_err(VerifyError::Checkpoint)?;
///     let verified = Verifier::new(vkey)
///         .since(kept)
///         .on_progress(|done, size| eprint!("\r{done} of {size} entries"))
///         .verify(&DirSource::new(dir))?;
///     Ok(verified.size)
/// }
/// ```
pub struct Verifier<'a> {
    vkey: VerifierKey,
    since: Option<Checkpoint>,
    threads: NonZeroUsize,
    progress: Box<dyn FnMut(u64, u64) + 'a>,
}

/// What [`Verifier::verify`] found in order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// The name of the log.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// The root of its tree.
    pub root: Hash,
    /// When the last entry was logged, as the log tells it; `None` when there is none, or none that this
    /// release reads. A log that is put back to an older state is no newer than this.
    pub newest: Option<CoarseTime>,
    /// The size of the older checkpoint that the log was shown to begin with.
    pub since: Option<u64>,
    /// Whether nothing else lies there; false when the source could not tell.
    pub nothing_else: bool,
}

impl<'a> Verifier<'a> {
    /// A verifier for the log with this key, which should come from elsewhere than the log.
    #[must_use]
    pub fn new(vkey: &VerifierKey) -> Self {
        let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MAX_THREADS);
        Self {
            vkey: vkey.clone(),
            since: None,
            threads: NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN),
            progress: Box::new(|_, _| {}),
        }
    }

    /// Shows as well that the log begins with the tree of an older checkpoint of it, which the caller has
    /// [opened](Checkpoint::open) and kept: so a log that was put back, or rewritten by a holder of its key,
    /// is found.
    #[must_use]
    pub fn since(mut self, old: Checkpoint) -> Self {
        self.since = Some(old);
        self
    }

    /// How many threads read and hash; otherwise as many as the machine runs at once, but no more than
    /// eight. Each holds up to a few hundred kilobytes of an ordinary log.
    #[must_use]
    pub const fn threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = threads;
        self
    }

    /// Is called now and then, on the calling thread, with the number of entries that are done and that of
    /// all of them.
    #[must_use]
    pub fn on_progress(mut self, progress: impl FnMut(u64, u64) + 'a) -> Self {
        self.progress = Box::new(progress);
        self
    }

    /// Verifies the log that lies there.
    ///
    /// A publication that is under way, or was interrupted, shows as [`VerifyError::Foreign`] or
    /// [`VerifyError::Missing`]: verify again when it is over.
    ///
    /// # Errors
    /// The first thing that does not hold. [`VerifyError::Io`] and [`VerifyError::OtherLog`] alone say
    /// nothing of the log.
    pub fn verify(mut self, source: &dyn Source) -> Result<Verified, VerifyError> {
        let files = Files(source);
        let checkpoint = self.checkpoint(files)?;
        if let Some(old) = &self.since {
            growth::check(old, &checkpoint)?;
        }
        let size = checkpoint.size();
        let content = Content::new(files, 0);
        let shown = content.verify(&checkpoint, self.threads, |done| (self.progress)(done, size))?;
        if let Some(old) = &self.since {
            growth::verify(files, old, &checkpoint)?;
        }
        let nothing_else = listing::verify(files, size, &shown)?;
        Ok(self.verified(&checkpoint, &shown, nothing_else))
    }

    fn checkpoint(&self, files: Files<'_>) -> Result<Checkpoint, VerifyError> {
        let key = format!("{}\n", self.vkey);
        if files.read(VKEY_FILE, key.len())? != key.as_bytes() {
            return Err(VerifyError::Key);
        }
        let note = files.read(CHECKPOINT_FILE, MAX_NOTE)?;
        Checkpoint::open(&note, &self.vkey).map_err(VerifyError::Checkpoint)
    }

    fn verified(&self, checkpoint: &Checkpoint, shown: &Shown, nothing_else: bool) -> Verified {
        Verified {
            origin: checkpoint.origin().to_owned(),
            size: checkpoint.size(),
            root: *checkpoint.root(),
            newest: shown.newest,
            since: self.since.as_ref().map(Checkpoint::size),
            nothing_else,
        }
    }
}

impl fmt::Debug for Verifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("vkey", &self.vkey)
            .field("since", &self.since)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}
