use crate::{
    Life, Session, SessionError, SessionToken, Sessions,
    opaque::TokenHash,
    record::{self, SessionRecord},
    service::kept_until,
    session::to_millisecond,
};
use jiff::Timestamp;
use leeward_store::{Batch, Entry, Expect, Key, StoreError, Tx};

impl Sessions {
    /// The live session that a token opens: one read. Its use is written down when what is written is
    /// older than a tenth of the idle limit, so that most look-ups write nothing.
    ///
    /// # Errors
    /// [`SessionError::NotFound`] when no live session has this token; [`SessionError::Corrupt`]; those
    /// of the store.
    pub async fn look_up(&self, token: &SessionToken, now: Timestamp) -> Result<Session, SessionError> {
        let key = record::session_key(token.hash(&self.keys)?)?;
        let entry = self.store.get(&key).await?.ok_or(SessionError::NotFound)?;
        let session = SessionRecord::decode(entry.value.as_bytes())?;
        match session.life(&self.policy, now) {
            Life::Fresh => Ok(session),
            Life::Touch => self.touch(&key, &entry, session, now).await,
            Life::Over(_) => Err(SessionError::NotFound),
        }
    }

    /// The session under a hash, whether it lives or not.
    pub(crate) async fn read_in(&self, tx: &Tx, hash: TokenHash) -> Result<Session, SessionError> {
        let entry = tx.get(&record::session_key(hash)?).await?.ok_or(SessionError::NotFound)?;
        SessionRecord::decode(entry.value.as_bytes())
    }

    /// The live session of a token.
    pub(crate) async fn live_in(
        &self,
        tx: &Tx,
        token: &SessionToken,
        now: Timestamp,
    ) -> Result<Session, SessionError> {
        let session = self.read_in(tx, token.hash(&self.keys)?).await?;
        match session.life(&self.policy, now) {
            Life::Over(_) => Err(SessionError::NotFound),
            _ => Ok(session),
        }
    }

    /// Writes the use down, over exactly what was read: a session that was ended meanwhile stays ended.
    async fn touch(
        &self,
        key: &Key,
        seen: &Entry,
        mut session: Session,
        now: Timestamp,
    ) -> Result<Session, SessionError> {
        session.last_seen_at = to_millisecond(now);
        let mut batch = Batch::new();
        let record = SessionRecord::encode(&session);
        batch.put_until(key.clone(), Expect::Exactly(seen.version), record, kept_until(&session));
        match self.store.commit(batch).await {
            Ok(_) => Ok(session),
            Err(StoreError::Conflict(_)) => self.touched_meanwhile(key, now).await,
            Err(error) => Err(error.into()),
        }
    }

    async fn touched_meanwhile(&self, key: &Key, now: Timestamp) -> Result<Session, SessionError> {
        let entry = self.store.get(key).await?.ok_or(SessionError::NotFound)?;
        let session = SessionRecord::decode(entry.value.as_bytes())?;
        match session.life(&self.policy, now) {
            Life::Over(_) => Err(SessionError::NotFound),
            _ => Ok(session),
        }
    }
}
