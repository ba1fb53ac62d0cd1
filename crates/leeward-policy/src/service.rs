use crate::{
    Access, AccessRequest, BreakGlassGrant, Confidentiality, Consent, Decision, Denial, Evaluation,
    Membership, PolicyError, PolicyInForce, PolicySet, Question, Role, ServiceFacts, Set, Standing, Target,
    record,
};
use jiff::Timestamp;
use leeward_event::{Action as What, CorrelationId, Event, Outcome, StaffId};
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
    policy: Arc<PolicyInForce>,
}

/// What the store knows about a requester and a target.
struct Known {
    standing: Standing,
    grant: Option<BreakGlassGrant>,
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

    /// Decides by other rules from now on, here and in every clone, and gives back the old ones. A decision
    /// that is being made is made by the old ones to its end.
    #[expect(clippy::must_use_candidate, reason = "the old rules are seldom wanted")]
    pub fn replace_policy(&self, policy: PolicySet) -> Arc<PolicySet> {
        self.policy.replace(policy)
    }

    /// Decides a request, on facts of one moment, and records the decision in the same batch that
    /// checks that they still hold.
    ///
    /// It fails closed: when a fact is missing or cannot be read, or the decision cannot be recorded,
    /// access is denied, with the cause in the [`Denial`]. What a break-glass grant permits is recorded
    /// with the reason of the grant, and with its id as the correlation, whatever the request says.
    pub async fn decide<A: Access>(&self, request: &AccessRequest<A>, now: Timestamp) -> Decision<A> {
        let decided = self.store.transact(|tx| async move {
            let (decision, event) = self.decide_in(&tx, request, now).await?;
            self.tell(&tx, &[event])?;
            Ok::<_, PolicyError>(decision)
        });
        decided.await.unwrap_or_else(|error| Decision::Deny(Denial::indeterminate(error)))
    }

    /// The decision, and the event that tells of it, which the caller stages.
    pub(crate) async fn decide_in<A: Access>(
        &self,
        tx: &Tx,
        request: &AccessRequest<A>,
        now: Timestamp,
    ) -> Result<(Decision<A>, Event), PolicyError> {
        let policy = self.policy.current();
        let (decision, grant) = match known(tx, &request.question(), now).await {
            Ok(known) => (policy.decide(request, &known.standing, now), known.grant),
            Err(cause) => (Decision::Deny(Denial::indeterminate(cause)), None),
        };
        let used = grant.filter(|_| decision.evaluation().is_some_and(Evaluation::breaks_glass));
        let correlation = match used {
            Some(grant) => CorrelationId::from_bytes(*grant.id.as_bytes()),
            None => self.correlation(request)?,
        };
        let event = decided(request, &decision, used, now).correlation(correlation);
        Ok((decision.audited(correlation), event))
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

/// All that a decision needs, or an error.
async fn known(tx: &Tx, question: &Question, now: Timestamp) -> Result<Known, PolicyError> {
    let Some(staff) = question.requester.staff() else {
        return Ok(Known { standing: apart(Set::EMPTY, false), grant: None });
    };
    let record = staff_record(tx, staff).await?.ok_or(PolicyError::UnknownStaff)?;
    let apart = apart(record.roles, record.suspended);
    match question.of {
        Some(of) => in_conversation(tx, Membership { staff, of }, apart, now).await,
        None => Ok(Known { standing: apart, grant: None }),
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

async fn in_conversation(
    tx: &Tx,
    place: Membership,
    apart: Standing,
    now: Timestamp,
) -> Result<Known, PolicyError> {
    let grant = grant(tx, place).await?.filter(|grant| grant.is_open(now));
    let standing = Standing {
        conflict_of_interest: has_conflict(tx, place).await?,
        assigned: is_assigned(tx, place).await?,
        glass_broken: grant.is_some(),
        ..apart
    };
    Ok(Known { standing, grant })
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

pub(crate) async fn grant(tx: &Tx, place: Membership) -> Result<Option<BreakGlassGrant>, PolicyError> {
    let entry = tx.get(&record::grant_key(place)?).await?;
    entry.map(|entry| record::decode_grant(entry.value.as_bytes(), place)).transpose()
}

impl fmt::Debug for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policies").field("policy", &self.policy).finish_non_exhaustive()
    }
}
