use crate::{
    Confidentiality, Fact, Party, Question, RecordOf, Role, Set, Standing, Thresholds, sat::Clause,
    set::Member, standing::Consent,
};
use jiff::Timestamp;
use leeward_event::assurance::Aal;

/// Every [`Fact`] that holds. What is not in it does not hold; nothing is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Facts(Set<Fact>);

impl Facts {
    /// All facts about a question at once.
    #[must_use]
    pub fn of(question: &Question, standing: &Standing, now: Timestamp, thresholds: Thresholds) -> Self {
        let requester = question.requester;
        let concerns_self = question.staff.is_some() && question.staff == requester.staff();
        let facts = Set::from_bits(roles(requester.party(), standing.roles) | service(standing))
            .unwrap_or(Set::EMPTY)
            .with_if(Fact::AalTwo, requester.aal() >= Aal::Two)
            .with_if(Fact::AalThree, requester.aal() >= Aal::Three)
            .with_if(Fact::Fresh, requester.is_fresh(now, thresholds.fresh_within_minutes))
            .with_if(Fact::ConcernsSelf, concerns_self)
            .with_if(Fact::OwnRecord, standing.own_record || is_of(requester.party(), question.of));
        Self(with_record(with_standing(facts, standing), standing))
    }

    /// The facts of a set, if such a set can be: see [`is_possible`](Self::is_possible).
    #[must_use]
    pub fn from_set(facts: Set<Fact>) -> Option<Self> {
        Self::is_possible(facts).then_some(Self(facts))
    }

    /// Whether these facts can hold together, and no others: a seeker has no other role and software has
    /// none either, AAL3 is AAL2 too, very restricted is restricted too, and consent is in one state.
    #[must_use]
    pub fn is_possible(facts: Set<Fact>) -> bool {
        rules_of_the_world().iter().all(|clause| clause.holds(facts))
    }

    /// As a set.
    #[must_use]
    pub const fn as_set(self) -> Set<Fact> {
        self.0
    }

    /// Whether a fact holds.
    #[must_use]
    pub fn hold(self, fact: Fact) -> bool {
        self.0.contains(fact)
    }

    /// The same facts, had the requester signed in just now and as strongly as can be.
    pub(crate) fn at_highest_aal(self) -> Self {
        Self(self.0.with(Fact::AalTwo).with(Fact::AalThree).with(Fact::Fresh))
    }

    /// The same facts, had a second person approved.
    pub(crate) fn approved(self) -> Self {
        Self(self.0.with(Fact::Approved))
    }
}

/// The facts of roles have the codes of the roles. A role that the party cannot have counts for nothing.
fn roles(party: Party, roles: Set<Role>) -> u64 {
    match party {
        Party::Staff(_) => roles.minus(Set::of(&[Role::Seeker, Role::Service])).bits(),
        Party::Seeker(_) => Set::of(&[Role::Seeker]).bits(),
        Party::Service => Set::of(&[Role::Service]).bits(),
    }
}

fn service(standing: &Standing) -> u64 {
    u64::from(standing.service.bits()) << Fact::Service0.code()
}

fn is_of(party: Party, of: Option<RecordOf>) -> bool {
    matches!((party, of), (Party::Seeker(seeker), Some(RecordOf::Person(person))) if seeker == person)
}

fn with_standing(facts: Set<Fact>, standing: &Standing) -> Set<Fact> {
    facts
        .with_if(Fact::Assigned, standing.assigned)
        .with_if(Fact::SameTeam, standing.same_team)
        .with_if(Fact::Supervises, standing.supervises)
        .with_if(Fact::OnDuty, standing.on_duty)
        .with_if(Fact::GlassBroken, standing.glass_broken)
        .with_if(Fact::GlassEligible, standing.glass_eligible)
        .with_if(Fact::ReviewDue, standing.review_due)
        .with_if(Fact::Approved, standing.approved)
        .with_if(Fact::Suspended, standing.suspended)
        .with_if(Fact::ConflictOfInterest, standing.conflict_of_interest)
        .with_if(Fact::Trained, standing.trained)
}

fn with_record(facts: Set<Fact>, standing: &Standing) -> Set<Fact> {
    facts
        .with_if(Fact::Consented, standing.consent == Consent::Granted)
        .with_if(Fact::ConsentRevoked, standing.consent == Consent::Revoked)
        .with_if(Fact::EmergencyOnly, standing.consent == Consent::EmergencyOnly)
        .with_if(Fact::Restricted, standing.confidentiality >= Confidentiality::Restricted)
        .with_if(Fact::VeryRestricted, standing.confidentiality >= Confidentiality::VeryRestricted)
        .with_if(Fact::Recent, standing.recent)
        .with_if(Fact::Closed, standing.closed)
        .with_if(Fact::ConsentUnseen, standing.consent_unseen)
}

/// What holds of all facts there can be, as clauses.
pub(crate) fn rules_of_the_world() -> Vec<Clause> {
    let apart = |one: Fact, other: Fact| Clause::never(Set::of(&[one, other]));
    let lone = [Fact::Seeker, Fact::Service];
    let role_facts = Role::ALL.iter().filter_map(|role| Fact::from_code(role.code()));
    let mut clauses = vec![
        Clause::implies(Fact::AalThree, Fact::AalTwo),
        Clause::implies(Fact::VeryRestricted, Fact::Restricted),
        apart(Fact::Consented, Fact::ConsentRevoked),
        apart(Fact::Consented, Fact::EmergencyOnly),
        apart(Fact::ConsentRevoked, Fact::EmergencyOnly),
        apart(Fact::Seeker, Fact::Service),
    ];
    let staff = role_facts.filter(|fact| !lone.contains(fact));
    clauses.extend(staff.flat_map(|staff| lone.map(|lone| apart(lone, staff))));
    clauses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_the_fact_of_the_same_name() {
        for role in Role::ALL {
            assert_eq!(Fact::from_code(role.code()).unwrap().name(), role.name());
        }
    }

    #[test]
    fn some_facts_cannot_hold_together() {
        let possible = |facts: &[Fact]| Facts::from_set(Set::of(facts)).is_some();
        assert!(possible(&[]) && possible(&[Fact::Counsellor, Fact::Administrator, Fact::AalTwo]));
        assert!(!possible(&[Fact::Seeker, Fact::Counsellor]));
        assert!(!possible(&[Fact::Service, Fact::WorkgroupManager]));
        assert!(!possible(&[Fact::Seeker, Fact::Service]));
        assert!(!possible(&[Fact::AalThree]) && !possible(&[Fact::VeryRestricted]));
        assert!(!possible(&[Fact::Consented, Fact::EmergencyOnly]));
    }
}
