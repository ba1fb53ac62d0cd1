use crate::{
    Access, AccessRequest, ApprovalTarget, ApproveAccess, Operation, Policies, PolicyError, PolicyHash,
    Purpose, Question, RecordOf, Requester, break_glass, record::approval as rows, service,
};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{
    Action as What, Actor, CorrelationId, Event, GrantId, Outcome, Reason, StaffId, Subject, assurance::Aal,
};
use leeward_store::{Key, Scan, StoreError, Tx};

/// What somebody asks a second person to approve: exactly one request, by the rules in force now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApprovalRequest {
    /// Which. The events of it carry these bytes as their correlation.
    pub id: GrantId,
    /// Who asks.
    pub staff: StaffId,
    /// To do what.
    pub operation: Operation,
    /// What for.
    pub purpose: Purpose,
    /// Whose record it is about, if it is about one.
    pub of: Option<RecordOf>,
    /// Whose rights or account it is about, if it is about any.
    pub about: Option<StaffId>,
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

    const fn target(&self) -> ApprovalTarget {
        ApprovalTarget { staff: self.staff, of: self.of }
    }

    fn waits(&self, policy: PolicyHash, now: Timestamp) -> bool {
        self.state == ApprovalState::Asked && self.is_current(policy, now)
    }

    fn is_current(&self, policy: PolicyHash, now: Timestamp) -> bool {
        let latest = self.seen_at.max(self.requested_at);
        self.policy == policy && break_glass::is_behind(latest, now) && now < self.expires_at
    }
}

impl Policies {
    /// Asks a second person to approve exactly this request: this operation, on this target, for this
    /// purpose, by the rules in force now. A request for the same that is there already is replaced.
    ///
    /// # Errors
    /// [`PolicyError::ApprovalWindow`] when `expires_at` is not after `now`, or more than
    /// [`ApprovalRequest::MAX_DURATION`] after it; [`PolicyError::NotApprovable`] when the request is not of
    /// a member of staff; those of the store and the random source.
    pub async fn request_approval<A: Access>(
        &self,
        request: &AccessRequest<A>,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<ApprovalRequest, PolicyError> {
        let question = request.question();
        let staff = question.requester.staff().ok_or(PolicyError::NotApprovable)?;
        let length = expires_at.duration_since(now);
        if !length.is_positive() || length > ApprovalRequest::MAX_DURATION {
            return Err(PolicyError::ApprovalWindow);
        }
        let requested_at = break_glass::to_millisecond(now);
        let asked = &ApprovalRequest {
            id: GrantId::generate(&self.rng)?,
            staff,
            operation: question.operation,
            purpose: question.purpose,
            of: question.of,
            about: question.staff,
            expires_at: break_glass::to_millisecond(expires_at),
            requested_at,
            seen_at: requested_at,
            policy: self.policy().hash(),
            state: ApprovalState::Asked,
        };
        let key = &rows::key(staff, &question)?;
        let done = self.store.transact(|tx| async move {
            write(&tx, key, asked)?;
            tx.put_until(&rows::index_key(staff, asked.id)?, rows::encode_index(key), asked.expires_at)?;
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
    /// requester has not, and for whom it is about; both are recorded. [`PolicyError::NoApproval`] when there is nothing to approve
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

    /// Everything that waits for a second person now.
    ///
    /// # Errors
    /// Those of the store; [`PolicyError::Corrupt`].
    pub async fn approvals_due(&self, now: Timestamp) -> Result<Vec<ApprovalRequest>, PolicyError> {
        let (mut due, mut rest) = (Vec::new(), Some(Scan::all(rows::every_approval()?)));
        while let Some(scan) = rest {
            let page = self.store.scan(&scan).await?;
            for item in &page.items {
                let staff = rows::requester(&item.key).ok_or(PolicyError::Corrupt { what: "approval" })?;
                due.push(rows::decode(item.entry.value.as_bytes(), staff)?);
            }
            rest = page.next;
        }
        let policy = self.policy().hash();
        due.retain(|asked| asked.waits(policy, now));
        Ok(due)
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
            // What is on record counts, and not what the caller says of it.
            let found = self.open_request(&tx, request, now).await?;
            let asked = found.as_ref().map_or(*request, |(_, asked)| *asked);
            let target = asked.target();
            if let Err(denial) = self
                .authorize::<ApproveAccess>(&tx, approver.into(), target, Purpose::Compliance, now)
                .await?
            {
                return Ok(Err(PolicyError::Denied(denial)));
            }
            let Some((key, asked)) = found else { return Ok(Err(PolicyError::NoApproval)) };
            if asked.about == Some(by) || !distinct_roles(&tx, by, asked.staff).await? {
                let refused = told(What::ApprovalGiven, Actor::Staff(by), &asked, now);
                let refused = refused.outcome(Outcome::Failure).reason(Reason::ConflictOfInterest);
                self.tell(&tx, &[refused])?;
                return Ok(Err(PolicyError::SameRoles));
            }
            let (what, state) = match answer {
                Answer::Approve => (What::ApprovalGiven, ApprovalState::Approved { by, at: approver.aal() }),
                Answer::Refuse => (What::ApprovalRefused, ApprovalState::Refused),
            };
            write(&tx, &key, &ApprovalRequest { state, seen_at: now, ..asked })?;
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
    ) -> Result<Option<(Key, ApprovalRequest)>, PolicyError> {
        let Some(index) = tx.get(&rows::index_key(request.staff, request.id)?).await? else {
            return Ok(None);
        };
        let key = rows::decode_index(request.staff, index.value.as_bytes())?;
        let asked = read(tx, &key, request.staff).await?;
        let policy = self.policy().hash();
        let open = asked.filter(|asked| asked.id == request.id && asked.waits(policy, now));
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
        let Some(staff) = question.requester.staff() else { return Ok(None) };
        let Some(found) = read(tx, &rows::key(staff, question)?, staff).await? else { return Ok(None) };
        let ApprovalState::Approved { by, at } = found.state else { return Ok(None) };
        let interested = by == staff || question.staff == Some(by);
        if interested || !found.is_current(policy, now) || !distinct_roles(tx, by, staff).await? {
            return Ok(None);
        }
        let (approver, target) = (Requester::new(by, at), found.target());
        let again = AccessRequest::<ApproveAccess>::new(approver, target, Purpose::Compliance);
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
        write(tx, &rows::key(approval.staff, question)?, &used)?;
        Ok(told(What::ApprovalUsed, Actor::Staff(approval.staff), approval, now))
    }
}

async fn read(tx: &Tx, key: &Key, staff: StaffId) -> Result<Option<ApprovalRequest>, PolicyError> {
    let entry = tx.get(key).await?;
    entry.map(|entry| rows::decode(entry.value.as_bytes(), staff)).transpose()
}

/// Once it is over it is of no use to anybody.
fn write(tx: &Tx, key: &Key, approval: &ApprovalRequest) -> Result<(), StoreError> {
    tx.put_until(key, rows::encode(approval), approval.expires_at)
}

/// Whether the approver has a role that the requester has not.
async fn distinct_roles(tx: &Tx, approver: StaffId, requester: StaffId) -> Result<bool, PolicyError> {
    let approver = service::staff_record(tx, approver).await?.ok_or(PolicyError::UnknownStaff)?;
    let requester = service::staff_record(tx, requester).await?.ok_or(PolicyError::UnknownStaff)?;
    Ok(!approver.roles.minus(requester.roles).is_empty())
}

fn told(what: What, who: Actor, request: &ApprovalRequest, now: Timestamp) -> Event {
    Event::new(what, who, now)
        .about(request.of.map_or(Subject::Staff(request.staff), Subject::from))
        .detail(request.operation.event_detail())
        .purpose(request.purpose.event_purpose())
        .correlation(CorrelationId::from_bytes(*request.id.as_bytes()))
}
