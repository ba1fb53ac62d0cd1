use super::{VerifyError, content::Content, files::Files, growth, listing, seals::Seals, source::Source};
use crate::{
    Checkpoint, MINIMUM_INDEX_FILE, MinimumIndex, Policy, SealChecker, SealError, SealKey, Sealed,
    merkle::Hash,
    note::{MAX_NOTE, Note, VerifierKey},
    policy::Cosignature,
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
    policy: Option<Policy>,
    seals: Option<Seals>,
    other_log: bool,
    sealed_until: Option<CoarseTime>,
    sealed_from: Option<CoarseTime>,
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
    /// From which index on every entry is there: not 0 when the log has signed that it stopped keeping the
    /// ones before ([`MinimumIndex`]). Of those, the hashes were verified.
    pub kept_from: u64,
    /// When the last entry was logged, as the log tells it; `None` when there is none, or none that this
    /// release reads. A log that is put back to an older state is no newer than this.
    pub newest: Option<CoarseTime>,
    /// The size of the older checkpoint that the log was shown to begin with.
    pub since: Option<u64>,
    /// Which witnesses of the policy have cosigned the checkpoint, and when.
    pub cosignatures: Vec<Cosignature>,
    /// What the seals show, with a seal key.
    pub sealed: Option<Sealed>,
    /// The key in `log.vkey`, when it is not the one given, but signed the checkpoint too: the log changes its
    /// key, or somebody put theirs there. Nothing here tells which: ask those who run the log.
    pub other_key: Option<VerifierKey>,
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
            policy: None,
            seals: None,
            other_log: false,
            sealed_until: None,
            sealed_from: None,
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

    /// Shows as well that enough witnesses have cosigned the checkpoint: so a log of which somebody else is
    /// shown another history is found. The logs that the policy names are not asked after. When the
    /// witnesses saw it is [told](Verified::cosignatures): a log that was put back has old ones.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Shows as well that the seals hold: whoever took over the log, with every key that lay there, could
    /// change nothing of what was sealed before. `until` is a minute up to which the log must be sealed: the
    /// time now, less what an epoch and its publication take. So a log that was put back, or whose end was
    /// cut off, is found without an older checkpoint. Of entries that the log says it no longer keeps the seals
    /// show nothing: [`Sealed::from`] and [`Sealed::began`] tell.
    #[must_use]
    pub fn seal_key(mut self, key: &SealKey, until: Option<CoarseTime>) -> Self {
        self.other_log = key.origin() != self.vkey.name();
        self.seals = Some(Seals::new(SealChecker::new(key)));
        self.sealed_until = until;
        self
    }

    /// With [`seal_key`](Self::seal_key): shows as well that the seals began in this minute at the latest, as
    /// [`Sealed::began`] told when the log was verified before. When the log no longer keeps its first seal,
    /// whoever took it over could otherwise have moved what is left to a later time. Without a seal key it is
    /// refused.
    #[must_use]
    pub const fn sealed_from(mut self, minute: CoarseTime) -> Self {
        self.sealed_from = Some(minute);
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
        let other_key = self.other_key(files)?;
        let (checkpoint, cosignatures) = self.checkpoint(files)?;
        if let Some(old) = &self.since {
            growth::check(old, &checkpoint)?;
        }
        if self.other_log {
            return Err(VerifyError::OtherLog);
        }
        let size = checkpoint.size();
        let content = Content::new(files, self.minimum_index(files, size)?, self.seals.take());
        let mut shown = content.verify(&checkpoint, self.threads, |done| (self.progress)(done, size))?;
        if let Some(old) = &self.since {
            growth::verify(files, old, &checkpoint)?;
        }
        let nothing_else = listing::verify(files, size, &shown)?;
        let sealed = self.sealed(shown.seals.take())?;
        Ok(Verified {
            origin: checkpoint.origin().to_owned(),
            size,
            root: *checkpoint.root(),
            kept_from: shown.kept_from,
            newest: shown.newest,
            since: self.since.as_ref().map(Checkpoint::size),
            cosignatures,
            sealed,
            other_key,
            nothing_else,
        })
    }

    /// The key that lies there, unless it is the one given; it must have signed the checkpoint, too.
    fn other_key(&self, files: Files<'_>) -> Result<Option<VerifierKey>, VerifyError> {
        let key = format!("{}\n", self.vkey);
        let found = files.read(VKEY_FILE, key.len())?;
        if found == key.as_bytes() {
            return Ok(None);
        }
        let other = str::from_utf8(&found).ok().and_then(|line| line.strip_suffix('\n')?.parse().ok());
        let other: VerifierKey = other.ok_or(VerifyError::Key)?;
        let note = files.read(CHECKPOINT_FILE, MAX_NOTE).map_err(|_| VerifyError::Key)?;
        let signed = |key| Checkpoint::open(&note, key).is_ok();
        let changes = other.name() == self.vkey.name() && signed(&other) && signed(&self.vkey);
        if changes { Ok(Some(other)) } else { Err(VerifyError::Key) }
    }

    fn checkpoint(&self, files: Files<'_>) -> Result<(Checkpoint, Vec<Cosignature>), VerifyError> {
        let note = files.read(CHECKPOINT_FILE, MAX_NOTE)?;
        let note = Note::parse(&note).map_err(VerifyError::Checkpoint)?;
        let checkpoint = Checkpoint::from_note(&note, &self.vkey).map_err(VerifyError::Checkpoint)?;
        let Some(policy) = &self.policy else { return Ok((checkpoint, Vec::new())) };
        let witnessed = policy.verify_from(&note, std::slice::from_ref(&self.vkey));
        Ok((checkpoint, witnessed.map_err(VerifyError::Policy)?.cosignatures))
    }

    /// Below which index entries may be gone, as the log has signed.
    fn minimum_index(&self, files: Files<'_>, size: u64) -> Result<u64, VerifyError> {
        let Some(note) = files.find(MINIMUM_INDEX_FILE, MAX_NOTE)? else { return Ok(0) };
        let minimum = MinimumIndex::open(&note, &self.vkey).map_err(VerifyError::MinimumIndex)?.index();
        // What a log stops keeping it has signed before.
        if minimum > size { Err(VerifyError::RolledBack { size, old_size: minimum }) } else { Ok(minimum) }
    }

    fn sealed(&self, seals: Option<Seals>) -> Result<Option<Sealed>, VerifyError> {
        let sealed = seals.map(|seals| seals.finish()?.finish(self.sealed_until));
        let sealed = sealed.transpose().map_err(VerifyError::Seals)?;
        match (sealed, self.sealed_from) {
            (None, Some(_)) => Err(VerifyError::Seals(SealError::Never)),
            (Some(Sealed { began, .. }), Some(minute)) if began > minute => {
                Err(VerifyError::Seals(SealError::Later { began }))
            }
            _ => Ok(sealed),
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
