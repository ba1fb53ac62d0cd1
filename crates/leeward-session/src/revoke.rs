use crate::{
    Life, Session, SessionError, SessionToken, Sessions,
    record::{self, AccountRecord, SessionRecord},
    service,
};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{Action, Actor, Event, Reason, SessionId, StaffId, Subject};
use leeward_store::{Entry, Key, Scan, Tx};

impl Sessions {
    /// Ends the session that a token opens: signs out. A token that opens nothing is no error.
    ///
    /// # Errors
    /// [`SessionError::Corrupt`]; those of the store and the random source.
    pub async fn revoke(&self, token: SessionToken, now: Timestamp) -> Result<(), SessionError> {
        let key = &record::token_key(token.hash())?;
        let ended = self.store.transact(|tx| async move {
            let Some(entry) = tx.get(key).await? else { return Ok(()) };
            let session = SessionRecord::decode(entry.value.as_bytes())?.session;
            end(&tx, key, &session)?;
            let event = service::told(Action::SessionEnded, &session, now).reason(Reason::SignedOut);
            self.tell(&tx, &event)
        });
        ended.await
    }

    /// Ends one session of an account, found by its id. One that is not there is no error.
    ///
    /// # Errors
    /// As [`revoke`](Self::revoke).
    pub async fn revoke_id(
        &self,
        account: StaffId,
        id: SessionId,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), SessionError> {
        let index = &record::index_key(account, id)?;
        let ended = self.store.transact(|tx| async move {
            let Some(entry) = tx.get(index).await? else { return Ok(()) };
            let key = record::token_key(record::decode_index(entry.value.as_bytes())?)?;
            let Some(entry) = tx.get(&key).await? else { return Ok(()) };
            let session = SessionRecord::decode(entry.value.as_bytes())?.session;
            end(&tx, &key, &session)?;
            let event = service::told_by(by, Action::SessionEnded, &session, now).reason(Reason::Revoked);
            self.tell(&tx, &event)
        });
        ended.await
    }

    /// Ends every session of an account at once, in one write, however many there are. A sign-in from
    /// before it starts none.
    ///
    /// # Errors
    /// As [`revoke`](Self::revoke).
    pub async fn revoke_all(&self, account: StaffId, by: Actor, now: Timestamp) -> Result<(), SessionError> {
        let key = &record::account_key(account)?;
        let event =
            &Event::new(Action::SessionEnded, by, now).about(Subject::Staff(account)).reason(Reason::Revoked);
        let revoked = self.store.transact(|tx| async move {
            let before = service::account_record(&tx, account).await?;
            let generation = before.generation.wrapping_add(1);
            let after = AccountRecord { generation, revoked_at: next_millisecond(now) };
            tx.put(key, after.encode())?;
            self.tell(&tx, event)
        });
        revoked.await
    }

    /// The live sessions of an account.
    ///
    /// # Errors
    /// [`SessionError::Corrupt`]; those of the store.
    pub async fn list(&self, account: StaffId, now: Timestamp) -> Result<Vec<Session>, SessionError> {
        let mut live = Vec::new();
        let mut next = Some(Scan::all(record::index_of(account)?));
        while let Some(scan) = next {
            let page = self.store.scan(&scan).await?;
            for item in &page.items {
                live.extend(self.indexed(account, &item.entry, now).await?);
            }
            next = page.next;
        }
        Ok(live)
    }

    /// The session that an entry of the index leads to, if it lives.
    async fn indexed(
        &self,
        account: StaffId,
        entry: &Entry,
        now: Timestamp,
    ) -> Result<Option<Session>, SessionError> {
        let key = record::token_key(record::decode_index(entry.value.as_bytes())?)?;
        let Some(entry) = self.store.get(&key).await? else { return Ok(None) };
        let record = SessionRecord::decode(entry.value.as_bytes())?;
        let account = self.store.get(&record::account_key(account)?).await?;
        match self.life(&record, account.as_ref(), now) {
            Ok(Life::Over(_)) | Err(SessionError::NotFound) => Ok(None),
            Ok(_) => Ok(Some(record.session)),
            Err(error) => Err(error),
        }
    }
}

/// The next moment that a record can keep, if it cannot keep this one: what was before it still is.
fn next_millisecond(moment: Timestamp) -> Timestamp {
    let kept = service::to_millisecond(moment);
    if kept < moment { kept.saturating_add(SignedDuration::from_millis(1)).unwrap_or(kept) } else { kept }
}

fn end(tx: &Tx, key: &Key, session: &Session) -> Result<(), SessionError> {
    tx.delete(key)?;
    tx.delete(&record::index_key(session.account, session.id)?)?;
    Ok(())
}
