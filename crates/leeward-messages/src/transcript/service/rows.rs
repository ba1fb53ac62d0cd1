//! Where the service keeps what it knows of transcripts.

use super::{LedgerRow, Noted};
use crate::Error;
use leeward_event::ConversationId;
use leeward_store::{Item, Key, Prefix, Space, StoreError, Tx};

const LEDGER: Space = Space::sealed_for("messages.ledger", 0);
const NOTED: Space = Space::sealed_for("messages.transcript", 0);

pub(super) fn ledger_key(conversation: ConversationId) -> Result<Key, StoreError> {
    LEDGER.key(&[conversation.as_bytes()])
}

/// Every ledger in the store.
pub(super) fn ledgers() -> Result<Prefix, StoreError> {
    LEDGER.prefix(&[])
}

/// Whose ledger lies at a key.
pub(super) fn conversation_of(key: &Key) -> Result<ConversationId, Error> {
    let segment = key.segments().pop().and_then(|segment| <[u8; 16]>::try_from(segment).ok());
    segment.map(ConversationId::from_bytes).ok_or(Error::Corrupt { what: "a misplaced ledger" })
}

pub(super) fn noted_key(conversation: ConversationId, place: u64) -> Result<Key, StoreError> {
    NOTED.key(&[conversation.as_bytes(), &place.to_be_bytes()])
}

/// What was noted in one conversation, in the order of the delivery log.
pub(super) fn noted(conversation: ConversationId) -> Result<Prefix, StoreError> {
    NOTED.prefix(&[conversation.as_bytes()])
}

pub(super) async fn ledger(tx: &Tx, key: &Key, conversation: ConversationId) -> Result<LedgerRow, Error> {
    match tx.get(key).await? {
        Some(entry) => LedgerRow::decode(entry.value.as_bytes()),
        None => Ok(LedgerRow::new(conversation)),
    }
}

pub(super) fn read(item: &Item) -> Result<Noted, Error> {
    Noted::decode(item.entry.value.as_bytes())
}
