//! Leeward's own default policy, over what a small helpline has on record.
//!
//! Subjects are of the type `staff`, and resources of the types of the policy; the purpose and the
//! assurance level of the session are circumstances that the enforcement point knows, in the context:
//! `{"purpose":"TREAT","aal":2}`. Roles, assignments and the like are on record here, and whatever the
//! request says of them is not looked at.

use super::owned;
use jiff::Timestamp;
use leeward_event::{ConversationId, StaffId, assurance::Aal};
use leeward_policy::{
    Access, AccessRequest, Confidentiality, Consent, Decision, DenialClass, Member, Obligation, Operation,
    PolicySet, Purpose, ReadAuditLog, ReadCaseNote, ReadMetadata, ReadRoster, Requester, Role, ServiceFacts,
    Set, Standing, WriteCaseNote,
    authzen::{self, Answer, Map, Query, Search, Sought, Value},
};

pub(crate) struct Helpline {
    policy: PolicySet,
    staff: [(&'static str, Role); 3],
    conversations: [&'static str; 2],
    /// Who is assigned to which conversation.
    assigned: [(&'static str, &'static str); 1],
}

impl Helpline {
    pub(super) fn example() -> Self {
        Self {
            policy: PolicySet::default_policy(),
            staff: [("carol", Role::Counsellor), ("sven", Role::Supervisor), ("ada", Role::Administrator)],
            conversations: ["c-1", "c-2"],
            assigned: [("carol", "c-1")],
        }
    }

    pub(super) fn evaluate(&self, query: &Query) -> Answer {
        let operation = operation(query.action().name(), query.resource().kind());
        match (operation, query.subject().kind()) {
            (Some(Operation::ReadCaseNote), "staff") => self.decide::<ReadCaseNote>(query, conversation),
            (Some(Operation::WriteCaseNote), "staff") => self.decide::<WriteCaseNote>(query, conversation),
            (Some(Operation::ReadRoster), "staff") => self.decide::<ReadRoster>(query, conversation),
            (Some(Operation::ReadMetadata), "staff") => self.decide::<ReadMetadata>(query, conversation),
            (Some(Operation::ReadAuditLog), "staff") => self.decide::<ReadAuditLog>(query, |_| ()),
            // What this example has no records of.
            _ => Answer::deny(),
        }
    }

    fn decide<A: Access>(&self, query: &Query, target: fn(&str) -> A::Target) -> Answer {
        let (who, what) = (query.subject().id(), query.resource().id());
        let known = self.conversations.contains(&what) || query.resource().kind() == "audit-log";
        let role = self.staff.iter().find(|(name, _)| *name == who).map(|(_, role)| *role);
        let (Some(role), Some(purpose), true) = (role, purpose(query), known) else {
            return Answer::deny();
        };
        let standing = standing(role, self.assigned.contains(&(who, what)));
        let requester = Requester::new(StaffId::from_bytes(bytes(who)), aal(query));
        let request = AccessRequest::<A>::new(requester, target(what), purpose);
        // No proof of who they are has a time here, so none is fresh, whatever the clock says.
        match self.policy.decide(&request, &standing, Timestamp::UNIX_EPOCH) {
            Decision::Permit(conditional) => conditional.open().fold(Answer::permit(), oblige),
            Decision::Deny(denial) if denial.class() == DenialClass::StrongerSignInNeeded => {
                Answer::deny().obliging(authzen::Obligation::step_up("stronger-sign-in", "aal2"))
            }
            Decision::Deny(_) => Answer::deny(),
        }
    }

    pub(super) fn candidates(&self, search: &Search) -> Vec<String> {
        match (search.sought(), search.kind()) {
            (Sought::Subject, Some("staff")) => {
                self.staff.iter().map(|(name, _)| (*name).to_owned()).collect()
            }
            (Sought::Resource, Some("case-note" | "roster" | "metadata")) => owned(&self.conversations),
            (Sought::Resource, Some("audit-log")) => owned(&["audit-log"]),
            (Sought::Action, None) => owned(&["read", "write"]),
            _ => Vec::new(),
        }
    }
}

/// Nobody here is suspended, untrained or in conflict: a service reads that from its records.
fn standing(role: Role, assigned: bool) -> Standing {
    Standing {
        roles: Set::of(&[role]),
        suspended: false,
        trained: true,
        on_duty: true,
        glass_eligible: false,
        review_due: false,
        assigned,
        same_team: false,
        supervises: false,
        own_record: false,
        conflict_of_interest: false,
        glass_broken: false,
        approved: false,
        consent: Consent::Granted,
        consent_unseen: false,
        confidentiality: Confidentiality::Normal,
        recent: true,
        closed: false,
        service: ServiceFacts::NONE,
    }
}

fn operation(action: &str, resource: &str) -> Option<Operation> {
    let named = |operation: &&Operation| {
        (operation.action().name(), operation.resource().name()) == (action, resource)
    };
    Operation::ALL.iter().find(named).copied()
}

fn oblige(answer: Answer, obligation: Obligation) -> Answer {
    let name = obligation.to_string();
    answer.obliging(match obligation {
        Obligation::Notify(role) => authzen::Obligation::notification(name, role.name(), "access"),
        _ => authzen::Obligation::custom(name, Map::new()),
    })
}

fn purpose(query: &Query) -> Option<Purpose> {
    let given = query.context().get("purpose").and_then(Value::as_str)?;
    Purpose::ALL.iter().find(|purpose| purpose.name() == given).copied()
}

fn aal(query: &Query) -> Aal {
    match query.context().get("aal").and_then(Value::as_u64) {
        Some(2) => Aal::Two,
        Some(3) => Aal::Three,
        _ => Aal::One,
    }
}

fn conversation(id: &str) -> ConversationId {
    ConversationId::from_bytes(bytes(id))
}

/// The ids of this example are short names.
fn bytes(name: &str) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
    bytes
}
