use super::side::is_of_requester;
use crate::{Fact, Facts, FilterError, Set};

/// What is known before any record is looked at: who asks, how they signed in, and whatever else is the
/// same for the whole list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    holds: Set<Fact>,
    decided: Set<Fact>,
}

impl Known {
    /// These facts about the requester hold, and no others about the requester do. Facts that the service
    /// defines are left to each record.
    ///
    /// # Errors
    /// [`FilterError::NotOfRequester`] for a fact about a record.
    pub fn of_requester(holds: Set<Fact>) -> Result<Self, FilterError> {
        match holds.iter().find(|fact| !is_of_requester(*fact)) {
            Some(fact) => Err(FilterError::NotOfRequester { fact }),
            None => Ok(Self { holds, decided: of_requester() }),
        }
    }

    /// The facts about the requester among all facts about one of their requests.
    #[must_use]
    pub fn from_facts(facts: Facts) -> Self {
        Self { holds: facts.as_set().and(of_requester()), decided: of_requester() }
    }

    /// A fact holds, or does not, of every record of the list: one that the service defines about
    /// requesters, or, in a list of closed conversations, [`Fact::Closed`].
    #[must_use]
    pub fn with(self, fact: Fact, holds: bool) -> Self {
        Self { holds: self.holds.with_if(fact, holds), decided: self.decided.with(fact) }
    }

    /// What holds.
    #[must_use]
    pub const fn holds(self) -> Set<Fact> {
        self.holds
    }

    /// What is known to hold or not to hold.
    #[must_use]
    pub const fn decided(self) -> Set<Fact> {
        self.decided
    }
}

fn of_requester() -> Set<Fact> {
    let facts = Fact::ALL.iter().copied().filter(|fact| is_of_requester(*fact));
    facts.fold(Set::EMPTY, Set::with)
}
