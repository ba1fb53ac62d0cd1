//! Evidence that is handed to others: entries of the log, with all it takes to verify them offline.

mod error;
mod make;
mod manifest;
mod tar;

pub use error::PackError;

use crate::{
    Checkpoint, LogEntry, Policy, TlogProof,
    note::{MAX_NOTE, Note, VerifierKey},
    tiles::MAX_ENTRY,
};
use leeward_event::{CoarseTime, Event, Subject};
use manifest::{Manifest, Part};

/// The most entries of one pack.
pub const MAX_PACKED: usize = 10_000;

/// The longest manifest: a line of at most 40 bytes for each entry.
const MAX_MANIFEST: usize = 4096 + 40 * MAX_PACKED;

/// The longest proof file.
const MAX_PROOF: usize = MAX_NOTE + 64 * 1024;

/// A detail: the salt and the event.
const MAX_DETAIL: usize = 1024;

const MANIFEST: &str = "manifest";
const CHECKPOINT: &str = "checkpoint";

/// Entries of the log, their proofs, the checkpoint with its cosignatures, and the events of those that are
/// shown: one file, a tar archive, that verifies offline with the log's key. `docs/evidence-pack.md` has the
/// format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    made: CoarseTime,
    checkpoint: Note,
    entries: Vec<Packed>,
}

/// One entry of a [`Pack`], unverified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Packed {
    pub(crate) index: u64,
    pub(crate) entry: Vec<u8>,
    pub(crate) proof: TlogProof,
    pub(crate) detail: PackedDetail,
}

/// What a pack has of the event of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PackedDetail {
    Shown { salt: [u8; 32], event: Vec<u8> },
    Withheld,
    Erased,
    None,
}

/// What a [`Pack`] shows, verified.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evidence {
    /// The checkpoint in whose log the entries stand.
    pub checkpoint: Checkpoint,
    /// The minute in which the pack was made, as who made it says: nothing proves it.
    pub made: CoarseTime,
    /// The entries, in the order of the log.
    pub entries: Vec<Shown>,
}

/// An entry that stands in the log, verified.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shown {
    /// Where it stands, from 0.
    pub index: u64,
    /// What the log says in public.
    pub entry: LogEntry,
    /// The event that the entry commits to, or why there is none.
    pub detail: ShownDetail,
}

/// What is shown of the event of an entry. That it is withheld or erased is what the maker of the pack says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShownDetail {
    /// The event: the entry commits to it.
    Event(Event),
    /// The maker of the pack does not show it.
    Withheld,
    /// Its subject was erased, and nobody can show it.
    Erased,
    /// The entry is a seal, and says all itself.
    Seal,
}

impl Pack {
    /// Reads a pack. Its form is checked; whether it holds is what [`verify`](Self::verify) is for.
    ///
    /// # Errors
    /// [`PackError::Malformed`], [`PackError::TooLarge`], [`PackError::Note`], [`PackError::Proof`].
    pub fn parse(bytes: &[u8]) -> Result<Self, PackError> {
        let mut files = tar::Reader(bytes);
        let manifest = Manifest::parse(files.take(MANIFEST, MAX_MANIFEST)?).ok_or(PackError::Malformed)?;
        let checkpoint = Note::parse(files.take(CHECKPOINT, MAX_NOTE)?)?;
        let mut entries = Vec::new();
        for (index, part) in manifest.entries {
            let entry = files.take(&entry_file(index), MAX_ENTRY)?.to_vec();
            let proof = TlogProof::parse(files.take(&proof_file(index), MAX_PROOF)?)?;
            let detail = match part {
                Part::Shown => PackedDetail::shown(files.take(&detail_file(index), MAX_DETAIL)?)?,
                Part::Withheld => PackedDetail::Withheld,
                Part::Erased => PackedDetail::Erased,
                Part::None => PackedDetail::None,
            };
            entries.push(Packed { index, entry, proof, detail });
        }
        files.finish()?;
        let pack = Self { made: manifest.made, checkpoint, entries };
        // A proof may have a line that is not read, and the manifest must fit the checkpoint.
        if pack.to_bytes() == bytes { Ok(pack) } else { Err(PackError::Malformed) }
    }

    /// The pack as a file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        tar::push(&mut bytes, MANIFEST, self.manifest().to_string().as_bytes());
        tar::push(&mut bytes, CHECKPOINT, self.checkpoint.to_string().as_bytes());
        for Packed { index, entry, proof, detail } in &self.entries {
            tar::push(&mut bytes, &entry_file(*index), entry);
            tar::push(&mut bytes, &proof_file(*index), proof.to_string().as_bytes());
            if let PackedDetail::Shown { salt, event } = detail {
                tar::push(&mut bytes, &detail_file(*index), &[&salt[..], event].concat());
            }
        }
        tar::finish(bytes)
    }

    /// Checks that the log whose key is `vkey` signed the checkpoint, that every entry stands in its tree, and
    /// that each event that is shown is the one its entry commits to. It needs nothing else, and no network.
    ///
    /// Whether there are other entries, a pack does not show.
    ///
    /// # Errors
    /// [`PackError::Note`] when the checkpoint does not hold; [`PackError::Entry`] names the first entry that
    /// does not.
    pub fn verify(&self, vkey: &VerifierKey) -> Result<Evidence, PackError> {
        let checkpoint = Checkpoint::from_note(&self.checkpoint, vkey)?;
        let entries = self.entries.iter().map(|packed| {
            let shown = packed.verify(&self.checkpoint, vkey);
            shown.ok_or(PackError::Entry { index: packed.index })
        });
        Ok(Evidence { entries: entries.collect::<Result<_, _>>()?, checkpoint, made: self.made })
    }

    /// As [`verify`](Self::verify), and that as many witnesses cosigned the checkpoint as `policy` asks for.
    ///
    /// # Errors
    /// [`PackError::Policy`] when too few did; those of [`verify`](Self::verify).
    pub fn verify_witnessed(&self, vkey: &VerifierKey, policy: &Policy) -> Result<Evidence, PackError> {
        policy.verify_from(&self.checkpoint, std::slice::from_ref(vkey))?;
        self.verify(vkey)
    }

    /// The signed checkpoint, with the cosignatures of witnesses.
    #[must_use]
    pub const fn checkpoint(&self) -> &Note {
        &self.checkpoint
    }

    /// The one subject that all the events are about that are shown.
    fn subject(&self) -> Option<Subject> {
        let mut subjects = self.entries.iter().filter_map(|packed| match &packed.detail {
            PackedDetail::Shown { event, .. } => Some(Event::decode(event).ok()?.whom()),
            _ => None,
        });
        let first = subjects.next()??;
        subjects.all(|subject| subject == Some(first)).then_some(first)
    }

    fn manifest(&self) -> Manifest {
        let text = self.checkpoint.text();
        let mut lines = text.lines();
        let origin = lines.next().unwrap_or_default().to_owned();
        let size = lines.next().unwrap_or_default().to_owned();
        let entries = self.entries.iter().map(|packed| (packed.index, packed.detail.part()));
        Manifest { origin, size, made: self.made, entries: entries.collect() }
    }
}

impl Packed {
    fn verify(&self, checkpoint: &Note, vkey: &VerifierKey) -> Option<Shown> {
        if self.proof.checkpoint() != checkpoint || self.proof.index() != self.index {
            return None;
        }
        self.proof.verify(&self.entry, vkey).ok()?;
        let entry = LogEntry::decode(&self.entry)?;
        let detail = match (&self.detail, entry.event()) {
            (PackedDetail::Shown { salt, event }, Some(said)) => {
                let event = Event::decode(event).ok()?;
                said.commits_to(&event, salt).then_some(ShownDetail::Event(event))?
            }
            (PackedDetail::Withheld, Some(_)) => ShownDetail::Withheld,
            (PackedDetail::Erased, Some(_)) => ShownDetail::Erased,
            (PackedDetail::None, None) => ShownDetail::Seal,
            _ => return None,
        };
        Some(Shown { index: self.index, entry, detail })
    }
}

impl PackedDetail {
    fn shown(detail: &[u8]) -> Result<Self, PackError> {
        let (salt, event) = detail.split_first_chunk().ok_or(PackError::Malformed)?;
        Ok(Self::Shown { salt: *salt, event: event.to_vec() })
    }

    const fn part(&self) -> Part {
        match self {
            Self::Shown { .. } => Part::Shown,
            Self::Withheld => Part::Withheld,
            Self::Erased => Part::Erased,
            Self::None => Part::None,
        }
    }
}

fn entry_file(index: u64) -> String {
    format!("entry/{index}")
}

fn proof_file(index: u64) -> String {
    format!("proof/{index}.tlog-proof")
}

fn detail_file(index: u64) -> String {
    format!("detail/{index}")
}
