use crate::{
    RecoveryToken, SessionError, Sessions,
    record::{self, Listed, Place, RecoveryRecord},
    roster::Roster,
    session::{CLOCK_SKEW, after, to_millisecond},
    tell::told_of,
};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{
    Action, Actor, Reason, SessionId, StaffId,
    assurance::{Aal, Recovered},
};
use leeward_throttle::RecoveryGate;

/// What follows a recovery: a session in which new authenticators may be bound, and nothing else be done.
///
/// It has no assurance level, and is no [`Session`](crate::Session):
/// ```compile_fail,E0308
/// use leeward_session::{RecoverySession, Session};
/// fn read_notes(session: &Session) {}
/// fn with_less(session: RecoverySession) {
///     read_notes(&session);
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoverySession {
    id: SessionId,
    account: StaffId,
    begun_at: Timestamp,
}

impl RecoverySession {
    /// How long it lasts, used or not.
    pub const LASTS: SignedDuration = SignedDuration::from_mins(15);

    /// Which session.
    #[must_use]
    pub const fn id(&self) -> SessionId {
        self.id
    }

    /// Whose.
    #[must_use]
    pub const fn account(&self) -> StaffId {
        self.account
    }

    /// When it ends.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        after(self.begun_at, Self::LASTS)
    }

    fn lives(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.begun_at);
        age >= -CLOCK_SKEW && age < Self::LASTS
    }
}

impl Sessions {
    /// Starts a restricted session after a recovery, with the gate that
    /// [`Throttle::recovered`](leeward_throttle::Throttle::recovered) gave. It is [finished](Self::finish_recovery) when the new
    /// authenticators are bound; then they sign in as anybody does.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_recovery(
        &self,
        gate: RecoveryGate,
        recovered: Recovered,
        now: Timestamp,
    ) -> Result<(RecoveryToken, RecoverySession), SessionError> {
        let (account, proved_at) = (recovered.account(), recovered.at());
        gate.admit(&recovered, now)?;
        let token = RecoveryToken::generate(&self.keys, &self.rng)?;
        let begun_at = to_millisecond(now);
        let session = RecoverySession { id: SessionId::generate(&self.rng)?, account, begun_at };
        let (hash, begun) = (token.hash(&self.keys)?, &session);
        let started = self.store.transact(|tx| async move {
            let mut roster = Roster::read(&tx, account).await?;
            roster.admit_from(proved_at, now)?;
            let (id, ends_at, place) = (begun.id, begun.ends_at(), Place::Recovery(hash));
            let crowded_out = roster.add(Listed { id, aal: Aal::One, ends_at, place }, now)?;
            crowded_out.map_or(Ok(()), |oldest| self.tell_crowded_out(&tx, (account, oldest), now))?;
            roster.write()?;
            let record = RecoveryRecord { id, account, begun_at }.encode();
            tx.put_until(&record::recovery_key(hash)?, record, ends_at)?;
            self.tell(&tx, &told_of(Actor::Staff(account), Action::SessionStarted, (account, id), now))
        });
        started.await?;
        Ok((token, session))
    }

    /// The live restricted session that a token opens.
    ///
    /// # Errors
    /// [`SessionError::NotFound`]; [`SessionError::Corrupt`]; those of the store.
    pub async fn look_up_recovery(
        &self,
        token: &RecoveryToken,
        now: Timestamp,
    ) -> Result<RecoverySession, SessionError> {
        let key = record::recovery_key(token.hash(&self.keys)?)?;
        let entry = self.store.get(&key).await?.ok_or(SessionError::NotFound)?;
        let RecoveryRecord { id, account, begun_at } = RecoveryRecord::decode(entry.value.as_bytes())?;
        let session = RecoverySession { id, account, begun_at };
        if session.lives(now) { Ok(session) } else { Err(SessionError::NotFound) }
    }

    /// Ends a restricted session: the new authenticators are bound. A token that opens nothing is no error.
    ///
    /// # Errors
    /// [`SessionError::Corrupt`]; those of the store and the random source.
    pub async fn finish_recovery(&self, token: RecoveryToken, now: Timestamp) -> Result<(), SessionError> {
        let RecoverySession { id, account, .. } = match self.look_up_recovery(&token, now).await {
            Err(SessionError::NotFound) => return Ok(()),
            session => session?,
        };
        let ended = self.store.transact(|tx| async move {
            let mut roster = Roster::read(&tx, account).await?;
            if roster.end(|listed| listed.id == id)? == 0 {
                return Ok(());
            }
            roster.write()?;
            let event = told_of(Actor::Staff(account), Action::SessionEnded, (account, id), now);
            self.tell(&tx, &event.reason(Reason::SignedOut))
        });
        ended.await
    }
}
