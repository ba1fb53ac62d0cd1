use crate::{
    AuditError, AuditLog, Checkpoint,
    note::{Note, NoteError, Signer},
    off_thread::off_thread,
    record::{CHECKPOINT, Head, Signed},
    tree::StoredTree,
};
use leeward_event::CoarseTime;
use leeward_store::{Batch, Expect, Space, StoreError, Timestamp, Version};
use std::{slice, sync::Arc};

/// How often signing begins again when other publishers are first.
pub(crate) const MAX_ATTEMPTS: u32 = 100;

/// The last checkpoint that was signed, found in order.
pub(crate) struct LastSigned {
    pub(crate) checkpoint: Checkpoint,
    pub(crate) note: Note,
    at: CoarseTime,
    pub(crate) version: Version,
}

impl AuditLog {
    /// The last signed checkpoint and the end of the log, after checking that the log still begins
    /// with that checkpoint's tree.
    pub(crate) async fn last_signed(&self) -> Result<(Option<LastSigned>, Head), AuditError> {
        self.stored_checkpoint(CHECKPOINT).await
    }

    /// As [`last_signed`](Self::last_signed), of the checkpoint in this space.
    pub(crate) async fn stored_checkpoint(
        &self,
        space: Space,
    ) -> Result<(Option<LastSigned>, Head), AuditError> {
        // In this order: the log read afterwards is at least as long as what was signed.
        let row = self.store.get(&space.key(&[])?).await?;
        let (head, _) = self.end().await?;
        let Some(row) = row else { return Ok((None, head)) };
        let signed = Signed::decode(row.value.as_bytes());
        let signed = signed.ok_or(AuditError::Corrupt { what: "no checkpoint where the last one was" })?;
        let note = Note::parse(&signed.note)?;
        let checkpoint = Checkpoint::from_note(&note, self.vkey()).map_err(|error| match error {
            NoteError::Unsigned => AuditError::OtherKey,
            error => error.into(),
        })?;
        self.check_begins_with(&head, &checkpoint).await?;
        Ok((Some(LastSigned { checkpoint, note, at: signed.at, version: row.version }), head))
    }

    /// Refuses a log that does not begin with the tree of a checkpoint.
    pub(crate) async fn check_begins_with(
        &self,
        head: &Head,
        checkpoint: &Checkpoint,
    ) -> Result<(), AuditError> {
        if checkpoint.size() > head.tree.size() {
            return Err(AuditError::Contradiction { what: "it is shorter than its last checkpoint" });
        }
        if StoredTree::new(&self.store, checkpoint.size()).root().await? != *checkpoint.root() {
            return Err(AuditError::Contradiction { what: "its beginning has another root" });
        }
        Ok(())
    }

    /// Signs the tree as it is, unless it is signed already. A checkpoint is stored before anybody
    /// sees it, so that no two are ever signed that contradict each other.
    pub(crate) async fn sign(&self, now: Timestamp) -> Result<(Checkpoint, Note), AuditError> {
        for _ in 0..MAX_ATTEMPTS {
            let (signed, head) = self.last_signed().await?;
            let last = signed.as_ref().map(|signed| signed.version);
            let signed_at = signed.as_ref().map(|signed| signed.at);
            if let Some(signed) = signed.filter(|signed| signed.checkpoint.size() == head.tree.size()) {
                return Ok((signed.checkpoint, signed.note));
            }
            let before = signed_at.map_or(head.at, |at| head.at.max(at));
            let at = self.clock.minute(now, before)?;
            if let Some(new) = self.sign_head(&head, last, at).await? {
                return Ok(new);
            }
        }
        Err(StoreError::Contended { attempts: MAX_ATTEMPTS }.into())
    }

    /// Signs a tree that is longer than the last; `None` when another publisher was first.
    async fn sign_head(
        &self,
        head: &Head,
        last: Option<Version>,
        at: CoarseTime,
    ) -> Result<Option<(Checkpoint, Note)>, AuditError> {
        let root = head.tree.root();
        if StoredTree::new(&self.store, head.tree.size()).root().await? != root {
            return Err(AuditError::Contradiction { what: "its entries do not make its tree" });
        }
        let checkpoint = Checkpoint::new(self.vkey().name(), head.tree.size(), root)?;
        let (unsigned, signer) = (checkpoint.clone(), self.signer.clone());
        let note = off_thread(move || Ok(unsigned.sign(&*signer)?)).await?;
        let note = self.signed_by_all(note).await?;
        let signed = Signed { at, note: note.to_string().into_bytes() };
        let mut batch = Batch::new();
        batch.put(CHECKPOINT.key(&[])?, last.map_or(Expect::Absent, Expect::Exactly), signed.encode());
        match self.store.commit(batch).await {
            Ok(_) => Ok(Some((checkpoint, note))),
            Err(StoreError::Conflict(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Has the further keys sign what was stored in this space before they were given.
    pub(crate) async fn complete(&self, space: Space) -> Result<(), AuditError> {
        for _ in 0..MAX_ATTEMPTS {
            if self.further.is_empty() {
                return Ok(());
            }
            let Some(last) = self.stored_checkpoint(space).await?.0 else { return Ok(()) };
            let note = self.signed_by_all(last.note.clone()).await?;
            if note == last.note {
                return Ok(());
            }
            let signed = Signed { at: last.at, note: note.to_string().into_bytes() };
            let mut batch = Batch::new();
            batch.put(space.key(&[])?, Expect::Exactly(last.version), signed.encode());
            match self.store.commit(batch).await {
                Err(StoreError::Conflict(_)) => {}
                stored => return Ok(stored.map(drop)?),
            }
        }
        Err(StoreError::Contended { attempts: MAX_ATTEMPTS }.into())
    }

    /// A note with the signatures of the further keys, where it has them not.
    pub(crate) async fn signed_by_all(&self, note: Note) -> Result<Note, AuditError> {
        let lacks = |signer: &&Arc<dyn Signer>| note.verify(slice::from_ref(signer.vkey())).is_err();
        let missing: Vec<_> = self.further.iter().filter(lacks).cloned().collect();
        if missing.is_empty() {
            return Ok(note);
        }
        off_thread(move || Ok(missing.iter().try_fold(note, |note, signer| note.sign_also(&**signer))?)).await
    }
}
