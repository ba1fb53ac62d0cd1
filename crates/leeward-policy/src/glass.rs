use crate::{
    AccessRequest, BreakGlassGrant, By, Decision, Denial, Membership, Obligation, OpenBreakGlass,
    OverrideReason, Policies, PolicyError, Purpose, RecordOf, Requester, assignment::Restriction,
    break_glass, record,
};
use jiff::Timestamp;
use leeward_event::{Action as What, Actor, CorrelationId, Event, GrantId, StaffId, Subject};
use leeward_store::Tx;

/// A break-glass grant, and what has to be done because of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Opened {
    /// The grant.
    pub grant: BreakGlassGrant,
    /// What is to be done now. Each access by the grant obliges again.
    pub obligations: Vec<Obligation>,
}

impl Policies {
    /// Opens one conversation, or one person's records, to somebody who is not assigned to it: to read, for a reason, until
    /// `expires_at`. A grant that is there already is replaced.
    ///
    /// Whether they may is decided in the same batch. The purpose of each access by the grant is
    /// [`Purpose::BreakTheGlass`].
    ///
    /// # Errors
    /// [`PolicyError::BreakGlassWindow`] when `expires_at` is not after `now`, or more than
    /// [`BreakGlassGrant::MAX_DURATION`] after it; [`PolicyError::Denied`], which is recorded; those of
    /// the store and the random source.
    pub async fn open_break_glass(
        &self,
        requester: Requester,
        of: impl Into<RecordOf>,
        reason: OverrideReason,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Opened, PolicyError> {
        let grant = BreakGlassGrant {
            id: GrantId::generate(&self.rng)?,
            staff: requester.staff().ok_or(PolicyError::UnknownStaff)?,
            of: of.into(),
            reason,
            opened_at: break_glass::to_millisecond(now),
            expires_at: break_glass::to_millisecond(expires_at),
        };
        if !break_glass::is_window(now, expires_at) || !grant.is_open(now) {
            return Err(PolicyError::BreakGlassWindow);
        }
        let opened = self.store.transact(|tx| async move { self.open_in(&tx, requester, grant, now).await });
        Ok(opened.await??)
    }

    /// Ends a break-glass grant before its time. Who may break the glass may do so again:
    /// [`recuse`](Self::recuse) or [`suspend`](Self::suspend) them to prevent it.
    ///
    /// # Errors
    /// As [`unassign`](Self::unassign).
    pub async fn close_break_glass(
        &self,
        staff: StaffId,
        of: impl Into<RecordOf>,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        self.restrict(Membership { staff, of: of.into() }, by.into(), now, Restriction::BreakGlass).await
    }

    async fn open_in(
        &self,
        tx: &Tx,
        requester: Requester,
        grant: BreakGlassGrant,
        now: Timestamp,
    ) -> Result<Result<Opened, Denial>, PolicyError> {
        let correlation = CorrelationId::from_bytes(*grant.id.as_bytes());
        let request = AccessRequest::<OpenBreakGlass>::new(requester, grant.of, Purpose::BreakTheGlass)
            .correlation(correlation);
        let (obligations, decided) = match self.decide_in(tx, &request, now).await? {
            (Decision::Permit(conditional), event) => (conditional.open().collect(), event),
            (Decision::Deny(denial), event) => {
                self.tell(tx, &[event])?;
                return Ok(Err(denial));
            }
        };
        let place = Membership { staff: grant.staff, of: grant.of };
        tx.put_until(&record::grant_key(place)?, record::encode_grant(&grant), grant.expires_at)?;
        self.tell(tx, &[decided, told(&grant, now)])?;
        Ok(Ok(Opened { grant, obligations }))
    }
}

fn told(grant: &BreakGlassGrant, now: Timestamp) -> Event {
    Event::new(What::BreakGlassOpened, Actor::Staff(grant.staff), now)
        .about(Subject::from(grant.of))
        .reason(grant.reason.event_reason())
        .correlation(CorrelationId::from_bytes(*grant.id.as_bytes()))
}
