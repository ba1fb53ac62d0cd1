use crate::{
    AuditError, AuditLog, Found, Query,
    drain::detail_key,
    query::{Attribute, end_key, expect},
    record::{DETAIL, ENTRY, EntryRow, Place, Places, RETENTION},
    tiles::TILE_WIDTH,
};
use leeward_event::Subject;
use leeward_store::{Batch, Expect, Key, StoreError};

const WIDTH: u64 = TILE_WIDTH as u64;

/// How many entries are looked up at once.
const PAGE: usize = 256;

const MAX_ATTEMPTS: u32 = 100;

impl AuditLog {
    /// Removes what is left of an erased subject: the details that nobody can open any more, with their
    /// keys, which name the subject; its id beside the entries; and what the index has of it. The entries
    /// themselves, and every proof, stay as they are. It says how many entries it swept.
    ///
    /// Erase the subject in the vault first. It may be interrupted at any point, and called again.
    ///
    /// What stays: the pseudonym in the entries, and the id where the subject itself *did* something about
    /// others: that is sealed as theirs, and goes with them. That it was erased, and by whom, stays on
    /// record under the service's own key, and so does who read the log about it afterwards.
    ///
    /// # Errors
    /// [`AuditError::NotErased`] when the store would still seal something for the subject;
    /// [`AuditError::Contradiction`], [`AuditError::Corrupt`], [`AuditError::Store`].
    pub async fn sweep(&self, subject: Subject) -> Result<u64, AuditError> {
        if !self.is_erased(&subject).await? {
            return Err(AuditError::NotErased);
        }
        let mut query = Query::new().about(subject).limit(PAGE);
        let (mut swept, mut attempts) = (0_u64, 0);
        loop {
            // What was swept is found no more, so that a page after a conflict is the rest of it.
            let found = self.search(&query).await?;
            match self.sweep_found(&subject, &found).await {
                Ok(entries) => swept = swept.saturating_add(entries),
                Err(AuditError::Store(StoreError::Conflict(_))) if attempts < MAX_ATTEMPTS => {
                    attempts += 1;
                    continue;
                }
                Err(AuditError::Store(StoreError::Conflict(_))) => {
                    return Err(StoreError::Contended { attempts }.into());
                }
                Err(error) => return Err(error),
            }
            match found.next {
                Some(next) => query = query.after(next),
                None => return Ok(swept),
            }
        }
    }

    async fn sweep_found(&self, subject: &Subject, found: &Found) -> Result<u64, AuditError> {
        let mut swept = 0_u64;
        for entries in found.entries.chunk_by(|a, b| a.index / WIDTH == b.index / WIDTH) {
            let indices = entries.iter().map(|logged| logged.index);
            swept = swept.saturating_add(self.sweep_bundle(subject, indices).await?);
        }
        Ok(swept)
    }

    /// Whether the store would seal nothing more for a subject.
    pub(crate) async fn is_erased(&self, subject: &Subject) -> Result<bool, AuditError> {
        let mut batch = Batch::new();
        batch.put(DETAIL.key(&[&subject.id_bytes(), b"erased"])?, Expect::Any, Vec::new());
        match self.store.prepare(batch).await {
            Ok(_) => Ok(false),
            Err(StoreError::Erased { .. }) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// Sweeps entries of one bundle, in one batch.
    async fn sweep_bundle(
        &self,
        subject: &Subject,
        indices: impl Iterator<Item = u64>,
    ) -> Result<u64, AuditError> {
        let mut batch = Batch::new();
        // Whoever has read what is swept here, to write it into the index, must read it again.
        let (retention, version) = self.retention().await?;
        batch.put(RETENTION.key(&[])?, expect(version), retention.encode());
        let end = self.store.get(&end_key()?).await?;
        batch.check(end_key()?, expect(end.map(|row| row.version)));
        let (mut bundle, mut places, mut swept) = (0, Places::default(), 0_u64);
        for index in indices {
            if self.sweep_entry(&mut batch, subject, index).await? {
                (bundle, swept) = (index / WIDTH, swept.saturating_add(1));
                places.insert(index % WIDTH);
            }
        }
        if swept > 0 {
            let mut rows = self.procedures_of(bundle).await?;
            rows.push(Attribute::of_subject(*subject, &self.pseudonyms).row(bundle)?);
            for row in rows {
                self.sweep_row(&mut batch, row, places).await?;
            }
            self.store.commit(batch).await?;
        }
        Ok(swept)
    }

    /// Takes the id from beside an entry, and its detail away; false when that was done.
    async fn sweep_entry(
        &self,
        batch: &mut Batch,
        subject: &Subject,
        index: u64,
    ) -> Result<bool, AuditError> {
        let key = ENTRY.key(&[&index.to_be_bytes()])?;
        // It may have been removed since it was found.
        let Some(row) = self.store.get(&key).await? else { return Ok(false) };
        let there = EntryRow::decode(row.value.as_bytes());
        let there = there.ok_or(AuditError::Corrupt { what: "what is no entry" })?;
        if there.place != Place::Subject(subject.id_bytes()) {
            return Ok(false);
        }
        let place = there.place;
        let swept = EntryRow { place: Place::Erased, procedure: None, ..there };
        batch.put(key, Expect::Exactly(row.version), swept.encode());
        if let Some(detail) = detail_key(place, index)? {
            batch.delete(detail, Expect::Any);
        }
        Ok(true)
    }

    /// Takes these entries out of a row of the index.
    async fn sweep_row(&self, batch: &mut Batch, key: Key, places: Places) -> Result<(), AuditError> {
        let Some(row) = self.store.get(&key).await? else { return Ok(()) };
        let there = Places::decode(row.value.as_bytes()).unwrap_or_default();
        let left = there.without(places);
        if left.is_empty() {
            batch.delete(key, Expect::Exactly(row.version));
        } else if left != there {
            batch.put(key, Expect::Exactly(row.version), left.encode());
        }
        Ok(())
    }
}
