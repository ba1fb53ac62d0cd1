use crate::{Purpose, Role, Set, set::Member, set::vocabulary};
use leeward_event::assurance::Aal;

vocabulary! {
    /// What a rule may ask for.
    pub enum Fact {
        /// The requester is a [`Role::Counsellor`].
        Counsellor = 0, "counsellor";
        /// The requester is a [`Role::Supervisor`].
        Supervisor = 1, "supervisor";
        /// The requester is a [`Role::Moderator`].
        Moderator = 2, "moderator";
        /// The requester is a [`Role::Auditor`].
        Auditor = 3, "auditor";
        /// The requester is a [`Role::Administrator`].
        Administrator = 4, "administrator";
        /// The requester is assigned to the conversation.
        Assigned = 5, "assigned";
        /// The requester holds a break-glass grant for the conversation that is open now.
        GlassBroken = 6, "glass-broken";
        /// The requester is suspended.
        Suspended = 7, "suspended";
        /// The requester has a conflict of interest in the conversation.
        ConflictOfInterest = 8, "conflict-of-interest";
        /// What is asked for would change the requester's own rights.
        ConcernsSelf = 9, "concerns-self";
        /// The requester signed in at AAL2 or above.
        AalTwo = 10, "aal2";
        /// The requester signed in at AAL3.
        AalThree = 11, "aal3";
        /// The purpose is [`Purpose::Treatment`].
        ForTreatment = 12, "for-TREAT";
        /// The purpose is [`Purpose::BreakTheGlass`].
        ForBreakTheGlass = 13, "for-BTG";
        /// The purpose is [`Purpose::Operations`].
        ForOperations = 14, "for-HOPERAT";
        /// The purpose is [`Purpose::Administration`].
        ForAdministration = 15, "for-HSYSADMIN";
        /// The purpose is [`Purpose::Compliance`].
        ForCompliance = 16, "for-HCOMPL";
    }
}

/// What is on record about the requester, as far as the target goes.
///
/// There is no `Default`, and nothing is optional: whoever does not know all of it has no standing to
/// decide on, and denies.
/// ```compile_fail,E0063
/// use leeward_policy::{Role, Set, Standing};
/// // Whether they are suspended was forgotten.
/// let standing = Standing {
///     roles: Set::of(&[Role::Counsellor]),
///     conflict_of_interest: false,
///     assigned: true,
///     glass_broken: false,
/// };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The requester's roles.
    pub roles: Set<Role>,
    /// Whether the requester is suspended.
    pub suspended: bool,
    /// Whether the requester has a conflict of interest in the conversation.
    pub conflict_of_interest: bool,
    /// Whether the requester is assigned to the conversation.
    pub assigned: bool,
    /// Whether the requester holds a break-glass grant for the conversation that is open now.
    pub glass_broken: bool,
}

/// What the request itself says: strength of the sign-in, purpose, and whether it is for the
/// requester's own benefit.
#[derive(Clone, Copy)]
pub(crate) struct Circumstances {
    pub(crate) aal: Aal,
    pub(crate) purpose: Purpose,
    pub(crate) concerns_self: bool,
}

/// Every [`Fact`] that holds. What is not in it does not hold; nothing is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Facts(Set<Fact>);

impl Facts {
    /// All facts at once.
    pub(crate) fn of(circumstances: Circumstances, standing: &Standing) -> Self {
        let roles = standing.roles.iter().fold(Set::EMPTY, |facts, role| facts.with(role_fact(role)));
        let facts = roles
            .with(purpose_fact(circumstances.purpose))
            .with_if(Fact::AalTwo, circumstances.aal >= Aal::Two)
            .with_if(Fact::AalThree, circumstances.aal >= Aal::Three)
            .with_if(Fact::ConcernsSelf, circumstances.concerns_self)
            .with_if(Fact::Assigned, standing.assigned)
            .with_if(Fact::GlassBroken, standing.glass_broken)
            .with_if(Fact::Suspended, standing.suspended)
            .with_if(Fact::ConflictOfInterest, standing.conflict_of_interest);
        Self(facts)
    }

    /// Every combination of facts there can be, for checking a policy against all of them.
    pub fn every() -> impl Iterator<Item = Self> {
        every_standing()
            .flat_map(|standing| every_circumstances().map(move |given| Self::of(given, &standing)))
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

    /// The same facts, had the requester signed in as strongly as can be.
    pub(crate) fn at_highest_aal(self) -> Self {
        Self(self.0.with(Fact::AalTwo).with(Fact::AalThree))
    }
}

const fn role_fact(role: Role) -> Fact {
    match role {
        Role::Counsellor => Fact::Counsellor,
        Role::Supervisor => Fact::Supervisor,
        Role::Moderator => Fact::Moderator,
        Role::Auditor => Fact::Auditor,
        Role::Administrator => Fact::Administrator,
    }
}

const fn purpose_fact(purpose: Purpose) -> Fact {
    match purpose {
        Purpose::Treatment => Fact::ForTreatment,
        Purpose::BreakTheGlass => Fact::ForBreakTheGlass,
        Purpose::Operations => Fact::ForOperations,
        Purpose::Administration => Fact::ForAdministration,
        Purpose::Compliance => Fact::ForCompliance,
    }
}

fn every_circumstances() -> impl Iterator<Item = Circumstances> {
    Purpose::ALL.iter().flat_map(|&purpose| {
        [Aal::One, Aal::Two, Aal::Three].into_iter().flat_map(move |aal| {
            [false, true].map(|concerns_self| Circumstances { aal, purpose, concerns_self })
        })
    })
}

fn every_standing() -> impl Iterator<Item = Standing> {
    let roles = (0..32_u32).filter_map(Set::from_bits);
    roles.flat_map(|roles| (0..16_u32).map(move |bits| standing(roles, bits)))
}

const fn standing(roles: Set<Role>, bits: u32) -> Standing {
    Standing {
        roles,
        suspended: bits & 1 != 0,
        conflict_of_interest: bits & 2 != 0,
        assigned: bits & 4 != 0,
        glass_broken: bits & 8 != 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_combination_comes_once() {
        let all = Facts::every().collect::<Vec<_>>();
        assert_eq!(all.len(), 32 * 16 * 5 * 3 * 2);
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    }

    #[test]
    fn each_fact_holds_somewhere_and_not_everywhere() {
        for &fact in Fact::ALL {
            assert!(Facts::every().any(|facts| facts.hold(fact)), "{fact:?}");
            assert!(Facts::every().any(|facts| !facts.hold(fact)), "{fact:?}");
        }
    }
}
