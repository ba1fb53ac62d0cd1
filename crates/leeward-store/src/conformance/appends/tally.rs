use std::fmt;

/// How many transactions of a history ended how. `Display` makes one line of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Transactions that only read, and were answered.
    pub read: usize,
    /// Those that wrote and were acknowledged.
    pub applied: usize,
    /// Those that other writers kept out.
    pub conflicts: usize,
    /// Those that failed, of either kind.
    pub refused: usize,
    /// Those that wrote and of which nobody was told how they ended.
    pub unknown: usize,
    /// How many of the last turned out to have been applied.
    pub unknown_applied: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read, applied, conflicts, refused, unknown, unknown_applied } = self;
        write!(
            f,
            "{applied} commits acknowledged, {read} reads, {conflicts} conflicts, {refused} refused, \
             {unknown} unknown of which {unknown_applied} applied"
        )
    }
}
