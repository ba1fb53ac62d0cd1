use crate::{
    Life, Session, SessionError, SessionPolicy, SessionToken,
    record::{self, AccountRecord, SessionRecord},
    session::CLOCK_SKEW,
    token::TokenHash,
};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{Action, Actor, CorrelationId, Event, SessionId, StaffId, Subject, assurance::SignIn};
use leeward_store::{Batch, Entry, Expect, Key, Store, StoreError, Tx};
use ring::rand::SystemRandom;
use std::fmt;

/// How long after it a sign-in may still start a session.
const SIGN_IN_KEEPS: SignedDuration = SignedDuration::from_mins(5);

/// Starts, finds and ends sessions.
///
/// Only a finished sign-in starts one; a proved factor does not:
/// ```compile_fail,E0308
/// use leeward_event::assurance::ProvedFactor;
/// use leeward_session::Sessions;
/// use leeward_store::Timestamp;
/// async fn skip_the_second_factor(sessions: &Sessions, proved: ProvedFactor, now: Timestamp) {
///     let started = sessions.start(proved, now).await;
/// }
/// ```
#[derive(Clone)]
pub struct Sessions {
    pub(crate) store: Store,
    pub(crate) policy: SessionPolicy,
    pub(crate) rng: SystemRandom,
}

impl Sessions {
    /// Keeps sessions in `store`, for as long as `policy` says.
    #[must_use]
    pub fn new(store: &Store, policy: SessionPolicy) -> Self {
        Self { store: store.clone(), policy, rng: SystemRandom::new() }
    }

    /// How long sessions last.
    #[must_use]
    pub const fn policy(&self) -> &SessionPolicy {
        &self.policy
    }

    /// Starts a session. The token is nowhere else: [`reveal`](SessionToken::reveal) it to the client.
    ///
    /// # Errors
    /// [`SessionError::StaleSignIn`] for a sign-in that is over 5 minutes old, or in the future, or was
    /// made before [`revoke_all`](Self::revoke_all); those of the store and the random source.
    pub async fn start(
        &self,
        sign_in: SignIn,
        now: Timestamp,
    ) -> Result<(SessionToken, Session), SessionError> {
        let token = SessionToken::generate(&self.rng)?;
        let session = session_of(&sign_in, SessionId::generate(&self.rng)?, now);
        let hash = token.hash();
        let sign_in = &sign_in;
        let started = self.store.transact(|tx| async move {
            let account = account_record(&tx, session.account).await?;
            check_recent(sign_in, &account, now)?;
            let record = SessionRecord { session, generation: account.generation };
            self.put(&tx, hash, &record)?;
            self.tell(&tx, &told(Action::SessionStarted, &session, now))
        });
        started.await?;
        Ok((token, session))
    }

    /// The live session that a token opens. Its use is written down when what is written is older than
    /// a tenth of the idle limit, so that most look-ups write nothing.
    ///
    /// # Errors
    /// [`SessionError::NotFound`] when no live session has this token; [`SessionError::Corrupt`]; those
    /// of the store.
    pub async fn look_up(&self, token: &SessionToken, now: Timestamp) -> Result<Session, SessionError> {
        let key = record::token_key(token.hash())?;
        let (seen, life) = self.read(&key, now).await?;
        match life {
            Life::Touch => self.touch(&key, &seen, now).await,
            _ => Ok(SessionRecord::decode(seen.value.as_bytes())?.session),
        }
    }

    /// Gives a session a new token after a sign-in of at least its strength, as NIST SP 800-63B-4 2.2.3
    /// and OWASP ASVS 7.2.4 ask. The old token is dead in the same batch, and all limits begin anew.
    ///
    /// # Errors
    /// [`SessionError::NotFound`] when no live session has this token; [`SessionError::OtherAccount`];
    /// [`SessionError::WeakerSignIn`]; [`SessionError::StaleSignIn`] as for [`start`](Self::start);
    /// those of the store and the random source.
    pub async fn rotate(
        &self,
        token: SessionToken,
        sign_in: SignIn,
        now: Timestamp,
    ) -> Result<(SessionToken, Session), SessionError> {
        let (fresh, before) = (SessionToken::generate(&self.rng)?, record::token_key(token.hash())?);
        let (hash, before, sign_in) = (fresh.hash(), &before, &sign_in);
        let rotated = self.store.transact(|tx| async move {
            let old = self.live_in(&tx, before, now).await?;
            let account = account_record(&tx, old.account).await?;
            check_renews(sign_in, &old)?;
            check_recent(sign_in, &account, now)?;
            let session = session_of(sign_in, old.id, now);
            tx.delete(before)?;
            self.put(&tx, hash, &SessionRecord { session, generation: account.generation })?;
            self.tell(&tx, &told(Action::SessionRotated, &session, now))?;
            Ok::<_, SessionError>(session)
        });
        Ok((fresh, rotated.await?))
    }

    /// The entry of a live session. The account is read after it: a generation that has ended by then
    /// ends the session too.
    async fn read(&self, key: &Key, now: Timestamp) -> Result<(Entry, Life), SessionError> {
        let entry = self.store.get(key).await?.ok_or(SessionError::NotFound)?;
        let record = SessionRecord::decode(entry.value.as_bytes())?;
        let account = self.store.get(&record::account_key(record.session.account)?).await?;
        match self.life(&record, account.as_ref(), now)? {
            Life::Over(_) => Err(SessionError::NotFound),
            life => Ok((entry, life)),
        }
    }

    pub(crate) async fn live_in(&self, tx: &Tx, key: &Key, now: Timestamp) -> Result<Session, SessionError> {
        let entry = tx.get(key).await?.ok_or(SessionError::NotFound)?;
        let record = SessionRecord::decode(entry.value.as_bytes())?;
        let account = tx.get(&record::account_key(record.session.account)?).await?;
        match self.life(&record, account.as_ref(), now)? {
            Life::Over(_) => Err(SessionError::NotFound),
            _ => Ok(record.session),
        }
    }

    pub(crate) fn life(
        &self,
        record: &SessionRecord,
        account: Option<&Entry>,
        now: Timestamp,
    ) -> Result<Life, SessionError> {
        if record.generation != decode_account(account)?.generation {
            return Err(SessionError::NotFound);
        }
        Ok(record.session.life(&self.policy, now))
    }

    /// Writes the use down, over exactly what was read: a session that was ended meanwhile stays ended.
    async fn touch(&self, key: &Key, seen: &Entry, now: Timestamp) -> Result<Session, SessionError> {
        let mut record = SessionRecord::decode(seen.value.as_bytes())?;
        record.session.last_seen_at = to_millisecond(now);
        let mut batch = Batch::new();
        let expires_at = record.session.expires_at(&self.policy);
        batch.put_until(key.clone(), Expect::Exactly(seen.version), record.encode(), expires_at);
        match self.store.commit(batch).await {
            Ok(_) => Ok(record.session),
            Err(StoreError::Conflict(_)) => {
                let (seen, _life) = self.read(key, now).await?;
                Ok(SessionRecord::decode(seen.value.as_bytes())?.session)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn put(&self, tx: &Tx, hash: TokenHash, record: &SessionRecord) -> Result<(), SessionError> {
        let Session { id, account, .. } = record.session;
        // Under a policy that is longer later on, the index must still lead to the session.
        let ends_at = record.session.ends_at(&SessionPolicy::nist());
        tx.put_until(&record::token_key(hash)?, record.encode(), record.session.expires_at(&self.policy))?;
        tx.put_until(&record::index_key(account, id)?, record::encode_index(hash), ends_at)?;
        Ok(())
    }

    pub(crate) fn tell(&self, tx: &Tx, event: &Event) -> Result<(), SessionError> {
        tx.stage(|batch| event.stage(batch, &self.rng).map_err(SessionError::from))
    }
}

pub(crate) async fn account_record(tx: &Tx, account: StaffId) -> Result<AccountRecord, SessionError> {
    decode_account(tx.get(&record::account_key(account)?).await?.as_ref())
}

pub(crate) fn decode_account(entry: Option<&Entry>) -> Result<AccountRecord, SessionError> {
    entry.map_or(Ok(AccountRecord::NEW), |entry| AccountRecord::decode(entry.value.as_bytes()))
}

/// What its owner did to a session.
pub(crate) fn told(what: Action, session: &Session, now: Timestamp) -> Event {
    told_by(Actor::Staff(session.account), what, session, now)
}

/// What happened to a session. Its events have its id as their correlation.
pub(crate) fn told_by(by: Actor, what: Action, session: &Session, now: Timestamp) -> Event {
    Event::new(what, by, now)
        .about(Subject::Staff(session.account))
        .correlation(CorrelationId::from_bytes(*session.id.as_bytes()))
}

fn session_of(sign_in: &SignIn, id: SessionId, now: Timestamp) -> Session {
    Session {
        id,
        account: sign_in.account(),
        aal: sign_in.aal(),
        signed_in_at: to_millisecond(sign_in.at().min(now)),
        last_seen_at: to_millisecond(now),
    }
}

fn check_recent(sign_in: &SignIn, account: &AccountRecord, now: Timestamp) -> Result<(), SessionError> {
    let age = now.duration_since(sign_in.at());
    // A revocation that is still to come, by more than clocks are apart, was made by a clock that has
    // gone back since: it must not shut the account until then.
    let revoked = sign_in.at() < account.revoked_at && account.revoked_at.duration_since(now) <= CLOCK_SKEW;
    if revoked || age < -CLOCK_SKEW || age > SIGN_IN_KEEPS {
        return Err(SessionError::StaleSignIn);
    }
    Ok(())
}

fn check_renews(sign_in: &SignIn, old: &Session) -> Result<(), SessionError> {
    if sign_in.account() != old.account {
        Err(SessionError::OtherAccount)
    } else if sign_in.aal() < old.aal {
        Err(SessionError::WeakerSignIn)
    } else {
        Ok(())
    }
}

/// A moment as a record keeps it: never later than it was.
pub(crate) fn to_millisecond(moment: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment)
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").field("policy", &self.policy).finish_non_exhaustive()
    }
}
