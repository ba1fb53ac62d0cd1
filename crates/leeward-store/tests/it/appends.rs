//! The checker of long histories: it finds each anomaly by name, and lets legal histories pass.

use leeward_store::{
    Store,
    conformance::appends::{
        Anomaly, Ending, Event, History, Id, List, Read, Shape, Tally, lists_of, run_clients,
    },
    testing::{Call, Fault, Plan},
};
use pollster::block_on;
use std::sync::{
    Mutex,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

const A: List = List { generation: 0, slot: 0 };
const B: List = List { generation: 0, slot: 1 };

const fn id(number: u32) -> Id {
    Id { client: 1, number }
}

fn read(list: List, found: &[u32]) -> Read {
    Read { list, found: found.iter().map(|number| id(*number)).collect() }
}

/// One transaction of a history made by hand.
struct Tx {
    number: u32,
    from: u64,
    to: u64,
    ending: Ending,
    reads: Vec<Read>,
    appends: Vec<List>,
}

/// At the same time as all others, unless it is said when.
fn tx(number: u32, ending: Ending) -> Tx {
    Tx { number, from: 0, to: 100, ending, reads: Vec::new(), appends: Vec::new() }
}

fn ok(number: u32) -> Tx {
    tx(number, Ending::Applied)
}

impl Tx {
    fn read(mut self, list: List, found: &[u32]) -> Self {
        self.reads.push(read(list, found));
        self
    }

    fn append(mut self, list: List) -> Self {
        self.appends.push(list);
        self
    }

    fn during(mut self, from: u64, to: u64) -> Self {
        (self.from, self.to) = (from, to);
        self
    }
}

/// Checks a history that left these lists. It passes through lines, as one of another process does.
fn verdict(history: Vec<Tx>, a: &[u32], b: &[u32]) -> Result<(), Anomaly> {
    let mut noted = History::new();
    for tx in history {
        let (id, ending) = (id(tx.number), tx.ending);
        let began = Event::Began { id, at: tx.from, appends: tx.appends };
        let ended = Event::Ended { id, at: tx.to, ending, reads: tx.reads };
        for event in [began, ended] {
            noted.note(Event::from_line(&event.to_string()).unwrap());
        }
    }
    noted.check(&[read(A, a), read(B, b)]).map(drop)
}

/// The shape of the cycle that has to be found.
fn shape(history: Vec<Tx>, a: &[u32], b: &[u32]) -> Shape {
    match verdict(history, a, b) {
        Err(Anomaly::NoOrder { shape, cycle }) => {
            assert!(cycle.0.len() >= 2, "{cycle}");
            shape
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_serial_passes() {
    let history = vec![
        ok(1).read(A, &[]).append(A).during(1, 2),
        ok(2).read(A, &[1]).read(B, &[]).append(A).append(B).during(3, 4),
        ok(3).read(A, &[1, 2]).read(B, &[2]).during(5, 6),
        tx(4, Ending::Conflict).append(A).during(5, 7),
        tx(5, Ending::Refused).append(B).during(5, 7),
    ];
    assert_eq!(verdict(history, &[1, 2], &[2]), Ok(()));
}

#[test]
fn readers_at_the_same_time_may_see_either_state() {
    for found in [&[][..], &[1]] {
        let history = vec![ok(1).read(A, &[]).append(A).during(1, 9), ok(2).read(A, found).during(2, 8)];
        assert_eq!(verdict(history, &[1], &[]), Ok(()));
    }
}

#[test]
fn what_nobody_knows_may_be_there_or_not_and_late() {
    let unknown = || tx(1, Ending::Unknown).append(A).append(B).during(1, 2);
    assert_eq!(verdict(vec![unknown()], &[1], &[1]), Ok(()));
    assert_eq!(verdict(vec![unknown()], &[], &[]), Ok(()));
    let late = vec![unknown(), ok(2).read(A, &[]).during(5, 6)];
    assert_eq!(verdict(late, &[1], &[1]), Ok(()));
}

#[test]
fn a_lost_update_is_found() {
    let over = vec![ok(1).read(A, &[]).append(A), ok(2).read(A, &[]).append(A)];
    assert_eq!(verdict(over, &[2], &[]), Err(Anomaly::Lost { id: id(1), list: A }));
    let blind = vec![ok(1).read(A, &[]).append(A), ok(2).read(A, &[]).append(A)];
    assert_eq!(shape(blind, &[1, 2], &[]), Shape::LostUpdate);
}

#[test]
fn what_was_seen_and_vanished_is_found() {
    let vanished = vec![tx(1, Ending::Unknown).append(A), ok(2).read(A, &[1])];
    assert_eq!(verdict(vanished, &[], &[]), Err(Anomaly::Lost { id: id(1), list: A }));
    let seen = vec![ok(1).read(A, &[]).append(A), ok(2).read(A, &[]).append(A), ok(3).read(A, &[1])];
    assert!(matches!(verdict(seen, &[2], &[]), Err(Anomaly::Diverged { .. })));
}

#[test]
fn a_torn_commit_is_found() {
    let torn = || vec![tx(1, Ending::Unknown).append(A).append(B)];
    assert_eq!(verdict(torn(), &[1], &[]), Err(Anomaly::Torn { id: id(1), there: A, missing: B }));
    let acknowledged = vec![ok(1).append(A).append(B)];
    assert_eq!(verdict(acknowledged, &[], &[1]), Err(Anomaly::Torn { id: id(1), there: B, missing: A }));
}

#[test]
fn a_commit_applied_twice_is_found() {
    for ending in [Ending::Applied, Ending::Unknown] {
        let twice = vec![tx(1, ending).append(A)];
        assert_eq!(verdict(twice, &[1, 1], &[]), Err(Anomaly::Twice { id: id(1), list: A }));
    }
}

#[test]
fn a_commit_that_is_tried_again_after_it_was_applied_is_found() {
    let again = vec![ok(1).read(A, &[1]).append(A)];
    assert_eq!(verdict(again, &[1], &[]), Err(Anomaly::SawItself { id: id(1), list: A }));
}

#[test]
fn a_refused_commit_that_is_there_or_was_read_is_found() {
    for ending in [Ending::Conflict, Ending::Refused] {
        let there = vec![tx(1, ending).append(A)];
        let found = Err(Anomaly::RefusedAndThere { id: id(1), list: A });
        assert_eq!(verdict(there, &[1], &[]), found);
        let dirty = vec![tx(1, ending).append(A), ok(2).read(A, &[1])];
        assert_eq!(verdict(dirty, &[], &[]), found);
        let between = vec![tx(1, ending).append(A), ok(2).read(A, &[1]), ok(3).append(A)];
        assert_eq!(verdict(between, &[3], &[]), found);
    }
}

#[test]
fn what_nobody_asked_for_is_found() {
    let elsewhere = vec![ok(1).append(A)];
    assert_eq!(verdict(elsewhere, &[1], &[1]), Err(Anomaly::Unasked { id: id(1), list: B }));
    assert_eq!(verdict(vec![], &[7], &[]), Err(Anomaly::Unasked { id: id(7), list: A }));
}

#[test]
fn half_a_commit_that_was_read_is_found() {
    let half = vec![ok(1).append(A).append(B), ok(2).read(A, &[1]).read(B, &[])];
    assert_eq!(shape(half, &[1], &[1]), Shape::ReadSkew);
}

#[test]
fn a_stale_read_is_found() {
    let stale = vec![ok(1).append(A).during(1, 2), ok(2).read(A, &[]).during(3, 4)];
    assert_eq!(shape(stale, &[1], &[]), Shape::StaleRead);
    let by_way_of_others = vec![
        ok(1).append(A).during(1, 2),
        ok(2).append(B).during(3, 4),
        ok(3).read(B, &[]).append(A).during(3, 9),
        ok(4).read(A, &[1]).during(5, 6),
    ];
    assert_eq!(shape(by_way_of_others, &[1, 3], &[2]), Shape::StaleRead);
}

#[test]
fn writes_in_the_wrong_order_of_time_are_found() {
    let backward = vec![ok(1).append(A).during(1, 2), ok(2).append(A).during(3, 4)];
    assert_eq!(shape(backward, &[2, 1], &[]), Shape::AgainstTime);
}

#[test]
fn a_long_fork_is_found() {
    let fork = vec![
        ok(1).append(A),
        ok(2).append(B),
        ok(3).read(A, &[1]).read(B, &[]),
        ok(4).read(A, &[]).read(B, &[2]),
    ];
    assert_eq!(shape(fork, &[1], &[2]), Shape::LongFork);
}

#[test]
fn write_skew_is_found() {
    let skew = vec![ok(1).read(A, &[]).read(B, &[]).append(A), ok(2).read(A, &[]).read(B, &[]).append(B)];
    assert_eq!(shape(skew, &[1], &[2]), Shape::WriteSkew);
}

#[test]
fn a_circle_of_information_is_found() {
    let circle = vec![ok(1).read(B, &[2]).append(A), ok(2).read(A, &[1]).append(B)];
    assert_eq!(shape(circle, &[1], &[2]), Shape::Circular);
}

#[test]
fn an_id_that_two_clients_use_is_found() {
    let twice = vec![ok(1).append(A), tx(1, Ending::Conflict).append(A)];
    assert_eq!(verdict(twice, &[1], &[]), Err(Anomaly::Reused { id: id(1) }));
}

#[test]
fn an_anomaly_says_what_was_seen() {
    let stale = vec![ok(1).append(A).during(1, 2), ok(2).read(A, &[]).during(3, 4)];
    let said = verdict(stale, &[1], &[]).unwrap_err().to_string();
    assert_eq!(said, "stale read: 1.1 ended before 1.2 began, 1.2 did not see 1.1");
}

/// Each of a hundred thousand transactions reads two lists and appends to one or both.
#[test]
fn a_hundred_thousand_transactions_are_decided() {
    let mut history = History::new();
    let mut lists: Vec<Read> =
        (0..8_000).map(|slot| Read { list: List { generation: 0, slot }, found: vec![] }).collect();
    for number in 0..100_000_u32 {
        let chosen = [number % 8_000, (number * 7 + 1) % 8_000].map(|slot| slot as usize);
        let reads = chosen.map(|slot| lists[slot].clone());
        let appends = chosen[..if number % 2 == 0 { 2 } else { 1 }].to_vec();
        let asked = appends.iter().map(|slot| lists[*slot].list).collect();
        history.note(Event::Began { id: id(number), at: number.into(), appends: asked });
        appends.iter().for_each(|slot| lists[*slot].found.push(id(number)));
        let reads = reads.to_vec();
        history.note(Event::Ended {
            id: id(number),
            at: u64::from(number) + 3,
            ending: Ending::Applied,
            reads,
        });
    }
    let tally = history.check(&lists).unwrap();
    assert_eq!((tally.applied, tally.unknown), (100_000, 0));
    lists[17].found.pop();
    assert!(matches!(history.check(&lists), Err(Anomaly::Lost { .. } | Anomaly::Torn { .. })));
}

/// What four clients said over a store whose every seventh commit meets the fault, and what they left.
fn under(fault: &Fault, steps: usize) -> (Vec<Event>, Vec<Read>) {
    let clean = Store::memory();
    let faults = (1..=steps).map(|number| number * 7);
    let plan = faults.fold(Plan::new(), |plan, nth| plan.nth(nth, Call::Commit, fault.clone()));
    let (ticks, taken, said) = (AtomicU64::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let clock = || ticks.fetch_add(1, Ordering::SeqCst);
    let tell = |event| said.lock().unwrap().push(event);
    let goes_on = |_| taken.fetch_add(1, Ordering::SeqCst) < steps;
    run_clients(&plan.over(&clean), 0..4, 11, &clock, &tell, &goes_on).unwrap();
    (said.into_inner().unwrap(), block_on(lists_of(&clean)).unwrap())
}

fn decide(said: &[Event], left: &[Read]) -> Result<Tally, Anomaly> {
    let mut history = History::new();
    said.iter().cloned().for_each(|event| history.note(event));
    history.check(left)
}

#[test]
fn lost_answers_and_requests_double_and_lose_nothing() {
    for (fault, applied) in [(Fault::LoseAnswer, true), (Fault::LoseRequest, false)] {
        let (said, left) = under(&fault, 600);
        let tally = decide(&said, &left).unwrap();
        assert!(tally.unknown >= 10 && tally.applied >= 100, "{fault:?}: {tally}");
        assert_eq!(tally.unknown_applied > 0, applied, "{fault:?}: {tally}");
    }
}

/// One append that is missing, doubled, or moved, in a history that is fine without that.
#[test]
fn every_single_change_of_what_is_left_is_found() {
    let (said, left) = under(&Fault::Delay(1), 80);
    decide(&said, &left).unwrap();
    for list in 0..left.len() {
        for place in 0..left[list].found.len() {
            let changed = |change: fn(&mut Vec<Id>, usize)| {
                let mut left = left.clone();
                change(&mut left[list].found, place);
                decide(&said, &left)
            };
            assert!(changed(|found, place| _ = found.remove(place)).is_err());
            assert!(changed(|found, place| found.insert(place, found[place])).is_err());
            assert!(place == 0 || changed(|found, place| found.swap(place - 1, place)).is_err());
        }
    }
}

/// Whoever appended says that it had not seen the last one before it, or had seen itself.
#[test]
fn every_single_change_of_what_an_appender_saw_is_found() {
    let (mut said, left) = under(&Fault::Delay(1), 80);
    let mut changes = 0;
    for place in 0..said.len() {
        let whole = said[place].clone();
        let Event::Ended { id, ending: Ending::Applied, reads, .. } = &whole else { continue };
        for (index, read) in reads.iter().enumerate() {
            let after = left.iter().find(|left| left.list == read.list).map(|left| &left.found);
            let Some(after) = after.filter(|after| after.get(read.found.len()) == Some(id)) else { continue };
            for seen in [read.found.len().checked_sub(1), Some(read.found.len() + 1)].into_iter().flatten() {
                let mut changed = whole.clone();
                if let Event::Ended { reads, .. } = &mut changed {
                    reads[index].found = after[..seen].to_vec();
                }
                said[place] = changed;
                assert!(decide(&said, &left).is_err(), "{id} in {}", read.list);
                changes += 1;
            }
        }
        said[place] = whole;
    }
    assert!(changes > 25, "{changes}");
}
