use super::{Conversations, rows::Rows};
use crate::{
    DeliveryService, Error, Position,
    device::Device,
    record::{Outbox, State, digest_of},
};
use jiff::Timestamp;
use leeward_store::Tx;

/// A state that agrees with what the delivery service knows of the member.
pub(super) struct Ready {
    pub(super) state: State,
    /// Where its own commit lies, which it has to merge before it makes anything.
    pub(super) own_commit: Option<u64>,
    /// Whether the state differs from what is stored.
    pub(super) settled: bool,
    /// What the delivery service has heard that the member processed.
    pub(super) acknowledged: u64,
    /// How much is unread, when the outbox has to wait for it.
    waiting: Option<u64>,
}

impl Ready {
    /// Whether something new may be made at once: an own commit has to be merged before.
    pub(super) const fn may_make(&self) -> Result<bool, Error> {
        match self.waiting {
            Some(entries) => Err(Error::Waiting { entries }),
            None => Ok(self.own_commit.is_none()),
        }
    }
}

impl<D: DeliveryService> Conversations<D> {
    /// Reads the state, finds out what became of what waited in its outbox, and refuses a state that is
    /// older than what the delivery service saw: its next key may have been used.
    pub(super) async fn ready(&self, tx: &Tx, rows: &Rows, now: Timestamp) -> Result<Ready, Error> {
        let mut state = rows.state(tx).await?;
        if state.values.is_none() {
            return Err(Error::NotAMember);
        }
        let position = self.delivery.position(rows.seat.conversation, rows.seat.member).await?;
        let acknowledged = position.acknowledged;
        if state.cursor < acknowledged {
            return Err(unless_changed(tx, rows, Error::RolledBack).await);
        }
        let Some(outbox) = state.outbox.clone() else {
            let same = state.last_sent == position.last;
            let settled = same && self.tell_joined(rows, &mut state, now).await.is_ok_and(|told| told);
            let ready = Ready { state, own_commit: None, settled, acknowledged, waiting: None };
            return if same { Ok(ready) } else { Err(unless_changed(tx, rows, Error::RolledBack).await) };
        };
        let place = match self.fate(tx, rows, &outbox, &position, now).await {
            Err(Error::Backlog { entries }) => {
                let waiting = Some(entries);
                return Ok(Ready { state, own_commit: None, settled: false, acknowledged, waiting });
            }
            place => place?,
        };
        let (state, own_commit) = settle(rows, state, &outbox, place)?;
        Ok(Ready { state, own_commit, settled: own_commit.is_none(), acknowledged, waiting: None })
    }

    /// Tells the delivery service by which invitation this member joined, if it may not have heard of it. Returns
    /// whether it was told. Whoever does not get through goes on all the same.
    pub(super) async fn tell_joined(
        &self,
        rows: &Rows,
        state: &mut State,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let Some(first) = state.joined_at else { return Ok(false) };
        self.delivery.joined(rows.seat.conversation, rows.seat.member, first, now).await?;
        state.joined_at = None;
        Ok(true)
    }

    /// Where the outbox lies in the log; `None` when it never will. It leaves again as it is, never made anew.
    async fn fate(
        &self,
        tx: &Tx,
        rows: &Rows,
        outbox: &Outbox,
        position: &Position,
        now: Timestamp,
    ) -> Result<Option<u64>, Error> {
        let submission = &outbox.submission;
        if position.last.is_some() && position.digest == digest_of(&submission.message) {
            return Ok(position.last);
        }
        if position.last != submission.previous {
            return Err(unless_changed(tx, rows, Error::RolledBack).await);
        }
        match self.delivery.submit(rows.seat.conversation, rows.seat.member, submission, now).await {
            Ok(place) => Ok(Some(place)),
            // Of an epoch that is over, or of one who was removed: its keys are never used again.
            Err(Error::EpochConflict | Error::NotAMember) => Ok(None),
            Err(Error::RolledBack) => Err(unless_changed(tx, rows, Error::RolledBack).await),
            Err(error) => Err(error),
        }
    }
}

/// What was found wrong with a state or the log, unless the state has changed since it was read: then
/// another of this member's processes is ahead, and the transaction is tried again.
pub(super) async fn unless_changed(tx: &Tx, rows: &Rows, wrong: Error) -> Error {
    match rows.state(tx).await {
        Ok(_) => wrong,
        Err(error) => error,
    }
}

fn settle(
    rows: &Rows,
    mut state: State,
    outbox: &Outbox,
    place: Option<u64>,
) -> Result<(State, Option<u64>), Error> {
    match place {
        Some(place) if outbox.is_commit => return Ok((state, Some(place))),
        Some(place) => {
            if place == state.cursor {
                state.cursor = place.saturating_add(1);
            } else {
                state.own.insert(place);
            }
            state.last_sent = Some(place);
        }
        None if outbox.is_commit => state = Device::wake(rows.seat, &state)?.give_up()?,
        None => {}
    }
    state.outbox = None;
    Ok((state, None))
}
