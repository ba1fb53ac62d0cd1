use crate::{
    Life, Session, SessionError, SessionToken, Sessions,
    opaque::TokenHash,
    record::{self, FamilyRecord, Listed, Place, SessionRecord},
    roster::{self, Roster},
    tell::{told, told_of, told_of_all},
};
use jiff::Timestamp;
use leeward_event::{Action, Actor, Reason, SessionId, StaffId, assurance::Aal};

/// What happened to an account's authenticators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FactorChange {
    /// The account got its first second factor: what was opened by one factor alone ends, and no sign-in
    /// by one factor from before starts a session. The session in which it was added stays if it was
    /// [re-authenticated](Sessions::reauthenticate) with the new factor before.
    FirstAdded,
    /// A passphrase was set, a factor was added, suspended or removed, or its secret may be known: every
    /// session ends, and no sign-in from before starts one.
    Changed {
        /// But for the one in which it was done, if it was.
        keep: Option<SessionId>,
    },
}

impl Sessions {
    /// Ends the session that a token opens: signs out. A token that opens nothing is no error.
    ///
    /// # Errors
    /// [`SessionError::Corrupt`]; those of the store and the random source.
    pub async fn revoke(&self, token: SessionToken, now: Timestamp) -> Result<(), SessionError> {
        let hash = match token.hash(&self.keys) {
            Err(SessionError::NotFound) => return Ok(()),
            hash => hash?,
        };
        let ended = self.store.transact(|tx| async move {
            let session = match self.read_in(&tx, hash).await {
                Err(SessionError::NotFound) => return Ok(()),
                session => session?,
            };
            let mut roster = Roster::read(&tx, session.account).await?;
            if roster.end(|listed| listed.id == session.id)? == 0 {
                tx.delete(&record::session_key(hash)?)?;
            }
            roster.write()?;
            self.tell(&tx, &told(Action::SessionEnded, &session, now).reason(Reason::SignedOut))
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
        let ended = self.store.transact(|tx| async move {
            let mut roster = Roster::read(&tx, account).await?;
            if roster.end(|listed| listed.id == id)? == 0 {
                return Ok(());
            }
            roster.write()?;
            self.tell(&tx, &told_of(by, Action::SessionEnded, (account, id), now).reason(Reason::Revoked))
        });
        ended.await
    }

    /// Ends every session of its account but the one that a token opens (OWASP ASVS 7.4.3). A sign-in from
    /// before it starts none.
    ///
    /// # Errors
    /// [`SessionError::NotFound`] when no live session has this token; as [`revoke`](Self::revoke).
    pub async fn revoke_others(&self, token: &SessionToken, now: Timestamp) -> Result<(), SessionError> {
        let ended = self.store.transact(|tx| async move {
            let Session { id, account, .. } = self.live_in(&tx, token, now).await?;
            let mut roster = Roster::read(&tx, account).await?;
            let ended = roster.end(|listed| listed.id != id)?;
            roster.refuse_before(now);
            roster.write()?;
            let event = told_of_all(Actor::Staff(account), account, ended, now);
            self.tell(&tx, &event.reason(Reason::Revoked))
        });
        ended.await
    }

    /// Ends every session of an account at once, in one batch. A sign-in from before it starts none.
    ///
    /// # Errors
    /// As [`revoke`](Self::revoke).
    pub async fn revoke_all(&self, account: StaffId, by: Actor, now: Timestamp) -> Result<(), SessionError> {
        self.end_where(account, (by, Reason::Revoked), now, |roster| {
            roster.refuse_before(now);
            roster.end(|_| true)
        })
        .await
    }

    /// To be called when an account is suspended or closed: every session ends at once, and none starts
    /// until it is [enabled](Self::enable) again (OWASP ASVS 7.4.2). Before an account is erased, too.
    ///
    /// # Errors
    /// As [`revoke`](Self::revoke).
    pub async fn disable(&self, account: StaffId, by: Actor, now: Timestamp) -> Result<(), SessionError> {
        self.end_where(account, (by, Reason::Suspended), now, |roster| {
            roster.refuse_before(now);
            roster.disable(true);
            roster.end(|_| true)
        })
        .await
    }

    /// Sessions may start again. Those from before stay ended, and so do sign-ins from before. It tells
    /// nothing: whoever reinstated the account did.
    ///
    /// # Errors
    /// As [`revoke`](Self::revoke).
    pub async fn enable(&self, account: StaffId, now: Timestamp) -> Result<(), SessionError> {
        let enabled = self.store.transact(|tx| async move {
            let mut roster = Roster::read(&tx, account).await?;
            if !roster.is_disabled() {
                return Ok(());
            }
            roster.disable(false);
            roster.refuse_before(now);
            roster.write()
        });
        enabled.await
    }

    /// To be called when an account's authenticators have changed, by whoever changed them: what they had
    /// opened ends.
    ///
    /// # Errors
    /// As [`revoke`](Self::revoke).
    pub async fn factor_changed(
        &self,
        account: StaffId,
        change: FactorChange,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), SessionError> {
        self.end_where(account, (by, Reason::FactorChanged), now, |roster| match change {
            FactorChange::FirstAdded => {
                roster.refuse_single_factor_before(now);
                roster.end(is_single_factor)
            }
            FactorChange::Changed { keep } => {
                roster.refuse_before(now);
                roster.end(|listed| Some(listed.id) != keep)
            }
        })
        .await
    }

    /// The live sessions of an account; the one that got its token last stands last.
    ///
    /// # Errors
    /// [`SessionError::Corrupt`]; those of the store.
    pub async fn list(&self, account: StaffId, now: Timestamp) -> Result<Vec<Session>, SessionError> {
        let row = self.store.get(&record::account_key(account)?).await?;
        let mut live = Vec::new();
        for listed in roster::decode(row.as_ref())?.listed {
            live.extend(self.listed(&listed, now).await?);
        }
        Ok(live)
    }

    /// A session on its account's list, if it lives. One that is refreshed does when its access token has
    /// ended, too.
    async fn listed(&self, listed: &Listed, now: Timestamp) -> Result<Option<Session>, SessionError> {
        let session = match listed.place {
            Place::Session(hash) => self.kept(hash).await?,
            Place::Refreshed { access, family } => self.kept_up(access, family).await?,
            Place::Recovery(_) => None,
        };
        Ok(session.filter(|session| !matches!(self.life_but_for_access(session, now), Life::Over(_))))
    }

    async fn kept(&self, hash: TokenHash) -> Result<Option<Session>, SessionError> {
        let row = self.store.get(&record::session_key(hash)?).await?;
        row.map(|entry| SessionRecord::decode(entry.value.as_bytes())).transpose()
    }

    async fn kept_up(&self, access: TokenHash, family: TokenHash) -> Result<Option<Session>, SessionError> {
        let row = self.store.get(&record::family_key(family)?).await?;
        let family = row.map(|entry| FamilyRecord::decode(entry.value.as_bytes())).transpose()?;
        let used = self.kept(access).await?;
        Ok(used.or_else(|| family.map(|family| family.session)))
    }

    async fn end_where(
        &self,
        account: StaffId,
        (by, why): (Actor, Reason),
        now: Timestamp,
        end: impl Fn(&mut Roster<'_>) -> Result<usize, SessionError> + Send + Sync,
    ) -> Result<(), SessionError> {
        let end = &end;
        let ended = self.store.transact(|tx| async move {
            let mut roster = Roster::read(&tx, account).await?;
            let ended = end(&mut roster)?;
            roster.write()?;
            self.tell(&tx, &told_of_all(by, account, ended, now).reason(why))
        });
        ended.await
    }
}

fn is_single_factor(listed: &Listed) -> bool {
    listed.aal < Aal::Two && !matches!(listed.place, Place::Recovery(_))
}
