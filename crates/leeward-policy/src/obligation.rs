use crate::{Role, set::Member};
use std::fmt;

/// What has to be done because access is permitted. A permit is only usable after each was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Obligation {
    /// The decision is recorded in the audit log. [`Policies`](crate::Policies) does it itself.
    Audit,
    /// People of this role are told, other than the requester.
    Notify(Role),
    /// Somebody reviews the access within this many hours.
    Review {
        /// Hours from the decision.
        within_hours: u16,
    },
}

impl Obligation {
    /// The canonical bytes: a code, and what goes with it.
    pub(crate) fn encode(self) -> [u8; 3] {
        match self {
            Self::Audit => [1, 0, 0],
            Self::Notify(role) => [2, 0, role.code()],
            Self::Review { within_hours } => {
                let [high, low] = within_hours.to_be_bytes();
                [3, high, low]
            }
        }
    }
}

impl fmt::Display for Obligation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Audit => f.write_str("audit"),
            Self::Notify(role) => write!(f, "notify {}", role.name()),
            Self::Review { within_hours } => write!(f, "review within {within_hours} h"),
        }
    }
}
