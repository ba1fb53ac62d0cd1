use crate::{VaultError, core::Core};
use leeward_event::{Action, Actor, Event, Outcome, Reason};
use leeward_store::Batch;

/// The event of a canary that was opened. Who did it, the store does not know.
pub(crate) fn alarm(core: &Core) -> Result<Batch, VaultError> {
    let event = Event::new(Action::CanaryOpened, Actor::Unknown, core.options.now())
        .outcome(Outcome::Failure)
        .reason(Reason::Compromise);
    let mut batch = Batch::new();
    event.stage(&mut batch, &core.rng)?;
    Ok(batch)
}
