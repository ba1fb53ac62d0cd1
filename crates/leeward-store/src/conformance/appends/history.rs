use super::{Anomaly, Ending, Event, Id, List, Read, Tally, order};
use std::collections::BTreeMap;

/// What all clients said.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub(super) transactions: BTreeMap<Id, Transaction>,
    /// An id that two transactions had, which would hide what became of one.
    pub(super) reused: Option<Id>,
}

#[derive(Clone, Debug)]
pub(super) struct Transaction {
    pub(super) began: u64,
    /// None while nobody was told that it ended: then it may take effect at any later time.
    pub(super) ended: Option<u64>,
    pub(super) ending: Ending,
    pub(super) appends: Vec<List>,
    pub(super) reads: Vec<Read>,
}

impl History {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what a client said. The beginning of a transaction comes before its end; other than that,
    /// the order does not matter. One that was never said to end has an unknown outcome.
    pub fn note(&mut self, event: Event) {
        match event {
            Event::Began { id, at, appends } => self.begin(id, at, appends),
            Event::Ended { id, at, ending, reads } => {
                if let Some(transaction) = self.transactions.get_mut(&id) {
                    transaction.ending = ending;
                    transaction.ended = (ending != Ending::Unknown).then_some(at);
                    transaction.reads = reads;
                }
            }
        }
    }

    fn begin(&mut self, id: Id, began: u64, appends: Vec<List>) {
        let transaction =
            Transaction { began, ended: None, ending: Ending::Unknown, appends, reads: Vec::new() };
        if self.transactions.insert(id, transaction).is_some() {
            self.reused = Some(id);
        }
    }

    /// Whether the history and the lists that it `left` allow a strictly serial order, and how many
    /// transactions ended how. `left` was read when all clients had ended.
    ///
    /// # Errors
    /// The first [`Anomaly`] found.
    pub fn check(&self, left: &[Read]) -> Result<Tally, Anomaly> {
        let there = order::decide(self, left)?;
        let mut tally = Tally::default();
        for (id, transaction) in &self.transactions {
            let writes = !transaction.appends.is_empty();
            match transaction.ending {
                Ending::Applied if writes => tally.applied = tally.applied.saturating_add(1),
                Ending::Applied => tally.read = tally.read.saturating_add(1),
                Ending::Conflict => tally.conflicts = tally.conflicts.saturating_add(1),
                Ending::Refused => tally.refused = tally.refused.saturating_add(1),
                Ending::Unknown if writes => {
                    tally.unknown = tally.unknown.saturating_add(1);
                    let applied = usize::from(there.contains(id));
                    tally.unknown_applied = tally.unknown_applied.saturating_add(applied);
                }
                Ending::Unknown => {}
            }
        }
        Ok(tally)
    }
}
