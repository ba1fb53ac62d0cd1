//! Whether a history is strictly serialisable: some order of its calls agrees both with real time and
//! with a store that does one after the other (Wing and Gong 1993, with Lowe's memory of states that
//! led nowhere).

use crate::Expect;
use std::{
    collections::{BTreeMap, HashSet},
    fmt,
};

/// The number of a key in a history.
pub(super) type Slot = usize;

/// One call: what was asked and answered, and when it began and ended on a common counter.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) task: u8,
    pub(super) began: u64,
    pub(super) ended: u64,
    pub(super) event: Event,
}

#[derive(Clone, Debug)]
pub(super) enum Event {
    Get { slot: Slot, found: Option<Row> },
    Scan { found: Vec<(Slot, Row)> },
    Commit { ops: Vec<(Slot, Expect, Effect)>, answer: Answer },
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Effect {
    Put(u64),
    Delete,
    Check,
}

#[derive(Clone, Debug)]
pub(super) enum Answer {
    Applied(u64),
    Refused(Vec<Slot>),
}

/// What a key holds: a version and a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Row {
    pub(super) version: u64,
    pub(super) value: u64,
}

/// What the model of a key remembers: the row, and the greatest version it ever had.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct Cell {
    row: Option<Row>,
    last: u64,
}

type Model = BTreeMap<Slot, Cell>;

/// Whether the history, of 64 calls at the most, has a serial order.
pub(super) fn is_strictly_serialisable(history: &[Call]) -> bool {
    let mut dead_ends = HashSet::new();
    search(history, 0, &Model::new(), &mut dead_ends)
}

fn search(history: &[Call], done: u64, model: &Model, dead_ends: &mut HashSet<(u64, Model)>) -> bool {
    let open = || (0_u32..).zip(history).filter(|(index, _)| !is_done(done, *index));
    let Some(first_end) = open().map(|(_, call)| call.ended).min() else { return true };
    if !dead_ends.insert((done, model.clone())) {
        return false;
    }
    // What began after another call ended cannot come before it.
    open().filter(|(_, call)| call.began < first_end).any(|(index, call)| {
        let next = apply(model, &call.event);
        next.is_some_and(|next| search(history, done | bit(index), &next, dead_ends))
    })
}

fn bit(index: u32) -> u64 {
    1_u64.checked_shl(index).unwrap_or(0)
}

fn is_done(done: u64, index: u32) -> bool {
    done & bit(index) != 0
}

/// The state after the event, unless its answer could not have been given in this state.
fn apply(model: &Model, event: &Event) -> Option<Model> {
    let holds = match event {
        Event::Get { slot, found } => row(model, *slot) == *found,
        Event::Scan { found } => {
            let rows = model.iter().filter_map(|(slot, cell)| cell.row.map(|row| (*slot, row)));
            rows.eq(found.iter().copied())
        }
        Event::Commit { ops, answer } => return commit(model, ops, answer),
    };
    holds.then(|| model.clone())
}

fn row(model: &Model, slot: Slot) -> Option<Row> {
    model.get(&slot).and_then(|cell| cell.row)
}

fn commit(model: &Model, ops: &[(Slot, Expect, Effect)], answer: &Answer) -> Option<Model> {
    let fails = |slot, expect| match expect {
        Expect::Any => false,
        Expect::Absent => row(model, slot).is_some(),
        Expect::Exactly(version) => row(model, slot).is_none_or(|row| row.version != version.get()),
    };
    let failing = ops.iter().filter(|(slot, expect, _)| fails(*slot, *expect)).map(|(slot, ..)| *slot);
    match answer {
        Answer::Refused(named) => {
            (!named.is_empty() && failing.eq(named.iter().copied())).then(|| model.clone())
        }
        Answer::Applied(_) if failing.count() > 0 => None,
        Answer::Applied(version) => write(model, ops, *version),
    }
}

fn write(model: &Model, ops: &[(Slot, Expect, Effect)], version: u64) -> Option<Model> {
    let mut model = model.clone();
    for (slot, _, effect) in ops {
        let cell = model.entry(*slot).or_default();
        match effect {
            Effect::Check => {}
            Effect::Delete => cell.row = None,
            Effect::Put(_) if version <= cell.last => return None,
            Effect::Put(value) => *cell = Cell { row: Some(Row { version, value: *value }), last: version },
        }
    }
    Some(model)
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{:>3} to {:>3}] task {}: {:?}", self.began, self.ended, self.task, self.event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(began: u64, ended: u64, event: Event) -> Call {
        Call { task: 0, began, ended, event }
    }

    fn put(value: u64, expect: Expect, answer: Answer) -> Event {
        Event::Commit { ops: vec![(0, expect, Effect::Put(value))], answer }
    }

    fn read(found: Option<(u64, u64)>) -> Event {
        Event::Get { slot: 0, found: found.map(|(version, value)| Row { version, value }) }
    }

    #[test]
    fn overlapping_calls_may_be_swapped_and_others_not() {
        let write = put(7, Expect::Absent, Answer::Applied(1));
        let overlapping = [call(0, 2, write.clone()), call(1, 3, read(None))];
        assert!(is_strictly_serialisable(&overlapping));
        let stale = [call(0, 1, write), call(2, 3, read(None))];
        assert!(!is_strictly_serialisable(&stale));
    }

    #[test]
    fn two_winners_have_no_order() {
        let winner = |value, version| put(value, Expect::Absent, Answer::Applied(version));
        assert!(!is_strictly_serialisable(&[call(0, 2, winner(7, 1)), call(1, 3, winner(8, 2))]));
        let loser = put(8, Expect::Absent, Answer::Refused(vec![0]));
        assert!(is_strictly_serialisable(&[call(0, 2, loser), call(1, 3, winner(7, 1))]));
    }

    #[test]
    fn a_version_that_comes_back_has_no_order() {
        let delete =
            Event::Commit { ops: vec![(0, Expect::Any, Effect::Delete)], answer: Answer::Applied(2) };
        let made = |version| put(7, Expect::Absent, Answer::Applied(version));
        let history = |version| [call(0, 1, made(1)), call(2, 3, delete.clone()), call(4, 5, made(version))];
        assert!(is_strictly_serialisable(&history(3)));
        assert!(!is_strictly_serialisable(&history(1)));
    }

    #[test]
    fn a_torn_scan_has_no_order() {
        let both = vec![(0, Expect::Any, Effect::Put(7)), (1, Expect::Any, Effect::Put(7))];
        let write = call(0, 3, Event::Commit { ops: both, answer: Answer::Applied(1) });
        let row = Row { version: 1, value: 7 };
        let scan = |found| call(1, 2, Event::Scan { found });
        assert!(is_strictly_serialisable(&[write.clone(), scan(vec![(0, row), (1, row)])]));
        assert!(!is_strictly_serialisable(&[write, scan(vec![(0, row)])]));
    }
}
