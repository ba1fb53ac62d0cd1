use crate::{
    Access, AccessRecord, AccessRequest, ApprovalRequest, BreakGlassGrant, Confidentiality, Consent,
    Decision, Denial, Disclosure, Evaluation, GrantState, Membership, Party, PolicyError, PolicyHash,
    PolicyInForce, PolicySet, Purpose, Question, RecordOf, Role, ServiceFacts, Set, Standing, Target,
    adopted, break_glass, consent,
    record::{self, access, grant as rows},
};
use jiff::Timestamp;
use leeward_event::{Action as What, CorrelationId, Event, Outcome, Reason, SeekerId, StaffId};
use leeward_store::{Key, Store, Tx};
use ring::rand::SystemRandom;
use std::{fmt, sync::Arc};

/// Keeps roles, assignments and break-glass grants, decides by them, and records every decision.
///
/// ```
/// # pollster::block_on(async {
/// use leeward_event::{ConversationId, StaffId, assurance::Aal};
/// use leeward_policy::*;
/// use leeward_store::{Store, Timestamp};
/// # let store = Store::memory().assume_sealed();
/// # let (staff, conversation) = (StaffId::from_bytes([1; 16]), ConversationId::from_bytes([2; 16]));
/// # let now = Timestamp::UNIX_EPOCH;
/// let policies = Policies::new(&store, PolicySet::default_policy());
/// policies.grant_role(staff, Role::Counsellor, By::ServiceUnchecked, now).await?;
///
/// let requester = Requester::new(staff, Aal::Two);
/// let request = AccessRequest::<ReadCaseNote>::new(requester, conversation, Purpose::Treatment);
/// assert!(!policies.decide(&request, now).await.is_permitted());
///
/// policies.assign(staff, conversation, By::ServiceUnchecked, now).await?;
/// let permit: Permit<ReadCaseNote> = policies.decide(&request, now).await.into_permit()?;
/// # let _ = permit;
/// # Ok::<(), PolicyError>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Policies {
    pub(crate) store: Store,
    pub(crate) rng: SystemRandom,
    pub(crate) policy: Arc<PolicyInForce>,
}

/// What the store knows about a requester and a target.
struct Known {
    standing: Standing,
    /// As it was before this decision.
    grant: Option<BreakGlassGrant>,
    approval: Option<ApprovalRequest>,
}

/// A decision, and what the caller stages with it.
pub(crate) struct Decided<A: Access> {
    pub(crate) decision: Decision<A>,
    /// What tells of it.
    pub(crate) event: Event,
    /// The requester's grant as it is now, if that is other than it was.
    grant: Option<BreakGlassGrant>,
    /// What the person concerned may ask for later.
    access: Option<AccessRecord>,
    /// What it uses up.
    approval: Option<ApprovalRequest>,
    question: Question,
}

impl Policies {
    /// Decides by `policy`, over the records in `store`.
    #[must_use]
    pub fn new(store: &Store, policy: PolicySet) -> Self {
        Self { store: store.clone(), rng: SystemRandom::new(), policy: Arc::new(PolicyInForce::new(policy)) }
    }

    /// The rules in force now.
    #[must_use]
    pub fn policy(&self) -> Arc<PolicySet> {
        self.policy.current()
    }

    /// Decides a request, on facts of one moment, and records the decision in the same batch that
    /// checks that they still hold.
    ///
    /// It fails closed: when a fact is missing or cannot be read, or the decision cannot be recorded,
    /// access is denied, with the cause in the [`Denial`]. What a break-glass grant permits is recorded
    /// with the reason of the grant, and with its id as the correlation, whatever the request says.
    pub async fn decide<A: Access>(&self, request: &AccessRequest<A>, now: Timestamp) -> Decision<A> {
        let decided = self.store.transact(|tx| async move {
            let decided = self.decide_in(&tx, request, now).await?;
            self.keep(&tx, &decided, now)?;
            Ok::<_, PolicyError>(decided.decision)
        });
        decided.await.unwrap_or_else(|error| Decision::Deny(Denial::indeterminate(error)))
    }

    /// The decision, and what tells of it, which the caller stages.
    pub(crate) async fn decide_in<A: Access>(
        &self,
        tx: &Tx,
        request: &AccessRequest<A>,
        now: Timestamp,
    ) -> Result<Decided<A>, PolicyError> {
        let policy = self.policy.current();
        let question = request.question();
        let (decision, grant, approval) = match self.known(tx, policy.hash(), &question, now).await {
            Ok(known) => (policy.decide(request, &known.standing, now), known.grant, known.approval),
            Err(cause) => (Decision::Deny(Denial::indeterminate(cause)), None, None),
        };
        let approval = approval.filter(|_| decision.is_permitted());
        let used = grant.filter(|_| decision.evaluation().is_some_and(Evaluation::breaks_glass));
        let correlation = match used {
            Some(grant) => CorrelationId::from_bytes(*grant.id.as_bytes()),
            None => self.correlation(request)?,
        };
        let event = decided(request, &decision, used, now).correlation(correlation);
        let access = accessed(request, &event, (used, policy.hash()), now);
        let observed = grant.map(|grant| grant.observed(now)).filter(|after| grant != Some(*after));
        Ok(Decided {
            decision: decision.audited(correlation),
            event,
            grant: observed,
            access,
            approval,
            question,
        })
    }

    /// Stages all that tells of a decision.
    fn keep<A: Access>(&self, tx: &Tx, decided: &Decided<A>, now: Timestamp) -> Result<(), PolicyError> {
        if let Some(grant) = &decided.grant {
            tx.put(&rows::grant_key(grant.staff)?, rows::encode_grant(grant))?;
        }
        if let Some(record) = &decided.access {
            let until = now.checked_add(AccessRecord::KEPT).unwrap_or(Timestamp::MAX);
            tx.put_until(&access::key(record)?, access::encode(record), until)?;
        }
        let impossible = matches!(&decided.decision, Decision::Deny(denial) if denial.evaluation().is_none());
        let alert = impossible.then(|| alert(&decided.event, now));
        let used = match &decided.approval {
            Some(approval) => Some(Self::use_up(tx, &decided.question, approval, now)?),
            None => None,
        };
        self.tell(tx, &[decided.event].into_iter().chain(alert).chain(used).collect::<Vec<_>>())
    }

    /// All that a decision needs, or an error.
    async fn known(
        &self,
        tx: &Tx,
        policy: PolicyHash,
        question: &Question,
        now: Timestamp,
    ) -> Result<Known, PolicyError> {
        let known = known(tx, policy, question, now).await?;
        let approval = self.approval(tx, question, policy, now).await?;
        let standing = Standing { approved: approval.is_some(), ..known.standing };
        Ok(Known { standing, approval, ..known })
    }

    /// Whether the rules permit a request that needs no approval, now; nothing is recorded.
    pub(crate) async fn would_permit<A: Access>(
        &self,
        tx: &Tx,
        request: &AccessRequest<A>,
        now: Timestamp,
    ) -> Result<bool, PolicyError> {
        let policy = self.policy.current();
        let known = known(tx, policy.hash(), &request.question(), now).await?;
        Ok(policy.decide(request, &known.standing, now).is_permitted())
    }

    fn correlation<A: Access>(&self, request: &AccessRequest<A>) -> Result<CorrelationId, PolicyError> {
        match request.given_correlation() {
            Some(correlation) => Ok(correlation),
            None => Ok(CorrelationId::generate(&self.rng)?),
        }
    }

    /// Stages events in their order, all that belong to one batch at once.
    pub(crate) fn tell(&self, tx: &Tx, events: &[Event]) -> Result<(), PolicyError> {
        tx.stage(|batch| {
            events.iter().try_for_each(|event| event.stage(batch, &self.rng)).map_err(PolicyError::from)
        })
    }
}

fn decided<A: Access>(
    request: &AccessRequest<A>,
    decision: &Decision<A>,
    used: Option<BreakGlassGrant>,
    now: Timestamp,
) -> Event {
    let outcome = if decision.is_permitted() { Outcome::Success } else { Outcome::Failure };
    let reason = used.map_or_else(|| decision.reason(), |grant| grant.reason.event_reason());
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
fn accessed<A: Access>(
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
fn alert(decided: &Event, now: Timestamp) -> Event {
    let alert = Event::new(What::DecisionImpossible, decided.who(), now)
        .outcome(Outcome::Failure)
        .reason(Reason::FactsUnavailable);
    let alert = decided.whom().map_or(alert, |subject| alert.about(subject));
    decided.belongs_with().map_or(alert, |correlation| alert.correlation(correlation))
}

/// All that a decision needs apart from approvals, or an error.
async fn known(
    tx: &Tx,
    policy: PolicyHash,
    question: &Question,
    now: Timestamp,
) -> Result<Known, PolicyError> {
    if adopted::adopted(tx).await?.is_some_and(|adopted| adopted != policy) {
        return Err(PolicyError::StalePolicy);
    }
    let (apart, grant) = match question.requester.staff() {
        Some(staff) => of_staff(tx, staff).await?,
        None => (apart(Set::EMPTY, false), None),
    };
    let standing = match question.of {
        Some(of) => towards(tx, question, of, (apart, grant), now).await?,
        None => apart,
    };
    Ok(Known { standing, grant, approval: None })
}

async fn of_staff(tx: &Tx, staff: StaffId) -> Result<(Standing, Option<BreakGlassGrant>), PolicyError> {
    let record = staff_record(tx, staff).await?.ok_or(PolicyError::UnknownStaff)?;
    let grant = grant(tx, staff).await?;
    let review_due = grant.is_some_and(|grant| grant.state != GrantState::Reviewed);
    Ok((Standing { review_due, ..apart(record.roles, record.suspended) }, grant))
}

/// What is known with the record. What is so of the person is so of their conversations too.
async fn towards(
    tx: &Tx,
    question: &Question,
    of: RecordOf,
    (apart, grant): (Standing, Option<BreakGlassGrant>),
    now: Timestamp,
) -> Result<Standing, PolicyError> {
    let person = consent::person(tx, of).await?;
    let covers =
        |grant: BreakGlassGrant| grant.of == of || person.is_some_and(|person| grant.of == person.into());
    let standing = Standing {
        consent: said(tx, person, question.purpose).await?,
        own_record: person.is_some_and(|person| question.requester.party() == Party::Seeker(person)),
        glass_broken: grant.is_some_and(|grant| covers(grant) && grant.is_open(now)),
        ..apart
    };
    let Some(staff) = question.requester.staff() else { return Ok(standing) };
    let place = Membership { staff, of };
    let through = person.map(RecordOf::from).filter(|person| *person != of);
    let conflict = has_conflict(tx, place).await?
        || match through {
            Some(of) => has_conflict(tx, Membership { staff, of }).await?,
            None => false,
        };
    Ok(Standing { conflict_of_interest: conflict, assigned: is_assigned(tx, place).await?, ..standing })
}

async fn said(tx: &Tx, person: Option<SeekerId>, purpose: Purpose) -> Result<Consent, PolicyError> {
    match person {
        Some(person) => consent::now(tx, person, purpose).await,
        None => Ok(Consent::None),
    }
}

/// What is known apart from the record. Whoever has a role that cares counts as trained for it, and as one of
/// those who may break the glass.
fn apart(roles: Set<Role>, suspended: bool) -> Standing {
    let cares = !roles.and(Set::of(&[Role::Counsellor, Role::Supervisor, Role::PeerSupporter])).is_empty();
    Standing {
        roles,
        suspended,
        trained: cares,
        on_duty: false,
        glass_eligible: cares,
        review_due: false,
        assigned: false,
        same_team: false,
        supervises: false,
        own_record: false,
        conflict_of_interest: false,
        glass_broken: false,
        approved: false,
        consent: Consent::None,
        confidentiality: Confidentiality::Normal,
        recent: true,
        closed: false,
        service: ServiceFacts::NONE,
    }
}

pub(crate) async fn staff_record(
    tx: &Tx,
    staff: StaffId,
) -> Result<Option<record::StaffRecord>, PolicyError> {
    let entry = tx.get(&record::staff_key(staff)?).await?;
    entry.map(|entry| record::StaffRecord::decode(entry.value.as_bytes())).transpose()
}

pub(crate) async fn is_assigned(tx: &Tx, place: Membership) -> Result<bool, PolicyError> {
    stands(tx, &record::assignment_key(place)?, "assignment").await
}

pub(crate) async fn has_conflict(tx: &Tx, place: Membership) -> Result<bool, PolicyError> {
    stands(tx, &record::conflict_key(place)?, "conflict-of-interest").await
}

async fn stands(tx: &Tx, key: &Key, what: &'static str) -> Result<bool, PolicyError> {
    let entry = tx.get(key).await?;
    let since = entry.map(|entry| record::Since::decode(entry.value.as_bytes(), what)).transpose()?;
    Ok(since.is_some())
}

pub(crate) async fn grant(tx: &Tx, staff: StaffId) -> Result<Option<BreakGlassGrant>, PolicyError> {
    let entry = tx.get(&rows::grant_key(staff)?).await?;
    entry.map(|entry| rows::decode_grant(entry.value.as_bytes(), staff)).transpose()
}

impl fmt::Debug for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policies").field("policy", &self.policy).finish_non_exhaustive()
    }
}
