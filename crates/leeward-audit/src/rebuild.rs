use crate::{
    AuditError, AuditLog,
    merkle::{Frontier, Hash, leaf_hash},
    record::{HEAD, Head, decode_tile, encode_tile},
    tiles::{MAX_LEVEL, TILE_WIDTH},
    tree::{entry_rows, tile_key},
};
use leeward_store::{Batch, Expect, Key, Store, StoreError};

const WIDTH: usize = TILE_WIDTH as usize;

/// How often it begins again when somebody appends meanwhile.
const MAX_ATTEMPTS: u32 = 20;

/// How many tiles are written at once.
const TILES_AT_ONCE: usize = 100;

impl AuditLog {
    /// Writes the stored tiles of the tree anew, where they are not those that the entries make, and says
    /// how many that were. It is for a store whose tiles were damaged, which [`open`](Self::open) refuses
    /// as a contradiction; it reads the whole log, without opening it.
    ///
    /// Nothing is written unless the entries make the tree whose root was kept beside them.
    ///
    /// # Errors
    /// [`AuditError::Contradiction`] when they do not: then more than tiles was changed;
    /// [`AuditError::Store`]; [`AuditError::Corrupt`].
    pub async fn rebuild_tiles(store: &Store) -> Result<u64, AuditError> {
        for _ in 0..MAX_ATTEMPTS {
            let head = store.get(&HEAD.key(&[])?).await?;
            let head = head.ok_or(AuditError::Corrupt { what: "no end of the log" })?;
            let tree = Head::decode(head.value.as_bytes()).map(|head| head.tree);
            let tree = tree.ok_or(AuditError::Corrupt { what: "no end of a log" })?;
            let found = Rebuild::of(store, &tree).await?;
            match found.write(store, Expect::Exactly(head.version)).await {
                Err(StoreError::Conflict(_)) => {}
                written => return Ok(written?),
            }
        }
        Err(StoreError::Contended { attempts: MAX_ATTEMPTS }.into())
    }
}

/// A walk over all entries that notes which tiles are not as they make them.
struct Rebuild<'a> {
    store: &'a Store,
    /// For each level, how many full tiles there were, and the hashes of the one that is not full.
    levels: Vec<(u64, Vec<Hash>)>,
    wrong: Vec<(Key, Vec<u8>)>,
}

impl<'a> Rebuild<'a> {
    async fn of(store: &'a Store, tree: &Frontier) -> Result<Self, AuditError> {
        let levels = vec![(0, Vec::new()); usize::from(MAX_LEVEL).saturating_add(1)];
        let mut rebuild = Self { store, levels, wrong: Vec::new() };
        let mut made = Frontier::new();
        while made.size() < tree.size() {
            for leaf in leaves(store, made.size(), tree.size()).await? {
                made.append(leaf);
                rebuild.push(leaf).await?;
            }
        }
        if made.root() != tree.root() {
            return Err(AuditError::Contradiction { what: "its entries do not make its tree" });
        }
        rebuild.check_open().await?;
        Ok(rebuild)
    }

    /// Adds a leaf, and the roots of the tiles that it fills to the levels above.
    async fn push(&mut self, leaf: Hash) -> Result<(), AuditError> {
        let mut hash = leaf;
        for level in 0..=MAX_LEVEL {
            let Some((index, open)) = self.levels.get_mut(usize::from(level)) else { break };
            open.push(hash);
            if open.len() < WIDTH {
                break;
            }
            let (full, number) = (std::mem::take(open), *index);
            *index = number.saturating_add(1);
            self.check(level, number, &full).await?;
            hash = full.into_iter().collect::<Frontier>().root();
        }
        Ok(())
    }

    /// The tiles that are not full; at level 0 none is stored.
    async fn check_open(&mut self) -> Result<(), AuditError> {
        let open: Vec<_> = (0..=MAX_LEVEL).zip(std::mem::take(&mut self.levels)).skip(1).collect();
        for (level, (index, hashes)) in open {
            if !hashes.is_empty() {
                self.check(level, index, &hashes).await?;
            }
        }
        Ok(())
    }

    async fn check(&mut self, level: u8, index: u64, hashes: &[Hash]) -> Result<(), AuditError> {
        let key = tile_key(level, index)?;
        let record = encode_tile(hashes);
        let stored = self.store.get(&key).await?;
        if stored.is_none_or(|stored| stored.value.as_bytes() != record) {
            self.wrong.push((key, record));
        }
        Ok(())
    }

    /// Writes what was wrong, as long as the log has not grown.
    async fn write(self, store: &Store, head: Expect) -> Result<u64, StoreError> {
        let mut written = 0_u64;
        for tiles in self.wrong.chunks(TILES_AT_ONCE) {
            let mut batch = Batch::new();
            batch.check(HEAD.key(&[])?, head);
            for (key, record) in tiles {
                batch.put(key.clone(), Expect::Any, record.clone());
                written = written.saturating_add(1);
            }
            store.commit(batch).await?;
        }
        Ok(written)
    }
}

/// The next leaves, a bundle at most: of the entries, or of their tile when they are kept no more.
async fn leaves(store: &Store, start: u64, size: u64) -> Result<Vec<Hash>, AuditError> {
    let end = size.min(start.saturating_add(u64::from(TILE_WIDTH)));
    let wanted = usize::try_from(end.saturating_sub(start)).unwrap_or(WIDTH);
    let rows = match entry_rows(store, start..end).await {
        Err(AuditError::Contradiction { .. }) if wanted == WIDTH => {
            let tile = store.get(&tile_key(0, start / u64::from(TILE_WIDTH))?).await?;
            let hashes = tile.and_then(|tile| decode_tile(tile.value.as_bytes()));
            let missing = AuditError::Contradiction { what: "an entry is missing" };
            return hashes.filter(|hashes| hashes.len() == WIDTH).ok_or(missing);
        }
        rows => rows?,
    };
    Ok(rows.iter().map(|row| leaf_hash(&row.entry)).collect())
}
