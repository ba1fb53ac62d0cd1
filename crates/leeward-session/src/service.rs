use crate::{
    Ended, Life, Session, SessionError, SessionKeys, SessionPolicy, SessionToken,
    opaque::TokenHash,
    record::{self, Listed, Place, SessionRecord},
    roster::Roster,
    session::to_millisecond,
    tell::told,
};
use jiff::Timestamp;
use leeward_event::{
    Action, SessionId,
    assurance::{Aal, Proof, SignIn},
};
use leeward_store::{Store, Tx};
use leeward_throttle::SessionGate;
use ring::rand::SystemRandom;
use std::fmt;

/// Starts, finds and ends sessions.
///
/// Only a finished sign-in starts one, and only one that came through the throttle; a proved factor does
/// not, and neither does a sign-in without its gate:
/// ```compile_fail,E0308
/// use leeward_event::assurance::ProvedFactor;
/// use leeward_session::Sessions;
/// use leeward_store::Timestamp;
/// use leeward_throttle::SessionGate;
/// async fn skip_the_second_factor(sessions: &Sessions, gate: SessionGate, proved: ProvedFactor, now: Timestamp) {
///     let started = sessions.start(gate, proved, now).await;
/// }
/// ```
/// ```compile_fail,E0061
/// use leeward_event::assurance::SignIn;
/// use leeward_session::Sessions;
/// use leeward_store::Timestamp;
/// async fn skip_the_throttle(sessions: &Sessions, sign_in: SignIn, now: Timestamp) {
///     let started = sessions.start(sign_in, now).await;
/// }
/// ```
/// A sign-in and a gate serve once:
/// ```compile_fail,E0382
/// use leeward_event::assurance::SignIn;
/// use leeward_session::Sessions;
/// use leeward_store::Timestamp;
/// use leeward_throttle::SessionGate;
/// async fn twice(sessions: &Sessions, gate: SessionGate, sign_in: SignIn, now: Timestamp) {
///     let first = sessions.start(gate, sign_in, now).await;
///     let second = sessions.start(gate, sign_in, now).await;
/// }
/// ```
#[derive(Clone)]
pub struct Sessions {
    pub(crate) store: Store,
    pub(crate) policy: SessionPolicy,
    pub(crate) keys: SessionKeys,
    pub(crate) rng: SystemRandom,
}

impl Sessions {
    /// An account has at most as many sessions: another one ends the oldest.
    pub const MOST: usize = crate::roster::MOST;

    /// Keeps sessions in `store`, for as long as `policy` says, under hashes by `keys`.
    #[must_use]
    pub fn new(store: &Store, policy: SessionPolicy, keys: SessionKeys) -> Self {
        Self { store: store.clone(), policy, keys, rng: SystemRandom::new() }
    }

    /// How long sessions last.
    #[must_use]
    pub const fn policy(&self) -> &SessionPolicy {
        &self.policy
    }

    /// Starts a session. The token is nowhere else: [`reveal`](SessionToken::reveal) it to the client.
    ///
    /// # Errors
    /// [`SessionError::Gate`] for a gate of another account, purpose or time; [`SessionError::Disabled`];
    /// [`SessionError::StaleSignIn`] for a sign-in that is over 5 minutes old, or in the future, or was
    /// made before a revocation of all sessions; those of the store and the random source.
    pub async fn start(
        &self,
        gate: SessionGate,
        sign_in: SignIn,
        now: Timestamp,
    ) -> Result<(SessionToken, Session), SessionError> {
        admit(gate, &sign_in, now)?;
        let token = SessionToken::generate(&self.keys, &self.rng)?;
        let session = &session_of(&sign_in, SessionId::generate(&self.rng)?, now);
        let (hash, sign_in) = (token.hash(&self.keys)?, &sign_in);
        let started = self.store.transact(|tx| async move {
            let mut roster = Roster::read(&tx, session.account).await?;
            roster.admit(sign_in, now)?;
            self.enlist(&tx, &mut roster, session, Place::Session(hash), now)?;
            self.put(&tx, hash, session)?;
            roster.write()?;
            self.tell(&tx, &told(Action::SessionStarted, session, now))
        });
        started.await?;
        Ok((token, session.clone()))
    }

    /// Gives a session a new token after a sign-in of at least its strength, as NIST SP 800-63B-4 2.2.3
    /// and OWASP ASVS 7.2.4 ask. The old token is dead in the same batch, and all limits begin anew.
    ///
    /// # Errors
    /// [`SessionError::NotFound`] when no live session has this token; [`SessionError::OtherAccount`];
    /// [`SessionError::WeakerSignIn`]; [`SessionError::NeedsRefreshToken`] for a session that is
    /// refreshed; those of [`start`](Self::start).
    pub async fn reauthenticate(
        &self,
        gate: SessionGate,
        token: SessionToken,
        sign_in: SignIn,
        now: Timestamp,
    ) -> Result<(SessionToken, Session), SessionError> {
        admit(gate, &sign_in, now)?;
        let sign_in = &sign_in;
        let renew = |old: &Session, life| {
            check_renews(sign_in, old)?;
            match life {
                Life::Over(_) => Err(SessionError::NotFound),
                _ => Ok(session_of(sign_in, old.id, now)),
            }
        };
        self.replace(&token, sign_in, renew, now).await
    }

    /// Gives a session at AAL2 a new token after nothing but a time without use, by one factor: the
    /// session's secret is the other (NIST SP 800-63B-4 2.2.3). It takes a passphrase, or a passkey whose
    /// device verified its user. The session keeps its level and its overall limit.
    ///
    /// # Errors
    /// [`SessionError::NotFound`] when no session has this token, or it is at another level, or its
    /// overall limit is reached; [`SessionError::WeakerSignIn`] for a factor that is only held;
    /// [`SessionError::OtherAccount`]; [`SessionError::NeedsRefreshToken`] for a session that is
    /// refreshed; those of [`start`](Self::start).
    pub async fn resume(
        &self,
        gate: SessionGate,
        token: SessionToken,
        sign_in: SignIn,
        now: Timestamp,
    ) -> Result<(SessionToken, Session), SessionError> {
        admit(gate, &sign_in, now)?;
        let sign_in = &sign_in;
        let resume = |old: &Session, life| match life {
            _ if sign_in.account() != old.account => Err(SessionError::OtherAccount),
            Life::Over(Ended::Overall | Ended::Access | Ended::ClockBehind) => Err(SessionError::NotFound),
            _ if old.aal != Aal::Two => Err(SessionError::NotFound),
            _ if !sign_in.proofs().iter().any(|proof| proof.kind().is_known()) => {
                Err(SessionError::WeakerSignIn)
            }
            _ => Ok(Session {
                last_seen_at: to_millisecond(now),
                proofs: with_newer(&old.proofs, sign_in.proofs()),
                ..old.clone()
            }),
        };
        self.replace(&token, sign_in, resume, now).await
    }

    /// Puts what `next` makes of a session into its place, under a new token.
    async fn replace(
        &self,
        token: &SessionToken,
        sign_in: &SignIn,
        next: impl Fn(&Session, Life) -> Result<Session, SessionError> + Send + Sync,
        now: Timestamp,
    ) -> Result<(SessionToken, Session), SessionError> {
        let (old, fresh) = (token.hash(&self.keys)?, SessionToken::generate(&self.keys, &self.rng)?);
        let (hash, next) = (fresh.hash(&self.keys)?, &next);
        let replaced = self.store.transact(|tx| async move {
            let before = self.read_in(&tx, old).await?;
            if before.is_refreshed() {
                return Err(SessionError::NeedsRefreshToken);
            }
            let mut roster = Roster::read(&tx, before.account).await?;
            let after = next(&before, before.life(&self.policy, now))?;
            roster.admit(sign_in, now)?;
            if roster.end(|listed| listed.id == before.id)? == 0 {
                return Err(SessionError::NotFound);
            }
            self.enlist(&tx, &mut roster, &after, Place::Session(hash), now)?;
            self.put(&tx, hash, &after)?;
            roster.write()?;
            self.tell(&tx, &told(Action::SessionRotated, &after, now))?;
            Ok(after)
        });
        Ok((fresh, replaced.await?))
    }

    /// Puts a session on its account's list. What it crowds out is told.
    pub(crate) fn enlist(
        &self,
        tx: &Tx,
        roster: &mut Roster<'_>,
        session: &Session,
        place: Place,
        now: Timestamp,
    ) -> Result<(), SessionError> {
        let Session { id, account, aal, .. } = *session;
        let ends_at = session.ends_at(&SessionPolicy::nist());
        let Some(oldest) = roster.add(Listed { id, aal, ends_at, place }, now)? else { return Ok(()) };
        self.tell_crowded_out(tx, (account, oldest), now)
    }

    pub(crate) fn put(&self, tx: &Tx, hash: TokenHash, session: &Session) -> Result<(), SessionError> {
        let record = SessionRecord::encode(session);
        Ok(tx.put_until(&record::session_key(hash)?, record, kept_until(session))?)
    }
}

/// The gate is for this sign-in.
pub(crate) fn admit(gate: SessionGate, sign_in: &SignIn, now: Timestamp) -> Result<(), SessionError> {
    Ok(gate.admit(sign_in, now)?)
}

pub(crate) fn session_of(sign_in: &SignIn, id: SessionId, now: Timestamp) -> Session {
    Session {
        id,
        account: sign_in.account(),
        aal: sign_in.aal(),
        signed_in_at: to_millisecond(sign_in.at().min(now)),
        last_seen_at: to_millisecond(now),
        access_ends_at: None,
        proofs: sign_in.proofs().iter().map(|proof| kept(*proof)).collect(),
    }
}

pub(crate) fn check_renews(sign_in: &SignIn, old: &Session) -> Result<(), SessionError> {
    if sign_in.account() != old.account {
        Err(SessionError::OtherAccount)
    } else if sign_in.aal() < old.aal {
        Err(SessionError::WeakerSignIn)
    } else {
        Ok(())
    }
}

/// Until its row may be purged: for as long as any policy lets it live, and as it can be resumed.
pub(crate) fn kept_until(session: &Session) -> Timestamp {
    let ends_at = session.ends_at(&SessionPolicy::nist());
    session.access_ends_at.map_or(ends_at, |access| access.min(ends_at))
}

/// Each authenticator once, by its newer proof, and no more than a sign-in has.
fn with_newer(old: &[Proof], new: &[Proof]) -> Vec<Proof> {
    let is_new = |proof: &&Proof| new.iter().any(|newer| newer.authenticator() == proof.authenticator());
    let kept_old = old.iter().filter(|proof| !is_new(proof));
    new.iter().chain(kept_old).take(SignIn::MAX_FACTORS).map(|proof| kept(*proof)).collect()
}

/// A proof as a record keeps it.
fn kept(proof: Proof) -> Proof {
    Proof::from_bytes(&proof.to_bytes()).unwrap_or(proof)
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").field("policy", &self.policy).finish_non_exhaustive()
    }
}
