use crate::{Vault, VaultError, core::Core, sealed_store::Role, vault::decorate};
use leeward_event::{Action, Actor, Event, Outcome, Reason};
use leeward_store::{Batch, Expect, Key, StoreError};

impl Vault {
    /// Puts a decoy at a key where nothing is: it looks like any other entry of its subject, and whoever
    /// opens it, by a read or a scan through a handle of this vault, gets
    /// [`StoreError::CannotOpen`] and leaves an event
    /// ([`CanaryOpened`](leeward_event::Action::CanaryOpened)). Plant it where nobody has a reason to
    /// look; `decoy` is only as long as it should seem, and never read.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when something is there; [`StoreError::Erased`];
    /// [`StoreError::Misuse`] for a key of a public space; [`VaultError::Store`].
    pub async fn plant_canary(&self, key: &Key, decoy: &[u8]) -> Result<(), VaultError> {
        if !key.space().is_sealed() {
            return Err(StoreError::Misuse { what: "a canary belongs into a sealed space" }.into());
        }
        let mut batch = Batch::new();
        batch.put(key.clone(), Expect::Absent, decoy);
        decorate(&self.core, &self.rows, Role::Canary).commit(batch).await?;
        Ok(())
    }
}

/// The event of a canary that was opened. Who did it, the store does not know.
pub(crate) fn alarm(core: &Core) -> Result<Batch, VaultError> {
    let event = Event::new(Action::CanaryOpened, Actor::Unknown, core.options.now())
        .outcome(Outcome::Failure)
        .reason(Reason::Compromise);
    let mut batch = Batch::new();
    event.stage(&mut batch, &core.rng)?;
    Ok(batch)
}
