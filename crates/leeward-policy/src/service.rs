use crate::{
    Access, AccessRequest, ApprovalRequest, BreakGlassGrant, Decision, Denial, Evaluation, Fact, Membership,
    PolicyError, PolicyInForce, PolicyInformationPoint, PolicySet, Question, StaffRecord, Standing,
    pip::{self, Knowledge},
    record::{self, grant as rows, staff as staff_rows},
    trail::{self, Decided},
};
use jiff::Timestamp;
use leeward_event::{CorrelationId, Outcome, Reason, StaffId};
use leeward_store::{Key, Store, Tx};
use ring::rand::SystemRandom;
use std::{fmt, sync::Arc};

/// Keeps what is to be known of staff, records and consent, decides by it, and records every decision.
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
/// # let next_year = now + jiff::SignedDuration::from_hours(24 * 365);
/// policies.record_training(staff, next_year, By::ServiceUnchecked, now).await?;
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
        self.decide_on(request, None, now).await
    }

    /// As [`decide`](Self::decide), on the facts that somebody else knows, as of the moment when they answered.
    ///
    /// What is kept here still counts: rules that were adopted; a suspension, a conflict of interest and a review
    /// that is due; a break-glass grant over the same record, which is open or not whatever the answer says; and an
    /// approval, which is used up.
    ///
    /// When `facts` answers with an error the request is denied, with that as the cause, and the log gets an
    /// alert ([`DecisionImpossible`](leeward_event::Action::DecisionImpossible)).
    pub async fn decide_by<A: Access, P: PolicyInformationPoint>(
        &self,
        facts: &P,
        request: &AccessRequest<A>,
        now: Timestamp,
    ) -> Decision<A> {
        match facts.standing(&request.question(), now).await {
            Ok(standing) => self.decide_on(request, Some(standing), now).await,
            Err(cause) => Decision::Deny(Denial::indeterminate(self.undecided(request, cause, now).await)),
        }
    }

    /// As [`decide`](Self::decide), in a transaction of the caller: what it writes because of a permit, the decision
    /// and its event are one batch, and stand or fall together.
    ///
    /// Until the transaction commits nothing is recorded, and so **nothing was permitted: hand nothing out before**.
    ///
    /// # Errors
    /// [`PolicyError::Random`], and those of the store: the decision cannot be recorded.
    pub async fn decide_in<A: Access>(
        &self,
        tx: &Tx,
        request: &AccessRequest<A>,
        now: Timestamp,
    ) -> Result<Decision<A>, PolicyError> {
        let decided = self.weigh(tx, request, None, now).await?;
        self.keep(tx, &decided, now)?;
        Ok(decided.decision)
    }

    async fn decide_on<A: Access>(
        &self,
        request: &AccessRequest<A>,
        given: Option<Standing>,
        now: Timestamp,
    ) -> Decision<A> {
        let decided = self.store.transact(|tx| async move {
            let decided = self.weigh(&tx, request, given, now).await?;
            self.keep(&tx, &decided, now)?;
            Ok::<_, PolicyError>(decided.decision)
        });
        decided.await.unwrap_or_else(|error| Decision::Deny(Denial::indeterminate(error)))
    }

    /// Records that there was nothing to decide on.
    async fn undecided<A: Access>(
        &self,
        request: &AccessRequest<A>,
        cause: PolicyError,
        now: Timestamp,
    ) -> PolicyError {
        let told = self.store.transact(|tx| async move {
            let event = trail::decided(request, Outcome::Failure, Reason::FactsUnavailable, now);
            let event = event.correlation(self.correlation(request)?);
            self.tell(&tx, &[event, trail::alert(&event, now)])
        });
        told.await.err().unwrap_or(cause)
    }

    /// The decision, and what tells of it, which the caller stages.
    pub(crate) async fn weigh<A: Access>(
        &self,
        tx: &Tx,
        request: &AccessRequest<A>,
        given: Option<Standing>,
        now: Timestamp,
    ) -> Result<Decided<A>, PolicyError> {
        let policy = self.policy.current();
        let question = request.question();
        let (decision, known) = match self.known(tx, &policy, &question, given, now).await {
            Ok((known, approval)) => (policy.decide(request, &known.standing, now), Some((known, approval))),
            Err(cause) => (Decision::Deny(Denial::indeterminate(cause)), None),
        };
        let (known, approval) = known.unzip();
        let (grant, opens) = known.as_ref().map_or((None, false), |known| (known.grant, known.opens));
        let by_glass = opens && decision.evaluation().is_some_and(Evaluation::breaks_glass);
        let used = grant.filter(|_| by_glass);
        let correlation = match used {
            Some(grant) => CorrelationId::from_bytes(*grant.id.as_bytes()),
            None => self.correlation(request)?,
        };
        let outcome = if decision.is_permitted() { Outcome::Success } else { Outcome::Failure };
        let reason = used.map_or_else(|| decision.reason(), |grant| grant.reason.event_reason());
        let event = trail::decided(request, outcome, reason, now).correlation(correlation);
        Ok(Decided {
            approval: approval.flatten().filter(|_| decision.is_permitted()),
            access: trail::accessed(request, &event, (used, policy.hash()), now),
            person: known.and_then(|known| known.person),
            grant: grant.map(|grant| grant.observed(now)).filter(|after| grant != Some(*after)),
            decision: decision.audited(correlation),
            event,
            question,
        })
    }

    /// All that a decision needs, or an error. An approval is looked up where a rule asks for one.
    async fn known(
        &self,
        tx: &Tx,
        policy: &PolicySet,
        question: &Question,
        given: Option<Standing>,
        now: Timestamp,
    ) -> Result<(Knowledge, Option<ApprovalRequest>), PolicyError> {
        let known = match given {
            Some(standing) => pip::known_by(tx, policy, question, standing, now).await?,
            None => pip::known(tx, policy, question, now).await?,
        };
        let approval = match policy.looks_at(question.operation, Fact::Approved) {
            true => self.approval(tx, question, policy.hash(), now).await?,
            false => None,
        };
        let approved = known.standing.approved || approval.is_some();
        Ok((Knowledge { standing: Standing { approved, ..known.standing }, ..known }, approval))
    }

    /// Whether the rules permit a request that needs no approval, now; nothing is recorded.
    pub(crate) async fn would_permit<A: Access>(
        &self,
        tx: &Tx,
        request: &AccessRequest<A>,
        now: Timestamp,
    ) -> Result<bool, PolicyError> {
        let policy = self.policy.current();
        let known = pip::known(tx, &policy, &request.question(), now).await?;
        Ok(policy.decide(request, &known.standing, now).is_permitted())
    }

    fn correlation<A: Access>(&self, request: &AccessRequest<A>) -> Result<CorrelationId, PolicyError> {
        match request.given_correlation() {
            Some(correlation) => Ok(correlation),
            None => Ok(CorrelationId::generate(&self.rng)?),
        }
    }
}

pub(crate) async fn staff_record(tx: &Tx, staff: StaffId) -> Result<Option<StaffRecord>, PolicyError> {
    let entry = tx.get(&staff_rows::key(staff)?).await?;
    entry.map(|entry| staff_rows::decode(entry.value.as_bytes())).transpose()
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
