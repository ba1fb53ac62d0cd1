use super::{Id, List, Read};
use std::fmt;

/// Why a history has no strictly serial order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Anomaly {
    /// A test gave two transactions one id: it cannot be decided what became of them.
    #[error("two transactions are called {id}: give each client a number of its own")]
    Reused {
        /// The id.
        id: Id,
    },
    /// It was acknowledged, or somebody saw it, and it is not there.
    #[error("{id} was applied to list {list}, and is not there")]
    Lost {
        /// The transaction.
        id: Id,
        /// Where it is missing.
        list: List,
    },
    /// One part of it is there and another is not.
    #[error("{id} is in list {there} and not in list {missing}")]
    Torn {
        /// The transaction.
        id: Id,
        /// Where it is.
        there: List,
        /// Where it is not.
        missing: List,
    },
    /// It was applied more than once.
    #[error("{id} is in list {list} twice")]
    Twice {
        /// The transaction.
        id: Id,
        /// The list.
        list: List,
    },
    /// It found what it was about to append: it had been applied, and was tried again.
    #[error("{id} found itself in list {list} before it was applied")]
    SawItself {
        /// The transaction.
        id: Id,
        /// The list.
        list: List,
    },
    /// It was refused, and somebody saw it or it is there.
    #[error("{id} was refused, and was seen in list {list}")]
    RefusedAndThere {
        /// The transaction.
        id: Id,
        /// The list.
        list: List,
    },
    /// Nobody asked for this.
    #[error("{id} was seen in list {list}, and never was to be appended to it")]
    Unasked {
        /// What was seen.
        id: Id,
        /// The list.
        list: List,
    },
    /// A list was seen in two orders of which neither is the beginning of the other.
    #[error("a list was seen as {one} and as {other}")]
    Diverged {
        /// What it held.
        one: Read,
        /// What it held at another time.
        other: Read,
    },
    /// Each of these came before the next, and the last before the first.
    #[error("{shape}: {cycle}")]
    NoOrder {
        /// What is wrong with it, as the literature calls it.
        shape: Shape,
        /// The transactions.
        cycle: Cycle,
    },
}

/// The name of a cycle (Adya 1999; Kingsbury and Alvaro 2020).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Shape {
    /// Two wrote over the same state.
    #[error("lost update")]
    LostUpdate,
    /// One read some of what another wrote, and not all, or two states at once.
    #[error("read skew")]
    ReadSkew,
    /// Each read what the other was about to change.
    #[error("write skew")]
    WriteSkew,
    /// Two readers saw two writers in opposite order.
    #[error("long fork")]
    LongFork,
    /// Each saw what the other wrote, or wrote after it.
    #[error("circular information flow")]
    Circular,
    /// One did not see what had been applied before it began.
    #[error("stale read")]
    StaleRead,
    /// One came before another that had ended before it began.
    #[error("order against real time")]
    AgainstTime,
}

/// Why one transaction comes before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// It appended to a list, and the other next.
    Wrote,
    /// The other read what it appended.
    WasRead,
    /// It did not see what the other appended.
    Missed,
    /// It had ended when the other began.
    Ended,
}

/// Transactions, each with the reason why it comes before the next, and the last before the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle(pub Vec<(Id, Reason)>);

impl Cycle {
    /// `reads_only` says whether a transaction wrote nothing.
    pub(super) fn shape(&self, reads_only: impl Fn(Id) -> bool) -> Shape {
        let count = |reason| self.0.iter().filter(|step| step.1 == reason).count();
        let missed_by_readers =
            self.0.iter().filter(|step| step.1 == Reason::Missed).all(|step| reads_only(step.0));
        match (count(Reason::Missed), count(Reason::Ended)) {
            (0, 0) => Shape::Circular,
            (0, _) => Shape::AgainstTime,
            (_, 1..) => Shape::StaleRead,
            (1, 0) if count(Reason::WasRead) == 0 => Shape::LostUpdate,
            (1, 0) => Shape::ReadSkew,
            _ if missed_by_readers => Shape::LongFork,
            _ => Shape::WriteSkew,
        }
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let next = self.0.iter().cycle().skip(1);
        for (place, ((id, reason), (other, _))) in self.0.iter().zip(next).enumerate() {
            let between = if place == 0 { "" } else { ", " };
            match reason {
                Reason::Wrote => write!(f, "{between}{id} wrote before {other}")?,
                Reason::WasRead => write!(f, "{between}{id} was read by {other}")?,
                Reason::Missed => write!(f, "{between}{id} did not see {other}")?,
                Reason::Ended => write!(f, "{between}{id} ended before {other} began")?,
            }
        }
        Ok(())
    }
}
