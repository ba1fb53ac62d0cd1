//! Where a client keeps its records.

use crate::{
    Error, MemberId,
    device::{Message, Seat},
    record::State,
};
use leeward_event::ConversationId;
use leeward_store::{Item, Key, Prefix, Scan, Space, Store, StoreError, Tx, Value};
use zeroize::Zeroizing;

pub(super) const STATE: Space = Space::sealed_for("messages.member", 0);
pub(super) const INBOX: Space = Space::sealed_for("messages.inbox", 0);
pub(super) const PRIVATE: Space = Space::sealed_for("messages.key-package-private", 0);
pub(super) const TRANSCRIPT_KEY: Space = Space::sealed_for("messages.transcript-key", 0);
pub(super) const RECORD: Space = Space::sealed_for("messages.record", 0);

/// The rows of one member in one conversation.
pub(super) struct Rows {
    pub(super) seat: Seat,
    state: Key,
}

impl Rows {
    pub(super) fn of(conversation: ConversationId, member: MemberId) -> Result<Self, StoreError> {
        Ok(Self { seat: Seat { conversation, member }, state: state_key(conversation, member)? })
    }

    pub(super) async fn state(&self, tx: &Tx) -> Result<State, Error> {
        let entry = tx.get(&self.state).await?.ok_or(Error::NotAMember)?;
        State::decode(entry.value.as_bytes())
    }

    /// The state as it is now, outside of any transaction.
    pub(super) async fn peek(&self, store: &Store) -> Result<State, Error> {
        let entry = store.get(&self.state).await?.ok_or(Error::NotAMember)?;
        State::decode(entry.value.as_bytes())
    }

    pub(super) fn put_state(&self, tx: &Tx, state: &State) -> Result<(), Error> {
        Ok(tx.put(&self.state, value(state.encode()?))?)
    }

    /// Where the key lies under which this member keeps the transcript.
    pub(super) fn transcript_key(&self) -> Result<Key, StoreError> {
        transcript_key(self.seat.conversation, self.seat.member)
    }

    /// What was decrypted and not handed out, the earliest first.
    pub(super) async fn inbox(&self, store: &Store, limit: usize) -> Result<Vec<Item>, Error> {
        let prefix = inboxes(self.seat.conversation, self.seat.member)?;
        Ok(store.scan(&Scan::all(prefix).limit(limit)).await?.items)
    }

    /// Until its time has passed, unless the conversation is `held`.
    pub(super) fn put_inbox(&self, tx: &Tx, message: &Message, held: bool) -> Result<(), Error> {
        let Seat { conversation, member } = self.seat;
        let Message { received, inbox } = message;
        let (seq, inbox) = (received.seq, value(inbox.encode()?));
        let key = inbox_key(conversation, member, seq)?;
        match received.expires_at.filter(|_| !held) {
            Some(end) => tx.put_until(&key, inbox, end)?,
            None => tx.put(&key, inbox)?,
        }
        Ok(())
    }
}

/// The place in the log that a key of the inbox names.
pub(super) fn inbox_seq(key: &Key) -> Option<u64> {
    let last = key.segments().pop()?;
    Some(u64::from_be_bytes(last.try_into().ok()?))
}

pub(super) fn state_key(conversation: ConversationId, member: MemberId) -> Result<Key, StoreError> {
    STATE.key(&[conversation.as_bytes(), &[member.kind()], member.id()])
}

/// Every state in the store.
pub(super) fn states() -> Result<Prefix, StoreError> {
    STATE.prefix(&[])
}

pub(super) fn inbox_key(conversation: ConversationId, member: MemberId, seq: u64) -> Result<Key, StoreError> {
    INBOX.key(&[conversation.as_bytes(), &[member.kind()], member.id(), &seq.to_be_bytes()])
}

pub(super) fn inboxes(conversation: ConversationId, member: MemberId) -> Result<Prefix, StoreError> {
    INBOX.prefix(&[conversation.as_bytes(), &[member.kind()], member.id()])
}

pub(super) fn transcript_key(conversation: ConversationId, member: MemberId) -> Result<Key, StoreError> {
    TRANSCRIPT_KEY.key(&[conversation.as_bytes(), &[member.kind()], member.id(), b"now"])
}

pub(super) fn transcript_keys(conversation: ConversationId, member: MemberId) -> Result<Prefix, StoreError> {
    TRANSCRIPT_KEY.prefix(&[conversation.as_bytes(), &[member.kind()], member.id()])
}

/// Where the record of the message at a place waits for the delivery service.
pub(super) fn record_key(
    conversation: ConversationId,
    member: MemberId,
    seq: u64,
) -> Result<Key, StoreError> {
    RECORD.key(&[conversation.as_bytes(), &[member.kind()], member.id(), &seq.to_be_bytes()])
}

pub(super) fn records(conversation: ConversationId, member: MemberId) -> Result<Prefix, StoreError> {
    RECORD.prefix(&[conversation.as_bytes(), &[member.kind()], member.id()])
}

pub(super) fn private_keys(member: MemberId) -> Result<Prefix, StoreError> {
    PRIVATE.prefix(&[member.id(), &[member.kind()]])
}

pub(super) fn private_key(member: MemberId, reference: &[u8]) -> Result<Key, StoreError> {
    PRIVATE.key(&[member.id(), &[member.kind()], reference])
}

/// Hands bytes over without a copy that nobody wipes.
pub(super) fn value(mut bytes: Zeroizing<Vec<u8>>) -> Value {
    Value::new(std::mem::take(&mut *bytes))
}
