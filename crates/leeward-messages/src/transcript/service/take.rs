use super::{Noted, rows};
use crate::{
    Error,
    delivery::held_in,
    transcript::{Entry, Retention, record::Kept},
};
use jiff::Timestamp;
use leeward_event::ConversationId;
use leeward_store::Tx;

/// A message that the delivery service accepts now.
pub(crate) struct Accepted {
    pub(crate) entry: Entry,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) kept: Option<Kept>,
}

/// Moves the ledger on, in the batch that accepts a message.
pub(crate) async fn accept(tx: &Tx, conversation: ConversationId, accepted: Accepted) -> Result<(), Error> {
    let Accepted { entry, expires_at, kept } = accepted;
    let key = rows::ledger_key(conversation)?;
    let mut row = rows::ledger(tx, &key, conversation).await?;
    if row.accept(&entry)? {
        let noted = Noted::Open { entry, expires_at, kept };
        let noted = if row.retention == Retention::None { noted.to_ended() } else { noted };
        tx.put(&rows::noted_key(conversation, entry.seq)?, noted.encode()?)?;
    }
    Ok(tx.put(&key, row.encode()?)?)
}

/// Keeps a record of the message at this place, if it may be kept and there is none.
pub(crate) async fn keep(
    tx: &Tx,
    conversation: ConversationId,
    place: u64,
    brought: &Kept,
    now: Timestamp,
) -> Result<(), Error> {
    let key = rows::noted_key(conversation, place)?;
    let Some(row) = tx.get(&key).await? else { return Ok(()) };
    let noted = Noted::decode(row.value.as_bytes())?;
    if noted.is_over(now) && !held_in(tx, conversation).await? {
        return Ok(());
    }
    let Noted::Open { entry, expires_at, kept: None } = noted else { return Ok(()) };
    let ledger = rows::ledger(tx, &rows::ledger_key(conversation)?, conversation).await?;
    if ledger.retention == Retention::None {
        return Ok(());
    }
    let noted = Noted::Open { entry, expires_at, kept: Some(brought.clone()) };
    Ok(tx.put(&key, noted.encode()?)?)
}
