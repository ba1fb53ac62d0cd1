use crate::{
    AuditError, AuditLog, EventEntry, LogEntry,
    backlog::{Backlog, Waiting},
    merkle::{Frontier, Hash, leaf_hash},
    record::{DETAIL, Detail, ENTRY, EntryRow, HEAD, Head, Place, SERVICE_DETAIL, encode_tile, ticket_of},
    tiles::{MAX_LEVEL, TILE_WIDTH, TileKind, TilePath, hashes_at},
    tree::{StoredTree, tile_key},
};
use leeward_event::{Action, CoarseTime, Subject};
use leeward_store::{Batch, Conflict, Expect, Key, Space, StoreError, Timestamp, Version};
use ring::rand::SecureRandom;
use std::collections::HashSet;

/// The most events of one batch: each takes three operations, and sealing may add one.
const MAX_GROUP: usize = 250;

/// How often a drain begins again when other sequencers are first.
const MAX_ATTEMPTS: u32 = 100;

const WIDTH: u64 = TILE_WIDTH as u64;

/// What [`AuditLog::drain`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// How many events were moved into the log by this call.
    pub logged: u64,
    /// How many entries the log has, with those of other sequencers.
    pub size: u64,
}

/// The end of the log, and the version of its row that the next batch must replace.
pub(crate) struct End {
    pub(crate) head: Head,
    pub(crate) version: Version,
}

impl AuditLog {
    /// Moves the events that wait in the outbox into the log, in the order in which they were
    /// committed. When more than 65,536 wait, those of the earliest minutes come first, as many as that.
    ///
    /// Each batch takes events out of the outbox, appends their entries, and replaces the row that
    /// says where the log ends, all or nothing: an event is logged once, and of two sequencers one is
    /// first and the other looks again. It may be dropped at any point, and called from anywhere.
    ///
    /// # Errors
    /// [`AuditError::Store`], with [`StoreError::Contended`] when other sequencers were always first;
    /// [`AuditError::Event`] when the outbox holds what is no event; [`AuditError::Contradiction`] when the
    /// stored end of the log has gone back; [`AuditError::Random`]; [`AuditError::Corrupt`]. What was logged before stays logged; the rest waits.
    pub async fn drain(&self, now: Timestamp) -> Result<Drained, AuditError> {
        let mut drained = Drained::default();
        let mut attempts = 0;
        loop {
            let backlog = Backlog::read(&self.store).await?;
            let mut end = self.end().await?;
            let finished = self.append_all(&backlog.events, &mut end, &mut drained, now).await?;
            drained.size = end.head.tree.size();
            match finished {
                true if !backlog.more => return Ok(drained),
                true => {}
                false if attempts == MAX_ATTEMPTS => {
                    return Err(StoreError::Contended { attempts }.into());
                }
                false => attempts = attempts.saturating_add(1),
            }
        }
    }

    /// Appends group by group; false when another sequencer was first.
    async fn append_all(
        &self,
        events: &[Waiting],
        end: &mut End,
        drained: &mut Drained,
        now: Timestamp,
    ) -> Result<bool, AuditError> {
        let mut erased = HashSet::new();
        for group in events.chunks(MAX_GROUP) {
            loop {
                match self.append(group, end, &erased, now).await {
                    Ok(next) => {
                        *end = next;
                        drained.logged = drained.logged.saturating_add(count(group));
                        break;
                    }
                    Err(AuditError::Store(StoreError::Conflict(conflict))) => {
                        return check_lost(&conflict).map(|()| false);
                    }
                    Err(AuditError::Store(StoreError::Erased { key })) => {
                        note_erased(&mut erased, key)?;
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(true)
    }

    async fn append(
        &self,
        group: &[Waiting],
        end: &End,
        erased: &HashSet<Vec<u8>>,
        now: Timestamp,
    ) -> Result<End, AuditError> {
        let mut head = Head { at: CoarseTime::of(now).max(end.head.at), ..end.head.clone() };
        let mut batch = Batch::new();
        let mut leaves = Vec::with_capacity(group.len());
        for waiting in group {
            let index = head.tree.size();
            let leaf = self.log_one(&mut batch, waiting, (index, head.at), erased)?;
            head.tree.append(leaf);
            leaves.push(leaf);
        }
        self.put_tiles(&mut batch, end.head.tree.size(), &leaves).await?;
        batch.put(HEAD.key(&[])?, Expect::Exactly(end.version), head.encode());
        let version = self.store.commit(batch).await?;
        Ok(End { head, version })
    }

    /// Puts one event's removal from the outbox, its entry and its detail into the batch.
    fn log_one(
        &self,
        batch: &mut Batch,
        waiting: &Waiting,
        (index, at): (u64, CoarseTime),
        erased: &HashSet<Vec<u8>>,
    ) -> Result<Hash, AuditError> {
        let mut salt = [0; 32];
        self.rng.fill(&mut salt).map_err(|_| AuditError::Random)?;
        let event = waiting.event;
        let entry = LogEntry::Event(EventEntry::new(at, &event, &salt, &self.pseudonyms)).encode();
        let leaf = leaf_hash(&entry);
        let place = match event.whom().as_ref().map(Subject::id_bytes) {
            // The subject's key is gone, and who destroyed it must stay on record.
            _ if event.what() == Action::SubjectErased => Place::Service,
            Some(id) if erased.contains(&id[..]) => Place::Erased,
            Some(id) => Place::Subject(id),
            None => Place::Service,
        };
        batch.delete(waiting.key.clone(), Expect::Exactly(waiting.version));
        let row = EntryRow { place, ticket: ticket_of(&waiting.key), entry };
        batch.put(ENTRY.key(&[&index.to_be_bytes()])?, Expect::Absent, row.encode());
        if let Some(key) = detail_key(place, index)? {
            batch.put(key, Expect::Absent, Detail { salt, event }.encode());
        }
        Ok(leaf)
    }

    /// Puts the tiles that these leaves complete, and those above, into the batch.
    async fn put_tiles(&self, batch: &mut Batch, size: u64, leaves: &[Hash]) -> Result<(), AuditError> {
        let tree = StoredTree::new(&self.store, size);
        let mut added = leaves.to_vec();
        for level in 0..=MAX_LEVEL {
            let before = hashes_at(level, size);
            let completes = (before % WIDTH).saturating_add(count(&added)) >= WIDTH;
            // A tile of leaves is stored when it is full; until then the entries themselves serve.
            if added.is_empty() || (level == 0 && !completes) {
                break;
            }
            let mut hashes = match TilePath::partial(TileKind::Hashes(level), size) {
                Some(path) => tree.tile(path).await?,
                None => Vec::new(),
            };
            hashes.append(&mut added);
            added = put_level(batch, level, before / WIDTH, &hashes)?;
        }
        Ok(())
    }

    /// Reads where the log ends.
    pub(crate) async fn end(&self) -> Result<End, AuditError> {
        let row = self.store.get(&HEAD.key(&[])?).await?;
        let row = row.ok_or(AuditError::Corrupt { what: "no end of the log" })?;
        let head =
            Head::decode(row.value.as_bytes()).ok_or(AuditError::Corrupt { what: "no end of a log" })?;
        if head.origin != self.vkey().name() {
            return Err(AuditError::Origin);
        }
        Ok(End { head, version: row.version })
    }
}

/// Puts the tiles of one level from number `first` on, and returns the roots of the full ones.
fn put_level(batch: &mut Batch, level: u8, first: u64, hashes: &[Hash]) -> Result<Vec<Hash>, AuditError> {
    let mut roots = Vec::new();
    for (index, tile) in (first..).zip(hashes.chunks(usize::from(TILE_WIDTH))) {
        let full = tile.len() == usize::from(TILE_WIDTH);
        if full {
            roots.push(tile.iter().copied().collect::<Frontier>().root());
        }
        if full || level > 0 {
            batch.put(tile_key(level, index)?, Expect::Any, encode_tile(tile));
        }
    }
    Ok(roots)
}

/// Where the detail of an entry lies, if anywhere.
pub(crate) fn detail_key(place: Place, index: u64) -> Result<Option<Key>, StoreError> {
    let index = index.to_be_bytes();
    match place {
        Place::Service => SERVICE_DETAIL.key(&[&index]).map(Some),
        Place::Subject(id) => DETAIL.key(&[&id, &index]).map(Some),
        Place::Erased => Ok(None),
    }
}

/// Who loses against another sequencer finds the end of the log replaced, not only entries behind it.
fn check_lost(conflict: &Conflict) -> Result<(), AuditError> {
    let among = |space: Space| conflict.keys().iter().any(|key| key.space() == space);
    if among(ENTRY) && !among(HEAD) {
        return Err(AuditError::Contradiction { what: "there are entries behind its end" });
    }
    Ok(())
}

/// Notes whose detail the store refused because that subject was erased.
fn note_erased(erased: &mut HashSet<Vec<u8>>, key: Key) -> Result<(), AuditError> {
    match key.subject().filter(|_| key.space() == DETAIL) {
        Some(subject) if erased.insert(subject.clone()) => Ok(()),
        _ => Err(StoreError::Erased { key }.into()),
    }
}

fn count<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}
