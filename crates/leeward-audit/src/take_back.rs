use crate::{
    AuditError, AuditLog,
    backlog::set_aside,
    record::{SetAside, waiting_key},
};
use leeward_store::{Batch, Expect, Item, StoreError};

impl AuditLog {
    /// Puts what could not be read, and was set aside, back into the outbox, and says how many rows that
    /// were: after an update, when a later release had staged them, or when a key is at hand again. What
    /// still cannot be read is set aside again by the next [`drain`](Self::drain).
    ///
    /// # Errors
    /// [`AuditError::Store`]; [`AuditError::Corrupt`].
    pub async fn take_back(&self) -> Result<u64, AuditError> {
        let mut next = Some(set_aside()?);
        let mut taken = 0_u64;
        while let Some(scan) = next {
            let page = self.store.scan(&scan).await?;
            for item in page.items {
                taken = taken.saturating_add(self.take_one_back(item).await?);
            }
            next = page.next;
        }
        Ok(taken)
    }

    async fn take_one_back(&self, Item { key, entry }: Item) -> Result<u64, AuditError> {
        let aside = SetAside::decode(entry.value.as_bytes());
        let aside = aside.ok_or(AuditError::Corrupt { what: "what is nothing set aside" })?;
        let mut batch = Batch::new();
        if let SetAside::Bytes(bytes) = aside {
            batch.put(waiting_key(&key)?, Expect::Absent, bytes);
        }
        batch.delete(key, Expect::Exactly(entry.version));
        match self.store.commit(batch).await {
            Ok(_) => Ok(1),
            // Somebody else takes it back.
            Err(StoreError::Conflict(_)) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }
}
