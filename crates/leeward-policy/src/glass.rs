use crate::{
    AccessRequest, BreakGlassGrant, BreakGlassScope, By, Decision, Denial, Emergency, GrantState, Membership,
    Obligation, OpenBreakGlass, Policies, PolicyError, Purpose, RecordOf, Requester, assignment::Restriction,
    break_glass, record::grant as rows, service,
};
use jiff::Timestamp;
use leeward_event::{
    Action as What, Actor, CorrelationId, Event, GrantId, Outcome, Reason, StaffId, Subject,
};
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

/// What is to be opened, by whom, and what is written down about it.
struct Opening<'a> {
    requester: Requester,
    grant: BreakGlassGrant,
    emergency: &'a Emergency,
}

impl Policies {
    /// Opens one conversation, one person's records, or [one kind](BreakGlassScope::only) of record in them, to
    /// somebody who is not assigned to it: to read, for a reason, until `expires_at`.
    ///
    /// Whether they may is decided in the same batch. The purpose of each access by the grant is
    /// [`Purpose::BreakTheGlass`]. What 42 CFR 2.51(c) asks for is written down with it: see
    /// [`Emergency`]. A use that nobody has [reviewed](Self::review_break_glass) is in the way of the
    /// next.
    ///
    /// # Errors
    /// [`PolicyError::BreakGlassWindow`] when `expires_at` is not after `now`, or more than
    /// [`BreakGlassGrant::MAX_DURATION`] after it; [`PolicyError::Denied`] and
    /// [`PolicyError::ReviewDue`], which are recorded; those of the store and the random source.
    pub async fn open_break_glass(
        &self,
        requester: Requester,
        scope: impl Into<BreakGlassScope>,
        emergency: &Emergency,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Opened, PolicyError> {
        let (BreakGlassScope { of, only }, opened_at) = (scope.into(), break_glass::to_millisecond(now));
        let grant = BreakGlassGrant {
            id: GrantId::generate(&self.rng)?,
            staff: requester.staff().ok_or(PolicyError::UnknownStaff)?,
            of,
            only,
            reason: emergency.reason,
            opened_at,
            expires_at: break_glass::to_millisecond(expires_at),
            disclosure: emergency.disclosure,
            state: GrantState::Open,
            seen_at: opened_at,
        };
        if !break_glass::is_window(now, expires_at) || !grant.is_open(now) {
            return Err(PolicyError::BreakGlassWindow);
        }
        let opening = &Opening { requester, grant, emergency };
        let opened = self.store.transact(|tx| async move { self.open_in(&tx, opening, now).await });
        opened.await?
    }

    /// Ends a break-glass grant before its time. It waits for its review then.
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
        opening: &Opening<'_>,
        now: Timestamp,
    ) -> Result<Result<Opened, PolicyError>, PolicyError> {
        let grant = opening.grant;
        let obligations = match self.may_open(tx, opening, now).await? {
            Ok(obligations) => obligations,
            Err(denial) => return Ok(Err(PolicyError::Denied(denial))),
        };
        let before = service::grant(tx, grant.staff).await?;
        if before.is_some_and(|before| before.state != GrantState::Reviewed) {
            self.tell(tx, &[told(&grant, now).outcome(Outcome::Failure).reason(Reason::ReviewDue)])?;
            return Ok(Err(PolicyError::ReviewDue));
        }
        tx.put(&rows::grant_key(grant.staff)?, rows::encode_grant(&grant))?;
        let written = rows::encode_documentation(&grant, opening.emergency);
        tx.put(&rows::documentation_key(grant.of, grant.id)?, written)?;
        self.tell(tx, &[told(&grant, now)])?;
        Ok(Ok(Opened { grant, obligations }))
    }

    async fn may_open(
        &self,
        tx: &Tx,
        opening: &Opening<'_>,
        now: Timestamp,
    ) -> Result<Result<Vec<Obligation>, Denial>, PolicyError> {
        let correlation = CorrelationId::from_bytes(*opening.grant.id.as_bytes());
        let of = opening.grant.of;
        let request = AccessRequest::<OpenBreakGlass>::new(opening.requester, of, Purpose::BreakTheGlass)
            .correlation(correlation);
        let decided = self.weigh(tx, &request, None, now).await?;
        self.tell_decision(tx, &decided, now)?;
        Ok(match decided.decision {
            Decision::Permit(conditional) => Ok(conditional.open().collect()),
            Decision::Deny(denial) => Err(denial),
        })
    }
}

fn told(grant: &BreakGlassGrant, now: Timestamp) -> Event {
    let event = Event::new(What::BreakGlassOpened, Actor::Staff(grant.staff), now)
        .about(Subject::from(grant.of))
        .reason(grant.reason.event_reason())
        .correlation(CorrelationId::from_bytes(*grant.id.as_bytes()));
    grant.event_detail().map_or(event, |detail| event.detail(detail))
}
