use crate::{
    Fact, Facts, Obligations, Operation, PolicyHash, Purpose, Set, compiled::Compiled, compiled::Rules,
};
use leeward_event::Reason;

/// What the rules say, without a word of who they are: small, copied, and made without allocating. The
/// whole of why is [`PolicySet::explain`](crate::PolicySet::explain)'s. Who asks for access gets a
/// [`Decision`](crate::Decision) instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evaluation {
    operation: Operation,
    purpose: Purpose,
    facts: Facts,
    permitted: Option<Obligations>,
    reason: Reason,
    policy: PolicyHash,
}

impl Evaluation {
    /// Deny overrides permit, and no rule at all denies.
    pub(crate) fn of(
        rules: Rules<'_>,
        question: (Operation, Purpose),
        facts: Facts,
        policy: PolicyHash,
    ) -> Self {
        let (operation, purpose) = question;
        let obligations = permission(rules, purpose, facts);
        let reason = match obligations {
            Some(_) => why_permitted(rules, purpose, facts),
            None => why_denied(rules, purpose, facts),
        };
        Self { operation, purpose, facts, permitted: obligations, reason, policy }
    }

    /// Whether it is permitted.
    #[must_use]
    pub const fn is_permitted(&self) -> bool {
        self.permitted.is_some()
    }

    /// What was asked.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        self.operation
    }

    /// What for.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// All facts that it was decided on.
    #[must_use]
    pub const fn facts(&self) -> Facts {
        self.facts
    }

    /// What has to be done because it is permitted, each once; empty when it is denied.
    #[must_use]
    pub fn obligations(&self) -> Obligations {
        self.permitted.unwrap_or_else(Obligations::none)
    }

    /// The nearest reason in the vocabulary of events.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// By which rules it was decided.
    #[must_use]
    pub const fn policy(&self) -> PolicyHash {
        self.policy
    }

    /// Whether it is permitted by a break-glass grant alone.
    pub(crate) fn breaks_glass(&self) -> bool {
        self.is_permitted() && self.purpose == Purpose::BreakTheGlass && self.facts.hold(Fact::GlassBroken)
    }
}

/// The obligations of a permit, or `None` for a denial.
pub(crate) fn permission(rules: Rules<'_>, purpose: Purpose, facts: Facts) -> Option<Obligations> {
    if rules.deny.iter().any(|rule| rule.matches(purpose, facts)) {
        return None;
    }
    let matching = rules.permit.iter().filter(|rule| rule.matches(purpose, facts));
    matching.map(|rule| rule.obligations).reduce(Obligations::join)
}

fn why_permitted(rules: Rules<'_>, purpose: Purpose, facts: Facts) -> Reason {
    let because = asked_for(rules.permit, purpose, facts);
    if because.contains(Fact::Assigned) {
        Reason::Assigned
    } else if because.contains(Fact::OwnRecord) {
        Reason::OwnRecord
    } else if because.contains(Fact::Supervises) {
        Reason::Supervision
    } else {
        Reason::RolePermits
    }
}

fn why_denied(rules: Rules<'_>, purpose: Purpose, facts: Facts) -> Reason {
    let because = asked_for(rules.deny, purpose, facts);
    let held = |reason: &&(Fact, Reason)| because.contains(reason.0);
    let wanted = |reason: &&(Fact, Reason)| wants(rules.deny, purpose, facts, reason.0);
    let denied = DENIES.iter().find(held).or_else(|| DENIES_WITHOUT.iter().find(wanted));
    denied.map_or_else(|| nearest(rules.permit, purpose, facts), |(_, reason)| *reason)
}

/// Why a rule denies that asks for one of these.
const DENIES: [(Fact, Reason); 8] = [
    (Fact::Suspended, Reason::Suspended),
    (Fact::ConflictOfInterest, Reason::ConflictOfInterest),
    (Fact::ConcernsSelf, Reason::ConflictOfInterest),
    (Fact::ReviewDue, Reason::ReviewDue),
    (Fact::ConsentRevoked, Reason::NoConsent),
    (Fact::EmergencyOnly, Reason::NoConsent),
    (Fact::VeryRestricted, Reason::Confidential),
    (Fact::Restricted, Reason::Confidential),
];

/// Why a rule denies that forbids one of these.
const DENIES_WITHOUT: [(Fact, Reason); 3] = [
    (Fact::AalTwo, Reason::WeakAssurance),
    (Fact::AalThree, Reason::WeakAssurance),
    (Fact::Trained, Reason::TrainingLapsed),
];

/// What a rule that could have permitted lacked, and nothing else.
const LACKS: [(&[Fact], Reason); 5] = [
    (&[Fact::Trained], Reason::TrainingLapsed),
    (&[Fact::AalTwo, Fact::AalThree, Fact::Fresh], Reason::WeakAssurance),
    (&[Fact::Approved], Reason::NotApproved),
    (&[Fact::GlassEligible], Reason::NotEligible),
    (
        &[Fact::Assigned, Fact::GlassBroken, Fact::SameTeam, Fact::Supervises, Fact::OnDuty],
        Reason::NotAssigned,
    ),
];

fn nearest(permit: &[Compiled], purpose: Purpose, facts: Facts) -> Reason {
    let lacks_only = |kind: &[Fact]| {
        let kind = Set::of(kind);
        permit.iter().any(|rule| rule.is_for(purpose) && rule.lacks_only(kind, facts))
    };
    let lack = LACKS.iter().find(|(kind, _)| lacks_only(kind));
    let for_another = || permit.iter().any(|rule| rule.lacks_only(Set::EMPTY, facts));
    match lack {
        Some((_, reason)) => *reason,
        None if for_another() => Reason::NoPurpose,
        None => Reason::NoRule,
    }
}

/// What holds, of that which the rules that match ask for.
fn asked_for(rules: &[Compiled], purpose: Purpose, facts: Facts) -> Set<Fact> {
    let matching = rules.iter().filter(|rule| rule.matches(purpose, facts));
    matching.fold(Set::EMPTY, |all, rule| all.or(rule.because(facts)))
}

/// Whether a rule that matches forbids it: it denies for want of it.
fn wants(rules: &[Compiled], purpose: Purpose, facts: Facts, fact: Fact) -> bool {
    let fact = Set::of(&[fact]);
    rules.iter().any(|rule| rule.matches(purpose, facts) && rule.forbids_one_of(fact))
}
