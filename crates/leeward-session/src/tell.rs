use crate::{Session, SessionError, Sessions};
use jiff::Timestamp;
use leeward_event::{Action, Actor, Component, CorrelationId, Event, Reason, SessionId, StaffId, Subject};
use leeward_notify::{Notice, NoticeKind};
use leeward_store::Tx;
use std::num::NonZeroU32;

impl Sessions {
    pub(crate) fn tell(&self, tx: &Tx, event: &Event) -> Result<(), SessionError> {
        tx.stage(|batch| event.stage(batch, &self.rng).map_err(SessionError::from))
    }

    pub(crate) fn notify(
        &self,
        tx: &Tx,
        account: StaffId,
        kind: NoticeKind,
        now: Timestamp,
    ) -> Result<(), SessionError> {
        tx.stage(|batch| Notice::new(account, kind, now).stage(batch, &self.rng).map_err(SessionError::from))
    }

    /// That a session ended because the account has too many.
    pub(crate) fn tell_crowded_out(
        &self,
        tx: &Tx,
        session: (StaffId, SessionId),
        now: Timestamp,
    ) -> Result<(), SessionError> {
        let by = Actor::Component(Component::Session);
        self.tell(tx, &told_of(by, Action::SessionEnded, session, now).reason(Reason::Revoked))
    }
}

/// What its owner did to a session.
pub(crate) fn told(what: Action, session: &Session, now: Timestamp) -> Event {
    told_of(Actor::Staff(session.account), what, (session.account, session.id), now)
}

/// What happened to a session. Its events have its id as their correlation.
pub(crate) fn told_of(by: Actor, what: Action, session: (StaffId, SessionId), now: Timestamp) -> Event {
    let (account, id) = session;
    Event::new(what, by, now)
        .about(Subject::Staff(account))
        .correlation(CorrelationId::from_bytes(*id.as_bytes()))
}

/// That so many sessions of an account ended at once.
pub(crate) fn told_of_all(by: Actor, account: StaffId, ended: usize, now: Timestamp) -> Event {
    let times = u32::try_from(ended).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
    Event::new(Action::SessionEnded, by, now).about(Subject::Staff(account)).times(times)
}
