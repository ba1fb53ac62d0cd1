use super::{
    Conversations,
    rows::{self, Rows},
};
use crate::{
    Error, MAX_PAGE, MemberId, Received,
    device::{self, Device, Stored},
    record::State,
};
use jiff::Timestamp;
use leeward_event::ConversationId;
use leeward_store::{Batch, Item, Scan, StoreError, Tx};

impl Conversations {
    /// Encrypts a message for everyone in the roster and appends it to the delivery log. Returns its
    /// place there.
    ///
    /// The ciphertext and the state that may never make another one with the same key are stored in
    /// one batch. After [`StoreError::OutcomeUnknown`], [`last_sent`](Self::last_sent) tells whether
    /// it was sent.
    ///
    /// # Errors
    /// [`Error::EpochConflict`]: receive, then try again; [`Error::BodyTooLong`],
    /// [`Error::NotAMember`], [`Error::Store`], [`Error::Corrupt`], [`Error::Engine`].
    pub async fn send(
        &self,
        conversation: ConversationId,
        member: MemberId,
        body: &[u8],
        now: Timestamp,
    ) -> Result<u64, Error> {
        let rows = &Rows::of(conversation, member)?;
        self.store
            .transact(|tx| async move {
                let (state, head) = (rows.state(&tx).await?, rows.head(&tx).await?);
                let append = Device::wake(rows.seat, &state)?.send(head, body, now)?;
                let seq = append.seq;
                rows.put_append(&tx, append)?;
                Ok(seq)
            })
            .await
    }

    /// The place of the last message that this member sent since it joined.
    ///
    /// # Errors
    /// [`Error::NotAMember`], [`Error::Store`], [`Error::Corrupt`].
    pub async fn last_sent(
        &self,
        conversation: ConversationId,
        member: MemberId,
    ) -> Result<Option<u64>, Error> {
        let rows = Rows::of(conversation, member)?;
        let entry = self.store.get(&rows.state).await?.ok_or(Error::NotAMember)?;
        Ok(State::decode(entry.value.as_bytes())?.last_sent)
    }

    /// What was said since the last call, at most [`MAX_PAGE`] entries at a time, in the order of the
    /// log; the member's own messages are left out. Commits on the way are merged. Call it until it
    /// returns nothing and [`unread`](Self::unread) is `false`.
    ///
    /// The keys that read a message are gone, and the state without them stored, before this returns:
    /// a message is handed out once. If the process dies in between, or the store ends in
    /// [`StoreError::OutcomeUnknown`], it may be lost to this member: whoever cannot bear that uses
    /// [`receive_into`](Self::receive_into), and reads what was kept.
    ///
    /// # Errors
    /// [`Error::NotAMember`], also once the member was removed and has received what was said until
    /// then; [`Error::Refused`] and [`Error::Missing`] about the first entry: see
    /// [`skip`](Self::skip); [`Error::Store`], [`Error::Corrupt`], [`Error::Engine`].
    pub async fn receive(
        &self,
        conversation: ConversationId,
        member: MemberId,
        now: Timestamp,
    ) -> Result<Vec<Received>, Error> {
        self.receive_into(conversation, member, now, |_, _| Ok(())).await
    }

    /// As [`receive`](Self::receive), and `keep` stages what the caller does with the messages into
    /// the same batch as the state that has let go of their keys: both last, or neither. It may be
    /// called more than once. A page holds [`MAX_PAGE`] messages of [`MAX_BODY`](crate::MAX_BODY) at most,
    /// 6.25 MiB: one copy of each body fits into the batch, two may not
    /// ([`limits::MAX_BATCH`](leeward_store::limits::MAX_BATCH)).
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
        self.store
            .transact(|tx| async move {
                let state = rows.state(&tx).await?;
                let entries = self.entries(rows, state.cursor, MAX_PAGE).await?;
                let (after, received) = device::receive(rows.seat, &state, &entries, now)?;
                if after.cursor != state.cursor {
                    rows.put_state(&tx, &after)?;
                }
                if !received.is_empty() {
                    tx.stage(|batch| keep(&received, batch))?;
                }
                Ok(received)
            })
            .await
    }

    /// Whether the log holds entries that this member has not taken, and may. Once it was removed, and has
    /// received what was said until then, it may take none.
    ///
    /// # Errors
    /// [`Error::NotAMember`] of who never joined; [`Error::Missing`], [`Error::Store`],
    /// [`Error::Corrupt`].
    pub async fn unread(&self, conversation: ConversationId, member: MemberId) -> Result<bool, Error> {
        let rows = Rows::of(conversation, member)?;
        let entry = self.store.get(&rows.state).await?.ok_or(Error::NotAMember)?;
        let state = State::decode(entry.value.as_bytes())?;
        if state.values.is_none() {
            return Ok(false);
        }
        Ok(!self.entries(&rows, state.cursor, 1).await?.is_empty())
    }

    /// Moves a member past the entry that [`receive`](Self::receive) refuses or misses: what it said
    /// is lost to this member. If it was a commit, all that follows is refused as well, and the member
    /// has to be removed and added again.
    ///
    /// # Errors
    /// [`Error::NotRefused`] when the member stands elsewhere or can read the entry;
    /// [`Error::NotAMember`], [`Error::Store`], [`Error::Corrupt`], [`Error::Engine`].
    pub async fn skip(
        &self,
        conversation: ConversationId,
        member: MemberId,
        seq: u64,
        now: Timestamp,
    ) -> Result<(), Error> {
        let rows = &Rows::of(conversation, member)?;
        self.store
            .transact(|tx| async move {
                let state = rows.state(&tx).await?;
                if state.cursor != seq || self.look(rows, &state, now).await? != Next::Refused {
                    return Err(Error::NotRefused { seq });
                }
                rows.put_state(&tx, &State { cursor: seq.saturating_add(1), ..state })
            })
            .await
    }

    /// Refuses a member who is in, or has entries left that it can read: joining would take it back to
    /// keys that it used before, or throw them away.
    pub(super) async fn check_outside(&self, tx: &Tx, rows: &Rows, now: Timestamp) -> Result<(), Error> {
        let state = match rows.state(tx).await {
            Ok(state) if state.values.is_some() => state,
            Ok(_) | Err(Error::NotAMember) => return Ok(()),
            Err(error) => return Err(error),
        };
        let epoch = Device::wake(rows.seat, &state)?.engine().epoch();
        match self.look(rows, &state, now).await? {
            Next::Readable => Err(Error::Unread),
            Next::Nothing if epoch == rows.head(tx).await?.epoch => Err(Error::AlreadyAMember),
            Next::Nothing | Next::Refused => Ok(()),
        }
    }

    /// What the next entry is to a member, who does not move.
    async fn look(&self, rows: &Rows, state: &State, now: Timestamp) -> Result<Next, Error> {
        let read = match self.entries(rows, state.cursor, 1).await {
            Ok(entries) if entries.is_empty() => return Ok(Next::Nothing),
            Ok(entries) => device::receive(rows.seat, state, &entries, now),
            Err(error) => Err(error),
        };
        match read {
            Ok(_) => Ok(Next::Readable),
            Err(Error::Refused { .. } | Error::Missing { .. }) => Ok(Next::Refused),
            Err(error) => Err(error),
        }
    }

    /// Entries of the log from a place on. They are never changed, so that they need no check.
    async fn entries(&self, rows: &Rows, from: u64, limit: usize) -> Result<Vec<Stored>, Error> {
        // Before the scan: what it says was there then is there now.
        let next = rows.peek_head(&self.store).await?.next;
        let conversation = rows.seat.conversation;
        let mut scan = Scan::all(rows::log_prefix(conversation)?).limit(limit);
        if let Some(before) = from.checked_sub(1) {
            scan = scan.after(rows::log_key(conversation, before)?);
        }
        let page = self.store.scan(&scan).await?;
        if page.items.is_empty() && from < next {
            return Err(Error::Missing { seq: from });
        }
        page.items.into_iter().map(stored).collect()
    }
}

/// What the next entry of the log is to a member.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Readable,
    Refused,
    Nothing,
}

fn stored(item: Item) -> Result<Stored, Error> {
    let seq = rows::log_seq(&item.key).ok_or(Error::Corrupt { what: "a misplaced log entry" })?;
    Ok(Stored { seq, record: item.entry.value })
}
