use crate::{
    Life, RefreshToken, Session, SessionError, SessionPolicy, SessionToken, Sessions,
    opaque::TokenHash,
    record::{self, FamilyRecord, Place, SessionRecord},
    roster::Roster,
    service::{admit, check_renews, session_of},
    session::{after, to_millisecond},
    tell::{told, told_of},
};
use jiff::Timestamp;
use leeward_event::{Action, Actor, Outcome, Reason, SessionId, assurance::SignIn};
use leeward_notify::NoticeKind;
use leeward_store::Tx;
use leeward_throttle::SessionGate;

/// A session that is kept up by refresh tokens: for clients that hold no cookie, such as an app.
#[derive(Debug)]
#[non_exhaustive]
pub struct Refreshed {
    /// Opens the session for [10 minutes](crate::SessionPolicy::access_for), by
    /// [`Sessions::look_up`].
    pub access: SessionToken,
    /// Gets the next pair of tokens, once, by [`Sessions::refresh`].
    pub refresh: RefreshToken,
    /// The session.
    pub session: Session,
}

/// The hashes under which the tokens of a [`Refreshed`] lie.
#[derive(Clone, Copy)]
struct Hashes {
    access: TokenHash,
    family: TokenHash,
    secret: TokenHash,
}

impl Sessions {
    /// Starts a session with a short access token and a refresh token.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_refreshed(
        &self,
        gate: SessionGate,
        sign_in: SignIn,
        now: Timestamp,
    ) -> Result<Refreshed, SessionError> {
        admit(gate, &sign_in, now)?;
        let refresh = RefreshToken::generate(&self.keys, &self.rng)?;
        let access = SessionToken::generate(&self.keys, &self.rng)?;
        let session = session_of(&sign_in, SessionId::generate(&self.rng)?, now);
        let session = &self.with_access(session, now);
        let (hashes, sign_in) = (self.hashes(&access, &refresh)?, &sign_in);
        let started = self.store.transact(|tx| async move {
            let mut roster = Roster::read(&tx, session.account).await?;
            roster.admit(sign_in, now)?;
            self.enlist_family(&tx, &mut roster, session, hashes, now)?;
            roster.write()?;
            self.tell(&tx, &told(Action::SessionStarted, session, now))
        });
        started.await?;
        Ok(Refreshed { access, refresh, session: session.clone() })
    }

    /// The next access token and the next refresh token. The ones before are dead in the same batch; the
    /// session's limits go on.
    ///
    /// **A refresh token serves once.** When one is presented a second time, one of its two holders is not
    /// the owner, and nobody knows which: the whole family ends, with its access token; an event says so,
    /// and a notice is due. A client sends one refresh at a time, and signs in again when an answer was
    /// lost.
    ///
    /// # Errors
    /// [`SessionError::NotFound`] when no live session has this family; [`SessionError::RefreshReused`]
    /// after it was ended just now; those of the store and the random source.
    pub async fn refresh(&self, refresh: RefreshToken, now: Timestamp) -> Result<Refreshed, SessionError> {
        let next = |old: &Session| match self.life_but_for_access(old, now) {
            Life::Over(_) => Err(SessionError::NotFound),
            _ => Ok(Session { last_seen_at: to_millisecond(now), ..old.clone() }),
        };
        self.renew(refresh, next, None, now).await
    }

    /// As [`reauthenticate`](Self::reauthenticate), for a session that is refreshed: both tokens are new,
    /// and all limits begin anew.
    ///
    /// # Errors
    /// Those of [`reauthenticate`](Self::reauthenticate) and [`refresh`](Self::refresh).
    pub async fn reauthenticate_refreshed(
        &self,
        gate: SessionGate,
        refresh: RefreshToken,
        sign_in: SignIn,
        now: Timestamp,
    ) -> Result<Refreshed, SessionError> {
        admit(gate, &sign_in, now)?;
        let sign_in = &sign_in;
        let next = |old: &Session| {
            check_renews(sign_in, old)?;
            match self.life_but_for_access(old, now) {
                Life::Over(_) => Err(SessionError::NotFound),
                _ => Ok(session_of(sign_in, old.id, now)),
            }
        };
        self.renew(refresh, next, Some(sign_in), now).await
    }

    async fn renew(
        &self,
        refresh: RefreshToken,
        next: impl Fn(&Session) -> Result<Session, SessionError> + Send + Sync,
        sign_in: Option<&SignIn>,
        now: Timestamp,
    ) -> Result<Refreshed, SessionError> {
        let (family, secret) = (refresh.family(&self.keys)?, refresh.secret(&self.keys)?);
        let access = SessionToken::generate(&self.keys, &self.rng)?;
        let refresh = refresh.next(&self.rng)?;
        let (hashes, next) = (self.hashes(&access, &refresh)?, &next);
        let renewed = self.store.transact(|tx| async move {
            let old = read_family(&tx, family).await?;
            let mut roster = Roster::read(&tx, old.session.account).await?;
            if !old.good.is(&secret) {
                self.end_reused(&tx, roster, &old.session, now)?;
                return Ok(None);
            }
            let before = self.take_access(&tx, &mut roster, old.session).await?;
            let session = self.with_access(next(&before)?, now);
            sign_in.map_or(Ok(()), |sign_in| roster.admit(sign_in, now))?;
            self.enlist_family(&tx, &mut roster, &session, hashes, now)?;
            roster.write()?;
            if sign_in.is_some() {
                self.tell(&tx, &told(Action::SessionRotated, &session, now))?;
            }
            Ok::<_, SessionError>(Some(session))
        });
        let session = renewed.await?.ok_or(SessionError::RefreshReused)?;
        Ok(Refreshed { access, refresh, session })
    }

    /// Takes a session from its place to put it there again: its access token is dead, and tells when the
    /// session was last used.
    async fn take_access(
        &self,
        tx: &Tx,
        roster: &mut Roster<'_>,
        session: Session,
    ) -> Result<Session, SessionError> {
        let listed = roster.take(session.id).ok_or(SessionError::NotFound)?;
        let Place::Refreshed { access, .. } = listed.place else { return Err(SessionError::NotFound) };
        let key = record::session_key(access)?;
        let used = match tx.get(&key).await? {
            Some(entry) => SessionRecord::decode(entry.value.as_bytes())?.last_seen_at,
            None => session.last_seen_at,
        };
        tx.delete(&key)?;
        Ok(Session { last_seen_at: session.last_seen_at.max(used), ..session })
    }

    fn enlist_family(
        &self,
        tx: &Tx,
        roster: &mut Roster<'_>,
        session: &Session,
        hashes: Hashes,
        now: Timestamp,
    ) -> Result<(), SessionError> {
        let Hashes { access, family, secret } = hashes;
        self.enlist(tx, roster, session, Place::Refreshed { access, family }, now)?;
        self.put(tx, access, session)?;
        let record = FamilyRecord { good: secret, session: session.clone() }.encode();
        Ok(tx.put_until(&record::family_key(family)?, record, session.ends_at(&SessionPolicy::nist()))?)
    }

    /// Ends a family, one of whose tokens came a second time.
    fn end_reused(
        &self,
        tx: &Tx,
        mut roster: Roster<'_>,
        session: &Session,
        now: Timestamp,
    ) -> Result<(), SessionError> {
        roster.end(|listed| listed.id == session.id)?;
        roster.write()?;
        let event = told_of(Actor::Unknown, Action::RefreshReused, (session.account, session.id), now);
        self.tell(tx, &event.outcome(Outcome::Failure).reason(Reason::Reused))?;
        self.notify(tx, session.account, NoticeKind::SessionRefreshReused, now)
    }

    fn hashes(&self, access: &SessionToken, refresh: &RefreshToken) -> Result<Hashes, SessionError> {
        let keys = &self.keys;
        Ok(Hashes {
            access: access.hash(keys)?,
            family: refresh.family(keys)?,
            secret: refresh.secret(keys)?,
        })
    }

    /// Whether a session lives whose access token may have ended.
    pub(crate) fn life_but_for_access(&self, session: &Session, now: Timestamp) -> Life {
        session.times().life(&self.policy.limits(session.aal), now)
    }

    fn with_access(&self, session: Session, now: Timestamp) -> Session {
        let ends_at = after(to_millisecond(now), self.policy.access());
        Session { access_ends_at: Some(ends_at), ..session }
    }
}

async fn read_family(tx: &Tx, family: TokenHash) -> Result<FamilyRecord, SessionError> {
    let entry = tx.get(&record::family_key(family)?).await?.ok_or(SessionError::NotFound)?;
    FamilyRecord::decode(entry.value.as_bytes())
}
