use super::{
    Conversations, MAX_ATTEMPTS,
    ready::{Ready, unless_changed},
    rows::Rows,
    transcript,
};
use crate::{DeliveryService, Draft, Error, MemberId, Received, device::Device};
use jiff::Timestamp;
use leeward_event::{Action, ConversationId};
use leeward_store::{Batch, StoreError, Tx};

/// [`MAX_PAGE`](crate::MAX_PAGE), as places are counted.
const PAGE: u64 = 100;

impl<D: DeliveryService> Conversations<D> {
    /// Encrypts a message for everyone in the roster and appends it to the delivery log. Returns its
    /// place there. When another member's commit comes first, it is taken and the message made anew.
    ///
    /// The ciphertext and the state that may never make another one with the same key are stored before
    /// it leaves. After any other error than [`Error::BodyTooLong`], [`Error::NotAMember`],
    /// [`Error::RolledBack`], [`Error::EpochConflict`] and [`Error::Waiting`], the message may wait in the
    /// outbox, and leaves with the next operation: [`last_sent`](Self::last_sent) tells what became of it.
    ///
    /// # Errors
    /// [`Error::BodyTooLong`], [`Error::NotAMember`], [`Error::RolledBack`]: see
    /// [`rejoin`](Self::rejoin); [`Error::Backlog`], [`Error::Waiting`]; [`Error::Refused`] and [`Error::Missing`] about an
    /// entry that has to be taken before; [`Error::EpochConflict`] when others never stop committing;
    /// [`Error::Store`], [`Error::Corrupt`], [`Error::Engine`].
    pub async fn send(
        &self,
        conversation: ConversationId,
        member: MemberId,
        draft: &Draft,
        now: Timestamp,
    ) -> Result<u64, Error> {
        let rows = &Rows::of(conversation, member)?;
        for _ in 0..MAX_ATTEMPTS {
            let staged = self
                .store
                .transact(|tx| async move {
                    let ready = self.ready(&tx, rows, now).await?;
                    if !ready.may_make()? {
                        return Ok(None);
                    }
                    let key = self.transcript_key(&tx, rows).await?;
                    let state = Device::wake(rows.seat, &ready.state)?.send(draft, key.as_ref(), now)?;
                    rows.put_state(&tx, &state)?;
                    Ok::<_, Error>(state.outbox.map(|outbox| (outbox, state.cursor, ready.acknowledged)))
                })
                .await?;
            if let Some((outbox, cursor, acknowledged)) = staged {
                // Whoever only talks has read what it said itself; told now and then, not each time.
                if cursor.saturating_sub(acknowledged) >= PAGE {
                    self.acknowledge(rows, cursor, acknowledged).await;
                }
                match self.delivery.submit(conversation, member, &outbox.submission, now).await {
                    Err(Error::EpochConflict) => {}
                    done => return done,
                }
            }
            self.catch_up(rows, now).await?;
        }
        Err(Error::EpochConflict)
    }

    /// The place of the last message or commit of this member that was accepted. What waits in its outbox
    /// is sent before.
    ///
    /// # Errors
    /// [`Error::NotAMember`], [`Error::RolledBack`], [`Error::Store`], [`Error::Corrupt`].
    pub async fn last_sent(
        &self,
        conversation: ConversationId,
        member: MemberId,
        now: Timestamp,
    ) -> Result<Option<u64>, Error> {
        let rows = &Rows::of(conversation, member)?;
        self.store
            .transact(|tx| async move {
                let ready = self.ready(&tx, rows, now).await?;
                Ok(ready.own_commit.or(ready.state.last_sent))
            })
            .await
    }

    /// What was said since the last call, at most [`MAX_PAGE`](crate::MAX_PAGE) entries at a time, in the order of the
    /// log; the member's own messages are left out. Commits on the way are merged. Call it until it
    /// returns nothing and [`unread`](Self::unread) is `false`.
    ///
    /// The keys that read a message are gone, and the state without them stored, before this returns:
    /// a message is handed out once, and not at all once its time has passed, unless the conversation is
    /// [`held`](Self::held). If the process dies in
    /// between, or the store ends in [`StoreError::OutcomeUnknown`], it may be lost to this member: whoever
    /// cannot bear that uses [`receive_into`](Self::receive_into), and reads what was kept.
    ///
    /// # Errors
    /// [`Error::NotAMember`], also once the member was removed and has received what was said until
    /// then; [`Error::Refused`] and [`Error::Missing`] about the first entry: see
    /// [`skip`](Self::skip); [`Error::RolledBack`], [`Error::Store`], [`Error::Corrupt`],
    /// [`Error::Engine`].
    pub async fn receive(
        &self,
        conversation: ConversationId,
        member: MemberId,
        now: Timestamp,
    ) -> Result<Vec<Received>, Error> {
        self.receive_into(conversation, member, now, |_, _| Ok(())).await
    }

    /// As [`receive`](Self::receive), and `keep` stages what the caller does with the messages into
    /// the same batch as the state that has let go of their keys: both last, or neither. Only after that
    /// the delivery service is told that they were processed. `keep` may be called more than once. A page
    /// holds [`MAX_PAGE`](crate::MAX_PAGE) messages of [`MAX_BODY`](crate::MAX_BODY) at most, 6.25 MiB: one copy of each
    /// body fits into the batch, two may not ([`limits::MAX_BATCH`](leeward_store::limits::MAX_BATCH)).
    ///
    /// # Errors
    /// As [`receive`](Self::receive), and those of `keep`.
    pub async fn receive_into(
        &self,
        conversation: ConversationId,
        member: MemberId,
        now: Timestamp,
        keep: impl Fn(&[Received], &mut Batch) -> Result<(), StoreError> + Sync,
    ) -> Result<Vec<Received>, Error> {
        let rows = &Rows::of(conversation, member)?;
        let keep = &keep;
        let (received, progress, keeps) = self
            .store
            .transact(|tx| async move {
                let mut received = self.take_inbox(&tx, rows, now).await?;
                let (mut progress, mut keeps) = (None, false);
                if received.is_empty() {
                    let ready = self.ready(&tx, rows, now).await?;
                    let key = self.transcript_key(&tx, rows).await?;
                    let limit = transcript::page(key.as_ref());
                    let reading = self.read_page(&tx, rows, &ready, limit, now).await?;
                    if ready.settled || reading.state.cursor != ready.state.cursor {
                        rows.put_state(&tx, &reading.state)?;
                    }
                    self.follow_hold(rows, &ready, &reading).await?;
                    self.record(&tx, rows, key.as_ref(), &reading)?;
                    keeps = key.is_some();
                    progress = Some((reading.state.cursor, ready.acknowledged));
                    received.extend(reading.messages.into_iter().map(|message| message.received));
                }
                if !received.is_empty() {
                    tx.stage(|batch| keep(&received, batch))?;
                }
                Ok::<_, Error>((received, progress, keeps))
            })
            .await?;
        self.bring_if(keeps, rows, now).await;
        if let Some((next, acknowledged)) = progress {
            self.acknowledge(rows, next, acknowledged).await;
        }
        Ok(received)
    }

    /// Whether there is something that this member has not taken, and may. Once it was removed, and has
    /// received what was said until then, it may take nothing.
    ///
    /// # Errors
    /// [`Error::NotAMember`] of who never joined; [`Error::Missing`], [`Error::RolledBack`],
    /// [`Error::Store`], [`Error::Corrupt`].
    pub async fn unread(
        &self,
        conversation: ConversationId,
        member: MemberId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let rows = &Rows::of(conversation, member)?;
        if !rows.inbox(&self.store, 1).await?.is_empty() {
            return Ok(true);
        }
        if rows.peek(&self.store).await?.values.is_none() {
            return Ok(false);
        }
        self.store
            .transact(|tx| async move {
                let ready = self.ready(&tx, rows, now).await?;
                match self.delivery.fetch(conversation, member, ready.state.cursor, 1, now).await {
                    Err(Error::RolledBack) => Err(unless_changed(&tx, rows, Error::RolledBack).await),
                    fetched => Ok(!fetched?.is_empty()),
                }
            })
            .await
    }

    /// Moves a member past the entry that [`receive`](Self::receive) refuses or misses: what it said
    /// is lost to this member, and an event says so. If it was a commit, all that follows is refused as
    /// well, and the member has to be readmitted: see [`rejoin`](Self::rejoin).
    ///
    /// # Errors
    /// [`Error::NotRefused`] when the member stands elsewhere or can read the entry;
    /// [`Error::NotAMember`], [`Error::RolledBack`], [`Error::Store`], [`Error::Event`],
    /// [`Error::Corrupt`], [`Error::Engine`].
    pub async fn skip(
        &self,
        conversation: ConversationId,
        member: MemberId,
        seq: u64,
        now: Timestamp,
    ) -> Result<(), Error> {
        let rows = &Rows::of(conversation, member)?;
        let event = &super::membership::about(conversation, Action::EntrySkipped, member, now);
        self.store
            .transact(|tx| async move {
                let mut ready = self.ready(&tx, rows, now).await?;
                if ready.state.cursor != seq || self.look(&tx, rows, &ready, now).await? != Next::Refused {
                    return Err(Error::NotRefused { seq });
                }
                ready.state.cursor = seq.saturating_add(1);
                rows.put_state(&tx, &ready.state)?;
                self.stage(&tx, event)
            })
            .await
    }

    /// What the next entry is to a member, who does not move.
    pub(super) async fn look(
        &self,
        tx: &Tx,
        rows: &Rows,
        ready: &Ready,
        now: Timestamp,
    ) -> Result<Next, Error> {
        match self.read_page(tx, rows, ready, 1, now).await {
            Ok(reading) if reading.state.cursor == ready.state.cursor => Ok(Next::Nothing),
            Ok(_) => Ok(Next::Readable),
            Err(Error::Refused { .. } | Error::Missing { .. }) => Ok(Next::Refused),
            Err(error) => Err(error),
        }
    }
}

/// What the next entry of the log is to a member.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Readable,
    Refused,
    Nothing,
}
