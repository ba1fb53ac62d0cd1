//! Where the records lie.

use crate::{
    Error, MemberId,
    device::{Append, Seat},
    record::{Head, State},
};
use leeward_event::ConversationId;
use leeward_store::{Expect, Key, Prefix, Space, Store, StoreError, Tx, Value};
use zeroize::Zeroizing;

const HEAD: Space = Space::sealed_for("messages.conversation", 0);
const LOG: Space = Space::sealed_for("messages.delivery", 0);
const STATE: Space = Space::sealed_for("messages.member", 0);
const WELCOME: Space = Space::sealed_for("messages.welcome", 0);
const KEY_PACKAGE: Space = Space::sealed_for("messages.key-package", 0);
const PRIVATE: Space = Space::sealed_for("messages.key-package-private", 0);

/// The rows that one member's operation reads and writes.
pub(super) struct Rows {
    pub(super) seat: Seat,
    head: Key,
    pub(super) state: Key,
}

impl Rows {
    pub(super) fn of(conversation: ConversationId, member: MemberId) -> Result<Self, StoreError> {
        let head = HEAD.key(&[conversation.as_bytes()])?;
        let state = STATE.key(&[conversation.as_bytes(), &[member.kind()], member.id()])?;
        Ok(Self { seat: Seat { conversation, member }, head, state })
    }

    pub(super) async fn head(&self, tx: &Tx) -> Result<Head, Error> {
        let entry = tx.get(&self.head).await?.ok_or(Error::NotAMember)?;
        Head::decode(entry.value.as_bytes())
    }

    /// The head as it is now, outside of any transaction.
    pub(super) async fn peek_head(&self, store: &Store) -> Result<Head, Error> {
        let entry = store.get(&self.head).await?.ok_or(Error::NotAMember)?;
        Head::decode(entry.value.as_bytes())
    }

    pub(super) async fn state(&self, tx: &Tx) -> Result<State, Error> {
        let entry = tx.get(&self.state).await?.ok_or(Error::NotAMember)?;
        State::decode(entry.value.as_bytes())
    }

    /// A conversation that was not there.
    pub(super) fn put_new(&self, tx: &Tx, state: &State) -> Result<(), Error> {
        tx.stage(|batch| {
            batch.put(self.head.clone(), Expect::Absent, Head::NEW.encode());
            Ok::<_, StoreError>(())
        })?;
        self.put_state(tx, state)
    }

    pub(super) fn put_state(&self, tx: &Tx, state: &State) -> Result<(), Error> {
        Ok(tx.put(&self.state, value(state.encode()?))?)
    }

    /// The new state and the entry it made: both are stored, or neither. Head and state were read in
    /// this transaction, so that a second commit for an epoch, or a second use of a key, conflicts.
    pub(super) fn put_append(&self, tx: &Tx, append: Append) -> Result<(), Error> {
        let at = log_key(self.seat.conversation, append.seq)?;
        tx.stage(|batch| {
            batch.put(at, Expect::Absent, append.entry);
            Ok::<_, StoreError>(())
        })?;
        tx.put(&self.head, append.head.encode())?;
        self.put_state(tx, &append.state)
    }
}

pub(super) fn log_key(conversation: ConversationId, seq: u64) -> Result<Key, StoreError> {
    LOG.key(&[conversation.as_bytes(), &seq.to_be_bytes()])
}

pub(super) fn log_prefix(conversation: ConversationId) -> Result<Prefix, StoreError> {
    LOG.prefix(&[conversation.as_bytes()])
}

/// The place in the log that a key names.
pub(super) fn log_seq(key: &Key) -> Option<u64> {
    let last = key.segments().pop()?;
    Some(u64::from_be_bytes(last.try_into().ok()?))
}

pub(super) fn welcome_key(conversation: ConversationId, member: MemberId) -> Result<Key, StoreError> {
    WELCOME.key(&[conversation.as_bytes(), &[member.kind()], member.id()])
}

pub(super) fn key_package_key(member: MemberId, reference: &[u8]) -> Result<Key, StoreError> {
    KEY_PACKAGE.key(&[member.id(), &[member.kind()], reference])
}

pub(super) fn key_packages(member: MemberId) -> Result<Prefix, StoreError> {
    KEY_PACKAGE.prefix(&[member.id(), &[member.kind()]])
}

pub(super) fn private_key(member: MemberId, reference: &[u8]) -> Result<Key, StoreError> {
    PRIVATE.key(&[member.id(), &[member.kind()], reference])
}

/// Hands bytes over without a copy that nobody wipes.
pub(super) fn value(mut bytes: Zeroizing<Vec<u8>>) -> Value {
    Value::new(std::mem::take(&mut *bytes))
}
