use crate::{
    Access, AccessRecord, AccessRequest, ApprovalRequest, BreakGlassGrant, Decision, Disclosure, Policies,
    PolicyError, PolicyHash, Question, RecordOf, Target, break_glass,
    record::{access, grant as rows},
};
use jiff::Timestamp;
use leeward_event::{Action as What, Event, Outcome, Reason, SeekerId};
use leeward_store::Tx;
use ring::rand::SecureRandom;

/// A decision, and what the caller stages with it.
pub(crate) struct Decided<A: Access> {
    pub(crate) decision: Decision<A>,
    /// What tells of it.
    pub(crate) event: Event,
    /// The requester's grant as it is now, if that is other than it was.
    pub(crate) grant: Option<BreakGlassGrant>,
    /// What the person concerned may ask for later.
    pub(crate) access: Option<AccessRecord>,
    /// Who that is, if it is known.
    pub(crate) person: Option<SeekerId>,
    /// What it uses up.
    pub(crate) approval: Option<ApprovalRequest>,
    pub(crate) question: Question,
}

impl Policies {
    /// Stages all that a decision about access leaves behind.
    pub(crate) fn keep<A: Access>(
        &self,
        tx: &Tx,
        decided: &Decided<A>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        if let Some(grant) = &decided.grant {
            tx.put(&rows::grant_key(grant.staff)?, rows::encode_grant(grant))?;
        }
        if let Some(access) = &decided.access {
            self.keep_access(tx, access, decided.person, now)?;
        }
        self.tell_decision(tx, decided, now)
    }

    /// Once under the record, and once under the person whose conversation it is.
    fn keep_access(
        &self,
        tx: &Tx,
        access: &AccessRecord,
        person: Option<SeekerId>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let until = now.checked_add(AccessRecord::KEPT).unwrap_or(Timestamp::MAX);
        let mut serial = [0; 8];
        self.rng.fill(&mut serial).map_err(|_| PolicyError::Random)?;
        let person = person.map(RecordOf::from).filter(|person| *person != access.of);
        for under in [access.of].into_iter().chain(person) {
            tx.put_until(&access::key(under, access, serial)?, access::encode(access), until)?;
        }
        Ok(())
    }

    /// Stages what tells of a decision, with an alert when it could not be made, and uses its approval up.
    pub(crate) fn tell_decision<A: Access>(
        &self,
        tx: &Tx,
        decided: &Decided<A>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let impossible = matches!(&decided.decision, Decision::Deny(denial) if denial.evaluation().is_none());
        let alert = impossible.then(|| alert(&decided.event, now));
        let used = match &decided.approval {
            Some(approval) => Some(Self::use_up(tx, &decided.question, approval, now)?),
            None => None,
        };
        self.tell(tx, &[decided.event].into_iter().chain(alert).chain(used).collect::<Vec<_>>())
    }

    /// Stages events in their order, all that belong to one batch at once.
    pub(crate) fn tell(&self, tx: &Tx, events: &[Event]) -> Result<(), PolicyError> {
        tx.stage(|batch| {
            events.iter().try_for_each(|event| event.stage(batch, &self.rng)).map_err(PolicyError::from)
        })
    }
}

/// What tells of a decision.
pub(crate) fn decided<A: Access>(
    request: &AccessRequest<A>,
    outcome: Outcome,
    reason: Reason,
    now: Timestamp,
) -> Event {
    let event = Event::new(What::AccessDecided, request.requester().actor(), now)
        .detail(A::OPERATION.event_detail())
        .purpose(request.purpose().event_purpose())
        .outcome(outcome)
        .reason(reason);
    match request.target().subject() {
        Some(subject) => event.about(subject),
        None => event,
    }
}

/// What a permit leaves for the person concerned.
pub(crate) fn accessed<A: Access>(
    request: &AccessRequest<A>,
    event: &Event,
    (used, policy): (Option<BreakGlassGrant>, PolicyHash),
    now: Timestamp,
) -> Option<AccessRecord> {
    (event.how() == Outcome::Success).then_some(())?;
    Some(AccessRecord {
        of: request.target().of()?,
        at: break_glass::to_millisecond(now),
        correlation: event.belongs_with()?,
        actor: request.requester().actor(),
        operation: A::OPERATION,
        purpose: request.purpose(),
        reason: event.why()?,
        policy,
        disclosure: used.map_or(Disclosure::ToPerson, |grant| grant.disclosure),
    })
}

/// Tells whoever watches that something is broken, apart from the denial.
pub(crate) fn alert(decided: &Event, now: Timestamp) -> Event {
    let alert = Event::new(What::DecisionImpossible, decided.who(), now)
        .outcome(Outcome::Failure)
        .reason(decided.why().unwrap_or(Reason::FactsUnavailable));
    let alert = decided.whom().map_or(alert, |subject| alert.about(subject));
    decided.belongs_with().map_or(alert, |correlation| alert.correlation(correlation))
}
