use jiff::SignedDuration;
use leeward_event::{ConversationId, Event, StaffId, assurance::Aal, outbox};
use leeward_policy::{
    Access, AccessRequest, By, Confidentiality, Consent, DenialClass, Disclosure, Emergency, OverrideReason,
    Policies, PolicyError, PolicySet, Purpose, ReadCaseNote, Requester, Role, ServiceFacts, Set, Standing,
    Statement, Verdict,
};
use leeward_store::{Store, Timestamp};
pub(crate) use leeward_test_store::store;
use pollster::block_on;

pub(crate) const ANNA: StaffId = StaffId::from_bytes([0xA1; 16]);
pub(crate) const BELA: StaffId = StaffId::from_bytes([0xB2; 16]);
pub(crate) const HERE: ConversationId = ConversationId::from_bytes([0xC1; 16]);
pub(crate) const ELSEWHERE: ConversationId = ConversationId::from_bytes([0xC2; 16]);

pub(crate) fn at(minute: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
}

pub(crate) fn aal2(staff: StaffId) -> Requester {
    Requester::new(staff, Aal::Two)
}

pub(crate) fn note(staff: StaffId, purpose: Purpose) -> AccessRequest<ReadCaseNote> {
    AccessRequest::new(aal2(staff), HERE, purpose)
}

/// A trained counsellor who has to do with nothing.
pub(crate) fn standing() -> Standing {
    Standing {
        roles: Set::of(&[Role::Counsellor]),
        suspended: false,
        trained: true,
        on_duty: false,
        glass_eligible: true,
        review_due: false,
        assigned: false,
        same_team: false,
        supervises: false,
        own_record: false,
        conflict_of_interest: false,
        glass_broken: false,
        approved: false,
        consent: Consent::None,
        consent_unseen: false,
        confidentiality: Confidentiality::Normal,
        recent: true,
        closed: false,
        service: ServiceFacts::NONE,
    }
}

/// All that is written down when glass is broken.
pub(crate) fn emergency(reason: OverrideReason) -> Emergency {
    let words = |words| Statement::new(words).unwrap();
    Emergency {
        reason,
        nature: words("pills taken an hour ago"),
        recipient: words("Dr. Imre Varga"),
        affiliation: words("City Hospital"),
        discloser: words("Anna"),
        disclosure: Disclosure::ToPerson,
    }
}

/// Somebody reviews the use of glass by somebody else.
pub(crate) fn review(
    policies: &Policies,
    reviewer: StaffId,
    of: StaffId,
    now: Timestamp,
) -> Result<(), PolicyError> {
    let grant = block_on(policies.break_glass_of(of)).unwrap().unwrap();
    let note = Statement::new("heard the call").unwrap();
    block_on(policies.review_break_glass(aal2(reviewer), &grant, Verdict::Justified, &note, now))
}

/// Somebody of this role who is trained, and may break the glass.
pub(crate) fn enrol(policies: &Policies, staff: StaffId, role: Role) {
    let by = By::ServiceUnchecked;
    block_on(async {
        policies.grant_role(staff, role, by, at(0)).await.unwrap();
        policies.record_training(staff, at(1_000_000), by, at(0)).await.unwrap();
        policies.allow_break_glass(staff, by, at(0)).await.unwrap();
    });
}

/// Anna counsels, Bela supervises; nobody is assigned.
pub(crate) fn staffed(store: &Store) -> Policies {
    let policies = Policies::new(store, PolicySet::default_policy());
    enrol(&policies, ANNA, Role::Counsellor);
    enrol(&policies, BELA, Role::Supervisor);
    policies
}

pub(crate) fn events(store: &Store) -> Vec<Event> {
    let staged = block_on(outbox::pending(store, 1_000)).unwrap();
    staged.into_iter().map(|staged| staged.event).collect()
}

/// The class of the denial, or `None` for a permit.
pub(crate) fn denied<A: Access>(
    policies: &Policies,
    request: &AccessRequest<A>,
    now: Timestamp,
) -> Option<DenialClass> {
    match block_on(policies.decide(request, now)) {
        leeward_policy::Decision::Permit(_) => None,
        leeward_policy::Decision::Deny(denial) => Some(denial.class()),
    }
}
