mod cube;
mod known;
mod product;
mod side;
#[cfg(test)]
mod tests;

pub use known::Known;

use crate::{Effect, Filter, Obligation, Operation, PolicyHash, PolicySet, Purpose};
use cube::Cube;

/// What the rules leave to ask of each record, for one requester, operation and purpose.
///
/// ```
/// use leeward_policy::*;
/// let counsellor = Known::of_requester(Set::of(&[Fact::Counsellor, Fact::AalTwo]))?;
/// let read = Rule::permit("own").to(&[Operation::ReadMetadata]).all(&[Fact::Counsellor, Fact::Assigned]);
/// let conflict = Rule::deny("conflict").to(&[Operation::ReadMetadata]).all(&[Fact::ConflictOfInterest]);
/// let weak = Rule::deny("weak").to(&[Operation::ReadMetadata]).none(&[Fact::AalTwo]);
/// let suspended = Rule::deny("suspended").to(&[Operation::ReadMetadata]).all(&[Fact::Suspended]);
/// let rules = vec![read.obliging(&[Obligation::Audit]), conflict, weak, suspended];
/// let residual =
///     PolicySet::new(1, rules)?.residual(Operation::ReadMetadata, Purpose::Treatment, counsellor);
/// assert_eq!(residual.filter().to_string(), "assigned and not conflict-of-interest");
/// assert_eq!(residual.obligations(), [Obligation::Audit]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Residual {
    policy: PolicyHash,
    permits: Vec<Branch>,
    denies: Vec<Cube>,
}

/// What is left of a rule that permits.
#[derive(Clone, Debug)]
struct Branch {
    cubes: Vec<Cube>,
    obligations: Vec<Obligation>,
}

impl PolicySet {
    /// What is left to ask of each record, once what is known of the requester is taken as given: for lists
    /// that a database filters, so that pages and counts are right. A record is let through exactly when
    /// [`permits`](Self::permits) would, for the same rules are compiled.
    #[must_use]
    pub fn residual(&self, operation: Operation, purpose: Purpose, known: Known) -> Residual {
        let rules = self.rules().iter().filter(|rule| rule.applies_to(operation, purpose));
        let (permits, denies): (Vec<_>, Vec<_>) = rules.partition(|rule| rule.effect() == Effect::Permit);
        let branches = permits.into_iter().map(|rule| Branch {
            cubes: Cube::left_of(rule, known),
            obligations: rule.obligations().iter().collect(),
        });
        Residual {
            policy: self.hash(),
            permits: branches.filter(|branch| !branch.cubes.is_empty()).collect(),
            denies: denies.into_iter().flat_map(|rule| Cube::left_of(rule, known)).collect(),
        }
    }
}

impl Residual {
    /// The records that are permitted. Whoever lists them has to meet [`obligations`](Self::obligations).
    #[must_use]
    pub fn filter(&self) -> Filter {
        self.filter_meeting(|_| true)
    }

    /// The records that are permitted by rules whose obligations the caller meets, all of them for every
    /// record listed. A record that one rule permits under an obligation not met is left out, though another
    /// rule might permit it without: what is not understood denies.
    #[must_use]
    pub fn filter_meeting(&self, met: impl Fn(Obligation) -> bool) -> Filter {
        let (permitted, unmet): (Vec<&Branch>, Vec<&Branch>) =
            self.permits.iter().partition(|branch| branch.obligations.iter().all(|&one| met(one)));
        let denied = [cubes(&unmet), self.denies.clone()].concat();
        product::filter(cubes(&permitted), denied)
    }

    /// Everything that some record in the list may oblige to, each once. Of several
    /// [`Obligation::Mask`]s the caller keeps only what all of them leave, unless it looks at each record.
    #[must_use]
    pub fn obligations(&self) -> Vec<Obligation> {
        let mut found = Vec::new();
        for obligation in self.permits.iter().flat_map(|branch| &branch.obligations) {
            if !found.contains(obligation) {
                found.push(*obligation);
            }
        }
        found
    }

    /// Which rules it was made of.
    #[must_use]
    pub const fn policy(&self) -> PolicyHash {
        self.policy
    }
}

fn cubes(branches: &[&Branch]) -> Vec<Cube> {
    branches.iter().flat_map(|branch| branch.cubes.iter().copied()).collect()
}
