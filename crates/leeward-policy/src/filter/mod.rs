mod error;
mod rows;
pub(crate) mod sql;

pub use error::FilterError;
pub use rows::{RowFilter, RowPredicates};

use crate::{Fact, Set, set::Member};
use std::fmt;

/// Which records of a list somebody may have: a condition on facts about each record.
///
/// [`PolicySet::residual`](crate::PolicySet::residual) makes it; [`SqlMapping`](crate::SqlMapping) and
/// [`RowPredicates`] carry it out where the records are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Every record.
    All,
    /// No record.
    Nothing,
    /// Records of which a fact holds.
    Is(Fact),
    /// Records that the other does not let through.
    Not(Box<Self>),
    /// Records that each of these lets through.
    And(Vec<Self>),
    /// Records that one of these lets through.
    Or(Vec<Self>),
}

impl Filter {
    /// Whether it lets a record through of which these facts hold, and no others.
    #[must_use]
    pub fn matches(&self, facts: Set<Fact>) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Is(fact) => facts.contains(*fact),
            Self::Not(other) => !other.matches(facts),
            Self::And(parts) => parts.iter().all(|part| part.matches(facts)),
            Self::Or(parts) => parts.iter().any(|part| part.matches(facts)),
        }
    }

    /// The facts it asks of a record.
    #[must_use]
    pub fn facts(&self) -> Set<Fact> {
        match self {
            Self::All | Self::Nothing => Set::EMPTY,
            Self::Is(fact) => Set::EMPTY.with(*fact),
            Self::Not(other) => other.facts(),
            Self::And(parts) | Self::Or(parts) => {
                parts.iter().fold(Set::EMPTY, |facts, part| facts.or(part.facts()))
            }
        }
    }
}

/// For people who review a policy: `assigned and not conflict-of-interest`.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Nothing => f.write_str("nothing"),
            Self::Is(fact) => f.write_str(fact.name()),
            Self::Not(other) => write!(f, "not {}", Inner(other)),
            Self::And(parts) => joined(f, parts, " and "),
            Self::Or(parts) => joined(f, parts, " or "),
        }
    }
}

struct Inner<'a>(&'a Filter);

impl fmt::Display for Inner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Filter::And(_) | Filter::Or(_) => write!(f, "({})", self.0),
            other => other.fmt(f),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Filter], word: &str) -> fmt::Result {
    parts.iter().enumerate().try_for_each(|(at, part)| {
        let word = if at == 0 { "" } else { word };
        write!(f, "{word}{}", Inner(part))
    })
}
