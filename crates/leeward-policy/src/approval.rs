use crate::{
    Access, AccessRequest, ApproveAccess, Membership, Party, Policies, PolicyError, PolicyHash, Purpose,
    Question, Requester, break_glass, record::approval as rows, service,
};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{
    Action as What, Actor, CorrelationId, Event, GrantId, Outcome, Reason, StaffId, Subject, assurance::Aal,
};
use leeward_store::Tx;

/// What somebody asks a second person to approve: exactly one request, by the rules in force now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApprovalRequest {
    /// Which. The events of it carry these bytes as their correlation.
    pub id: GrantId,
    /// Who asks.
    pub staff: StaffId,
    /// Whose record it is about, as far as it is about one.
    pub place: Membership,
    /// Until when it is approved and used, itself not included.
    pub expires_at: Timestamp,
    pub(crate) requested_at: Timestamp,
    /// The latest moment at which it was looked at.
    pub(crate) seen_at: Timestamp,
    /// The rules that it was asked for by.
    pub(crate) policy: PolicyHash,
    pub(crate) state: ApprovalState,
}

/// How far a request for approval has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ApprovalState {
    Asked,
    Approved { by: StaffId, at: Aal },
    Refused,
    Used,
}

/// What a second person answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Approve,
    Refuse,
}

impl ApprovalRequest {
    /// The longest time from the request to the use.
    pub const MAX_DURATION: SignedDuration = SignedDuration::from_hours(24);

    fn is_current(&self, policy: PolicyHash, now: Timestamp) -> bool {
        self.policy == policy && self.requested_at <= now && self.seen_at <= now && now < self.expires_at
    }
}

impl Policies {
    /// Asks a second person to approve exactly this request: this operation, on this target, for this
    /// purpose, by the rules in force now. A request for the same that is there already is replaced.
    ///
    /// # Errors
    /// [`PolicyError::ApprovalWindow`] when `expires_at` is not after `now`, or more than
    /// [`ApprovalRequest::MAX_DURATION`] after it; [`PolicyError::NotApprovable`] when the request is not of
    /// a member of staff, or not about a record; those of the store and the random source.
    pub async fn request_approval<A: Access>(
        &self,
        request: &AccessRequest<A>,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<ApprovalRequest, PolicyError> {
        let question = request.question();
        let Some((staff, of)) = question.requester.staff().zip(question.of) else {
            return Err(PolicyError::NotApprovable);
        };
        let length = expires_at.duration_since(now);
        if !length.is_positive() || length > ApprovalRequest::MAX_DURATION {
            return Err(PolicyError::ApprovalWindow);
        }
        let requested_at = break_glass::to_millisecond(now);
        let asked = &ApprovalRequest {
            id: GrantId::generate(&self.rng)?,
            staff,
            place: Membership { staff, of },
            expires_at: break_glass::to_millisecond(expires_at),
            requested_at,
            seen_at: requested_at,
            policy: self.policy().hash(),
            state: ApprovalState::Asked,
        };
        let key = &rows::key(staff, &question)?;
        let done = self.store.transact(|tx| async move {
            tx.put(key, rows::encode(asked))?;
            tx.put(&rows::index_key(staff, asked.id)?, rows::encode_index(key))?;
            self.tell(&tx, &[told(What::ApprovalRequested, Actor::Staff(staff), asked, now)])
        });
        done.await?;
        Ok(*asked)
    }

    /// Approves what somebody else asked for. It is not access: the request is decided again when it is
    /// made, and so is whether the approver might still approve it.
    ///
    /// # Errors
    /// [`PolicyError::Denied`] when the rules do not let `approver` approve, which is so of oneself and of
    /// whoever has a conflict of interest; [`PolicyError::SameRoles`] for whoever has no role that the
    /// requester has not; both are recorded. [`PolicyError::NoApproval`] when there is nothing to approve
    /// any more; those of the store and the random source.
    pub async fn approve(
        &self,
        approver: Requester,
        request: &ApprovalRequest,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        self.answer(approver, request, Answer::Approve, now).await
    }

    /// Refuses what somebody else asked for.
    ///
    /// # Errors
    /// As [`approve`](Self::approve).
    pub async fn refuse_approval(
        &self,
        approver: Requester,
        request: &ApprovalRequest,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        self.answer(approver, request, Answer::Refuse, now).await
    }

    async fn answer(
        &self,
        approver: Requester,
        request: &ApprovalRequest,
        answer: Answer,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let by = approver.staff().ok_or(PolicyError::NotApprovable)?;
        let answered = self.store.transact(|tx| async move {
            let (place, purpose) = (request.place, Purpose::Compliance);
            if let Err(denial) =
                self.authorize::<ApproveAccess>(&tx, approver.into(), place, purpose, now).await?
            {
                return Ok(Err(PolicyError::Denied(denial)));
            }
            if !distinct_roles(&tx, by, request.staff).await? {
                let refused = told(What::ApprovalGiven, Actor::Staff(by), request, now);
                let refused = refused.outcome(Outcome::Failure).reason(Reason::ConflictOfInterest);
                self.tell(&tx, &[refused])?;
                return Ok(Err(PolicyError::SameRoles));
            }
            let Some((key, asked)) = self.open_request(&tx, request, now).await? else {
                return Ok(Err(PolicyError::NoApproval));
            };
            let (what, state) = match answer {
                Answer::Approve => (What::ApprovalGiven, ApprovalState::Approved { by, at: approver.aal() }),
                Answer::Refuse => (What::ApprovalRefused, ApprovalState::Refused),
            };
            tx.put(&key, rows::encode(&ApprovalRequest { state, seen_at: now, ..asked }))?;
            self.tell(&tx, &[told(what, Actor::Staff(by), &asked, now)])?;
            Ok::<_, PolicyError>(Ok(()))
        });
        answered.await?
    }

    /// What is on record about a request that waits for its answer.
    async fn open_request(
        &self,
        tx: &Tx,
        request: &ApprovalRequest,
        now: Timestamp,
    ) -> Result<Option<(leeward_store::Key, ApprovalRequest)>, PolicyError> {
        let Some(index) = tx.get(&rows::index_key(request.staff, request.id)?).await? else {
            return Ok(None);
        };
        let key = rows::decode_index(request.staff, index.value.as_bytes())?;
        let asked = read(tx, &key, request.place).await?;
        let policy = self.policy().hash();
        let open = asked.filter(|asked| {
            asked.id == request.id && asked.state == ApprovalState::Asked && asked.is_current(policy, now)
        });
        Ok(open.map(|asked| (key, asked)))
    }

    /// The approval of exactly this question, if it stands: the approver is asked about again.
    pub(crate) async fn approval(
        &self,
        tx: &Tx,
        question: &Question,
        policy: PolicyHash,
        now: Timestamp,
    ) -> Result<Option<ApprovalRequest>, PolicyError> {
        let Party::Staff(staff) = question.requester.party() else { return Ok(None) };
        let Some(of) = question.of else { return Ok(None) };
        let place = Membership { staff, of };
        let Some(found) = read(tx, &rows::key(staff, question)?, place).await? else { return Ok(None) };
        let ApprovalState::Approved { by, at } = found.state else { return Ok(None) };
        if by == staff || !found.is_current(policy, now) || !distinct_roles(tx, by, staff).await? {
            return Ok(None);
        }
        let again = AccessRequest::<ApproveAccess>::new(Requester::new(by, at), place, Purpose::Compliance);
        let stands = self.would_permit(tx, &again, now).await?;
        Ok(stands.then_some(found))
    }

    /// Uses an approval up, in the batch of the decision that it permits.
    pub(crate) fn use_up(
        tx: &Tx,
        question: &Question,
        approval: &ApprovalRequest,
        now: Timestamp,
    ) -> Result<Event, PolicyError> {
        let used = ApprovalRequest { state: ApprovalState::Used, seen_at: now, ..*approval };
        tx.put(&rows::key(approval.staff, question)?, rows::encode(&used))?;
        Ok(told(What::ApprovalUsed, Actor::Staff(approval.staff), approval, now))
    }
}

async fn read(
    tx: &Tx,
    key: &leeward_store::Key,
    place: Membership,
) -> Result<Option<ApprovalRequest>, PolicyError> {
    let entry = tx.get(key).await?;
    entry.map(|entry| rows::decode(entry.value.as_bytes(), place)).transpose()
}

/// Whether the approver has a role that the requester has not.
async fn distinct_roles(tx: &Tx, approver: StaffId, requester: StaffId) -> Result<bool, PolicyError> {
    let approver = service::staff_record(tx, approver).await?.ok_or(PolicyError::UnknownStaff)?;
    let requester = service::staff_record(tx, requester).await?.ok_or(PolicyError::UnknownStaff)?;
    Ok(!approver.roles.minus(requester.roles).is_empty())
}

fn told(what: What, who: Actor, request: &ApprovalRequest, now: Timestamp) -> Event {
    Event::new(what, who, now)
        .about(Subject::from(request.place.of))
        .correlation(CorrelationId::from_bytes(*request.id.as_bytes()))
}
