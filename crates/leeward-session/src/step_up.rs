use crate::{
    SessionError, SessionToken, Sessions, StepUpToken,
    record::{self, GrantRecord},
    roster::Roster,
    service::admit,
    session::{CLOCK_SKEW, after, to_millisecond},
    tell::{told, told_of},
};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{
    Action, Actor, Outcome, Reason, StaffId,
    assurance::{Proof, Requirement, SignIn},
};
use leeward_store::Tx;
use leeward_throttle::SessionGate;
use ring::digest;

/// Which action, with everything that matters of it: the SHA-256 of bytes that the caller makes of it in one
/// way only.
///
/// ```
/// use leeward_session::ActionDigest;
/// let export = ActionDigest::of(b"export case 17 to 8e2f");
/// assert_ne!(export, ActionDigest::of(b"export case 18 to 8e2f"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ActionDigest([u8; 32]);

/// That one action was allowed, just now, by a proof made for it.
///
/// Only [`Sessions::use_step_up`] makes one, and it is for one use: what does the action takes it by value.
/// ```compile_fail,E0451
/// use leeward_session::{ActionDigest, StepUp};
/// # let account = leeward_event::StaffId::from_bytes([1; 16]);
/// let forged = StepUp { account, action: ActionDigest::of(b""), proofs: vec![] };
/// ```
/// ```compile_fail
/// fn twice(once: leeward_session::StepUp) {
///     let again = once.clone();
/// }
/// ```
#[derive(Debug)]
#[must_use]
pub struct StepUp {
    account: StaffId,
    action: ActionDigest,
    proofs: Vec<Proof>,
}

impl ActionDigest {
    /// The digest of the canonical bytes of an action.
    #[must_use]
    pub fn of(action: &[u8]) -> Self {
        let mut bytes = [0; 32];
        let digest = digest::digest(&digest::SHA256, action);
        bytes.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
        Self(bytes)
    }

    /// A digest that was made elsewhere.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl StepUp {
    /// How long a grant waits for its use.
    pub const LASTS: SignedDuration = SignedDuration::from_mins(5);

    /// Whose session.
    #[must_use]
    pub const fn account(&self) -> StaffId {
        self.account
    }

    /// For which action.
    #[must_use]
    pub const fn action(&self) -> ActionDigest {
        self.action
    }

    /// What was proved for it, by which authenticators, and when.
    #[must_use]
    pub fn proofs(&self) -> &[Proof] {
        &self.proofs
    }
}

impl Sessions {
    /// Grants one action to a live session, after a sign-in made for it. The grant is used by
    /// [`use_step_up`](Self::use_step_up): once, within [5 minutes](StepUp::LASTS), in this session, for
    /// this action.
    ///
    /// `needs` says what the fresh sign-in must prove, whatever the session proved before.
    ///
    /// # Errors
    /// [`SessionError::NotFound`] when no live session has this token; [`SessionError::OtherAccount`];
    /// [`SessionError::WeakerSignIn`] when the sign-in does not meet what is needed; and those of
    /// [`start`](Self::start).
    pub async fn grant_step_up(
        &self,
        gate: SessionGate,
        token: &SessionToken,
        sign_in: SignIn,
        (action, needs): (ActionDigest, Requirement),
        now: Timestamp,
    ) -> Result<StepUpToken, SessionError> {
        admit(gate, &sign_in, now)?;
        if !needs.is_met_by(sign_in.proofs(), now) {
            return Err(SessionError::WeakerSignIn);
        }
        let grant = StepUpToken::generate(&self.keys, &self.rng)?;
        let (key, sign_in) = (&record::grant_key(grant.hash(&self.keys)?)?, &sign_in);
        let granted = self.store.transact(|tx| async move {
            let session = self.live_in(&tx, token, now).await?;
            if session.account != sign_in.account() {
                return Err(SessionError::OtherAccount);
            }
            Roster::read(&tx, session.account).await?.admit(sign_in, now)?;
            let record = GrantRecord {
                session: session.id,
                account: session.account,
                action,
                granted_at: to_millisecond(now),
                proofs: sign_in.proofs().to_vec(),
            };
            tx.put_until(key, record.encode(), after(now, StepUp::LASTS))?;
            self.tell(&tx, &told(Action::StepUpGranted, &session, now))
        });
        granted.await?;
        Ok(grant)
    }

    /// Uses a grant up. Whoever presents it ends it, also for another action: it never serves twice. It ends,
    /// too, when other sessions are revoked or a factor changes, though its own session may be kept.
    ///
    /// # Errors
    /// [`SessionError::NotFound`] when no live session has this token; [`SessionError::NoStepUp`] when the
    /// grant is not there, over, revoked, or for another session or action; those of the store and the random
    /// source.
    pub async fn use_step_up(
        &self,
        token: &SessionToken,
        grant: StepUpToken,
        action: ActionDigest,
        now: Timestamp,
    ) -> Result<StepUp, SessionError> {
        let key = match grant.hash(&self.keys) {
            Err(SessionError::NotFound) => return Err(SessionError::NoStepUp),
            hash => &record::grant_key(hash?)?,
        };
        let used = self.store.transact(|tx| async move {
            let session = self.live_in(&tx, token, now).await?;
            let Some(entry) = tx.get(key).await? else { return Ok(None) };
            let grant = GrantRecord::decode(entry.value.as_bytes())?;
            tx.delete(key)?;
            let roster = Roster::read(&tx, session.account).await?;
            let refused = if grant.session != session.id || grant.action != action {
                Some(Reason::Foreign)
            } else if roster.ends_grant(grant.granted_at, now) {
                Some(Reason::Revoked)
            } else {
                grant.is_over(now).then_some(Reason::Expired)
            };
            self.tell_used(&tx, (session.account, &grant), refused, now)?;
            Ok::<_, SessionError>(refused.is_none().then_some(grant))
        });
        let GrantRecord { account, action, proofs, .. } = used.await?.ok_or(SessionError::NoStepUp)?;
        Ok(StepUp { account, action, proofs })
    }

    fn tell_used(
        &self,
        tx: &Tx,
        (by, grant): (StaffId, &GrantRecord),
        refused: Option<Reason>,
        now: Timestamp,
    ) -> Result<(), SessionError> {
        let (of, by) = ((grant.account, grant.session), Actor::Staff(by));
        let event = told_of(by, Action::StepUpUsed, of, now);
        match refused {
            None => self.tell(tx, &event),
            Some(why) => self.tell(tx, &event.outcome(Outcome::Failure).reason(why)),
        }
    }
}

impl GrantRecord {
    fn is_over(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.granted_at);
        age < -CLOCK_SKEW || age >= StepUp::LASTS
    }
}
