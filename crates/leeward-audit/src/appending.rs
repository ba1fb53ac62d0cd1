use crate::{
    AuditError, AuditLog, LogEntry,
    merkle::{Frontier, Hash, leaf_hash},
    record::{ENTRY, EntryRow, Head, Place, Ticket, encode_tile},
    tiles::{MAX_LEVEL, TILE_WIDTH, TileKind, TilePath, hashes_at},
    tree::{StoredTree, tile_key},
    turn::{Next, Turn},
};
use leeward_event::CoarseTime;
use leeward_store::{Batch, Expect, Timestamp};

const WIDTH: u64 = TILE_WIDTH as u64;

/// Entries that one batch appends, and what is written with them.
pub(crate) struct Addition {
    pub(crate) batch: Batch,
    head: Head,
    /// How long the log was.
    before: u64,
    leaves: Vec<Hash>,
}

impl Addition {
    /// Nothing yet, to be appended in the minute `at`.
    pub(crate) fn new(turn: &Turn, at: CoarseTime) -> Self {
        let head = Head { at, ..turn.head.clone() };
        Self { batch: Batch::new(), before: head.tree.size(), head, leaves: Vec::new() }
    }

    /// The index that the next entry gets.
    pub(crate) const fn size(&self) -> u64 {
        self.head.tree.size()
    }

    /// The root of the tree so far.
    pub(crate) fn root(&self) -> Hash {
        self.head.tree.root()
    }

    /// The minute in which these entries are logged.
    pub(crate) const fn at(&self) -> CoarseTime {
        self.head.at
    }

    /// Says that the entries from here on are logged later.
    pub(crate) fn move_on(&mut self, at: CoarseTime) {
        self.head.at = at;
    }

    /// Appends an entry that says all there is.
    pub(crate) fn push_bare(&mut self, entry: &LogEntry) -> Result<(), AuditError> {
        let (place, ticket, entry) = (Place::Nowhere, Ticket::default(), entry.encode());
        self.push(&EntryRow { place, ticket, procedure: None, entry })
    }

    /// Appends an entry, with what is kept beside it.
    pub(crate) fn push(&mut self, row: &EntryRow) -> Result<(), AuditError> {
        let (index, leaf) = (self.size().to_be_bytes(), leaf_hash(&row.entry));
        self.batch.put(ENTRY.key(&[&index])?, Expect::Absent, row.encode());
        self.head.tree.append(leaf);
        self.leaves.push(leaf);
        Ok(())
    }
}

impl AuditLog {
    /// Appends all of it, unless somebody else was first.
    pub(crate) async fn add(
        &self,
        turn: &Turn,
        addition: Addition,
        now: Timestamp,
        next: Next,
    ) -> Result<Turn, AuditError> {
        let Addition { mut batch, head, before, leaves } = addition;
        self.put_tiles(&mut batch, before, leaves).await?;
        self.take(turn, batch, head, (now, next)).await
    }

    /// Puts the tiles that these leaves complete, and those above, into the batch.
    async fn put_tiles(&self, batch: &mut Batch, size: u64, leaves: Vec<Hash>) -> Result<(), AuditError> {
        let tree = StoredTree::new(&self.store, size);
        let mut added = leaves;
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

fn count<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}
