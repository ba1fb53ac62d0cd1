use crate::{
    AuditError, AuditLog, Checkpoint, WitnessFailure,
    directory::{Changes, Locked},
    merkle::{Hash, leaf_hash},
    note::{MAX_NOTE, Note},
    record::{CHECKPOINT, COSIGNED},
    signing::LastSigned,
    tiles::{CHECKPOINT_FILE, TILE_WIDTH, TileKind, TilePath, hashes_at, push_entry},
    tree::StoredTree,
};
use leeward_store::Timestamp;
use std::ops::Range;

/// How many tiles are held in memory before they are written.
const TILES_AT_ONCE: usize = 32;

const WIDTH: u64 = TILE_WIDTH as u64;

const NO_COSIGNED: &str = "no cosigned checkpoint, though one was stored";

/// What [`AuditLog::publish`] published.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Published {
    /// How many entries the published tree has.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// The signed checkpoint, as it lies in the directory.
    pub checkpoint: String,
    /// The witnesses that did not cosign it, where they were asked, and why. The policy is met without
    /// them.
    pub failures: Vec<WitnessFailure>,
}

impl AuditLog {
    /// Signs the tree as it is, and writes what is new of it to the directory: entry bundles, tiles,
    /// and the checkpoint last (C2SP tlog-tiles).
    ///
    /// Under a [policy](Self::witnessed), nothing new is published until enough witnesses have cosigned it,
    /// and what is unchanged is cosigned again when its cosignatures are old.
    ///
    /// Everything is written from the store, so what was interrupted is made good by the next call, and
    /// a directory that was lost is written again: remove its `checkpoint`, or all of it. A partial tile
    /// stays until its full tile is there, since readers may still hold the checkpoint it belongs to.
    ///
    /// # Errors
    /// [`AuditError::Contradiction`] when the stored log is not the one that was signed or logged: such a tree
    /// is not signed, and such an entry not published; [`AuditError::ForeignDirectory`] when the directory
    /// holds another log, or a checkpoint that this log has not signed or has gone back behind;
    /// [`AuditError::ClockBehind`] and [`AuditError::ClockAhead`]; [`AuditError::Full`] and
    /// [`AuditError::Io`]; [`AuditError::Store`], [`AuditError::Corrupt`], [`AuditError::Note`];
    /// [`AuditError::OtherKey`]; [`AuditError::Unwitnessed`].
    pub async fn publish(&self, now: Timestamp) -> Result<Published, AuditError> {
        let directory = self.directory.lock(self.vkey()).await?;
        let published = self.published(&directory).await?;
        self.complete(CHECKPOINT).await?;
        self.complete(COSIGNED).await?;
        let Some(witnessing) = &self.witnessing else {
            let (checkpoint, note) = self.sign(now).await?;
            return self.write(&directory, published, &checkpoint, &note).await;
        };
        // Nobody else has to wait for the witnesses, who may take their time.
        drop(directory);
        let failures = self.cosign(witnessing, now).await?;
        let directory = self.directory.lock(self.vkey()).await?;
        let published = self.published(&directory).await?;
        let last = self.last_cosigned().await?;
        let LastSigned { checkpoint, note, .. } = last.ok_or(AuditError::Corrupt { what: NO_COSIGNED })?;
        let written = self.write(&directory, published, &checkpoint, &note).await?;
        Ok(Published { failures, ..written })
    }

    /// Writes what is new, and the checkpoint last.
    async fn write(
        &self,
        directory: &Locked,
        published: Option<(u64, Vec<u8>)>,
        checkpoint: &Checkpoint,
        note: &Note,
    ) -> Result<Published, AuditError> {
        let text = note.to_string();
        let (size, before) = published.unwrap_or_default();
        if size > checkpoint.size() {
            return Err(AuditError::ForeignDirectory { what: "more than was cosigned" });
        }
        let minimum = self.publish_minimum(directory).await?;
        // Without a policy, cosignatures that were collected under one stay as they are.
        let changed = before != text.as_bytes() && (self.witnessing.is_some() || self.lacks_a_key(&before));
        if changed || before.is_empty() || size < checkpoint.size() {
            self.write_tiles(directory, size..checkpoint.size(), minimum).await?;
            let last = vec![(CHECKPOINT_FILE.to_owned(), text.clone().into_bytes())];
            directory.apply(Changes { write: last, remove: Vec::new() }).await?;
        }
        let (size, root) = (checkpoint.size(), *checkpoint.root());
        Ok(Published { size, root, checkpoint: text, failures: Vec::new() })
    }

    /// The size of the checkpoint in the directory, checked.
    pub(crate) async fn published_size(&self, directory: &Locked) -> Result<Option<u64>, AuditError> {
        Ok(self.published(directory).await?.map(|(size, _)| size))
    }

    /// The checkpoint in the directory and its size, after checking that the log begins with its tree.
    async fn published(&self, directory: &Locked) -> Result<Option<(u64, Vec<u8>)>, AuditError> {
        let limit = u64::try_from(MAX_NOTE).unwrap_or(u64::MAX).saturating_add(1);
        let Some(note) = directory.read(CHECKPOINT_FILE, limit).await? else { return Ok(None) };
        let checkpoint = Checkpoint::open(&note, self.vkey());
        let checkpoint = checkpoint.map_err(|_| AuditError::ForeignDirectory {
            what: "a checkpoint that this log has not signed",
        })?;
        let (head, _) = self.end().await?;
        self.check_begins_with(&head, &checkpoint).await?;
        Ok(Some((checkpoint.size(), note)))
    }

    /// Whether a checkpoint in the directory is of the time before a further key was given.
    fn lacks_a_key(&self, note: &[u8]) -> bool {
        self.keys().any(|key| Checkpoint::open(note, key).is_err())
    }

    /// Writes what is new between two sizes, but for the bundles below `minimum`, which are not kept.
    async fn write_tiles(&self, directory: &Locked, new: Range<u64>, minimum: u64) -> Result<(), AuditError> {
        let tree = StoredTree::new(&self.store, new.end);
        let mut changes = Changes::default();
        let kept = |path: &TilePath| path.kind() != TileKind::Entries || path.index() >= minimum / WIDTH;
        for path in TileKind::all().flat_map(|kind| new_tiles(kind, new.start, new.end)).filter(kept) {
            changes.write.push((path.to_string(), tile_bytes(&tree, path).await?));
            if path.is_full() {
                changes.remove.push(format!("{path}.p"));
            }
            if changes.write.len() >= TILES_AT_ONCE {
                directory.apply(std::mem::take(&mut changes)).await?;
            }
        }
        directory.apply(changes).await
    }
}

/// The tiles of one kind that a tree of `size` has and one of `old` had not, from the left.
fn new_tiles(kind: TileKind, old: u64, size: u64) -> impl Iterator<Item = TilePath> {
    let full = |size| hashes_at(kind.level(), size) / WIDTH;
    let completed = (full(old)..full(size)).filter_map(move |index| TilePath::new(kind, index, TILE_WIDTH));
    let partial = TilePath::partial(kind, size)
        .filter(|_| hashes_at(kind.level(), size) > hashes_at(kind.level(), old));
    completed.chain(partial)
}

async fn tile_bytes(tree: &StoredTree<'_>, path: TilePath) -> Result<Vec<u8>, AuditError> {
    let bare = TilePath::new(TileKind::Hashes(path.kind().level()), path.index(), path.width());
    let bare = bare.ok_or(AuditError::Corrupt { what: "a tile that cannot be" })?;
    let hashes = tree.tile(bare).await?;
    if path.kind() != TileKind::Entries {
        return Ok(hashes.iter().flat_map(|hash| *hash.as_bytes()).collect());
    }
    let entries = tree.entries(path).await?;
    if !entries.iter().map(|entry| leaf_hash(entry)).eq(hashes) {
        return Err(AuditError::Contradiction { what: "an entry is not the one that was logged" });
    }
    let mut bundle = Vec::new();
    for entry in &entries {
        let pushed = push_entry(&mut bundle, entry);
        pushed.map_err(|_| AuditError::Corrupt { what: "an entry that is too long" })?;
    }
    Ok(bundle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{VerifyError, note::Ed25519Signer, verify_dir};
    use leeward_event::{Action, Actor, Event};
    use leeward_store::{Batch, Store};
    use pollster::block_on;
    use std::{
        fs,
        path::Path,
        sync::{Arc, atomic::Ordering},
    };
    use tempfile::{TempDir, tempdir};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn open(store: &Store, dir: &Path) -> AuditLog {
        block_on(AuditLog::open(store, dir, "example.org/audit")).unwrap()
    }

    fn grow(log: &AuditLog, events: u32) {
        let mut batch = Batch::new();
        for _ in 0..events {
            Event::new(Action::LogRead, Actor::Unknown, NOW).stage(&mut batch, &log.rng).unwrap();
        }
        block_on(log.store.commit(batch)).unwrap();
        block_on(log.drain(NOW)).unwrap();
    }

    fn copy(from: &Path, to: &Path) {
        for entry in fs::read_dir(from).unwrap() {
            let (path, target) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
            if path.is_dir() {
                fs::create_dir(&target).unwrap();
                copy(&path, &target);
            } else {
                fs::copy(path, target).unwrap();
            }
        }
    }

    /// Publishes from `before` to a longer log, stopped at every operation on a file, and sees that
    /// what is there is the old log, the new one or an unfinished one, and that the next publication
    /// makes it good.
    fn stop_everywhere(store: &Store, before: &Path) -> u64 {
        for stop in 0.. {
            let dir = tempdir().unwrap();
            copy(before, dir.path());
            let stopped = open(store, dir.path());
            stopped.directory.fuse.0.store(stop, Ordering::SeqCst);
            let outcome = block_on(stopped.publish(NOW));
            if let Err(error) = &outcome {
                let said = error.to_string();
                assert!(
                    matches!(error, AuditError::Full { .. }) && said.ends_with("publish again"),
                    "{said}"
                );
            }
            let key = stopped.vkey();
            if let Ok(note) = fs::read(dir.path().join(CHECKPOINT_FILE)) {
                Checkpoint::open(&note, key).unwrap();
            }
            match verify_dir(dir.path(), key) {
                Ok(verified) => assert!(outcome.is_err() || verified.size == outcome.unwrap().size),
                Err(VerifyError::Foreign { .. } | VerifyError::Missing { .. }) => assert!(outcome.is_err()),
                // The key is the first file that is written.
                Err(VerifyError::Key) => assert!(!dir.path().join(CHECKPOINT_FILE).exists()),
                Err(other) => panic!("{stop}: {other}"),
            }

            let next = open(store, dir.path());
            grow(&next, 1);
            let published = block_on(next.publish(NOW)).unwrap();
            assert_eq!(verify_dir(dir.path(), key).unwrap().size, published.size);
            if stopped.directory.fuse.0.load(Ordering::SeqCst) > 0 {
                return stop;
            }
        }
        0
    }

    fn signed_by(store: &Store, dir: &Path, seeds: &[u8]) -> AuditLog {
        let signer = |seed| Arc::new(Ed25519Signer::from_seed("example.org/audit", &[seed; 32]).unwrap());
        let log = block_on(AuditLog::open_with_signer(store, dir, signer(seeds[0]))).unwrap();
        seeds[1..].iter().fold(log, |log, seed| log.also_signed_by(signer(*seed)).unwrap())
    }

    /// Changes the keys of what lies in `before`, stopped at every operation on a file, and sees that each
    /// of the first `hold` keys verifies what is there, if it is not unfinished, and that the next publication makes
    /// it good.
    fn stop_change_everywhere(store: &Store, before: &Path, keys: &[u8], hold: usize) -> u64 {
        for stop in 0.. {
            let dir = tempdir().unwrap();
            copy(before, dir.path());
            let stopped = signed_by(store, dir.path(), keys);
            stopped.directory.fuse.0.store(stop, Ordering::SeqCst);
            let outcome = block_on(stopped.publish(NOW));
            for key in stopped.keys().take(hold) {
                match verify_dir(dir.path(), key) {
                    Ok(verified) => assert!(outcome.is_err() || verified.size == stopped_size(&outcome)),
                    Err(VerifyError::Foreign { .. } | VerifyError::Missing { .. }) => {
                        assert!(outcome.is_err())
                    }
                    Err(other) => panic!("{stop}: {other}"),
                }
            }
            let next = signed_by(store, dir.path(), keys);
            grow(&next, 1);
            let published = block_on(next.publish(NOW)).unwrap();
            for key in next.keys() {
                assert_eq!(verify_dir(dir.path(), key).unwrap().size, published.size);
            }
            if stopped.directory.fuse.0.load(Ordering::SeqCst) > 0 {
                return stop;
            }
        }
        0
    }

    fn stopped_size(outcome: &Result<Published, AuditError>) -> u64 {
        outcome.as_ref().map_or(0, |published| published.size)
    }

    #[test]
    fn a_change_of_keys_stopped_at_any_operation_is_made_good_by_the_next() {
        let (store, by_old, by_both) = (Store::memory().assume_sealed(), empty(), empty());
        let old = signed_by(&store, by_old.path(), &[1]);
        grow(&old, 20);
        block_on(old.publish(NOW)).unwrap();
        let stops = stop_change_everywhere(&store, by_old.path(), &[1, 2], 1);
        assert!(stops > 20, "{stops}");
        let both = signed_by(&store, by_both.path(), &[1, 2]);
        block_on(both.publish(NOW)).unwrap();
        // At first unchanged, so that the key file alone is written.
        let stops = stop_change_everywhere(&store, by_both.path(), &[2, 1], 2);
        assert!(stops > 10, "{stops}");
        let stops = stop_change_everywhere(&store, by_both.path(), &[2], 1);
        assert!(stops > 10, "{stops}");
    }

    fn empty() -> TempDir {
        tempdir().unwrap()
    }

    #[test]
    fn a_publication_stopped_at_any_operation_is_made_good_by_the_next() {
        let (store, before) = (Store::memory().assume_sealed(), empty());
        let log = open(&store, before.path());
        grow(&log, 200);
        block_on(log.publish(NOW)).unwrap();
        grow(&log, 200);
        let stops = stop_everywhere(&store, before.path());
        assert!(stops > 40, "{stops}");
    }

    #[test]
    fn a_first_publication_stopped_at_any_operation_is_made_good_by_the_next() {
        let (store, before) = (Store::memory().assume_sealed(), empty());
        let log = open(&store, before.path());
        grow(&log, 300);
        let stops = stop_everywhere(&store, before.path());
        assert!(stops > 40, "{stops}");
    }
}
