//! Queries find what they should, in order, whatever the index says, and leave a trace.

use crate::support::{ORIGIN, now, open, outbox, reader};
use leeward_audit::{AuditError, AuditLog, Cursor, Found, LogEntry, Query, Reader};
use leeward_event::{
    Action, Actor, CoarseTime, Component, ConversationId, CorrelationId, Event, Outcome, Purpose, Reason,
    StaffId, Subject,
};
use leeward_store::{
    Batch, Expect, Scan, Space, Store, Timestamp,
    testing::{Call, Fault, Plan, at_every_call, run_until_stuck},
};
use pollster::block_on;
use proptest::prelude::*;
use ring::rand::SystemRandom;
use std::path::Path;
use tempfile::tempdir;

const INDEX: Space = Space::public("audit.index");

fn id(kind: u8, n: u64) -> [u8; 16] {
    let mut id = [0xC0 | kind; 16];
    id[8..].copy_from_slice(&n.to_be_bytes());
    id
}

fn staff(n: u64) -> Actor {
    Actor::Staff(StaffId::from_bytes(id(1, n)))
}

fn about(n: u64) -> Subject {
    Subject::Conversation(ConversationId::from_bytes(id(2, n)))
}

fn procedure(n: u64) -> CorrelationId {
    CorrelationId::from_bytes(id(3, n))
}

const ACTIONS: [Action; 3] = [Action::RecordRead, Action::AccessDecided, Action::RecordWritten];

fn at(minute: u64) -> Timestamp {
    now() + jiff_minutes(minute)
}

fn jiff_minutes(minutes: u64) -> std::time::Duration {
    std::time::Duration::from_secs(60 * minutes)
}

/// An event that many things can be asked of.
fn event(n: u64) -> Event {
    let mixed = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    let who = if mixed.is_multiple_of(17) { Actor::Unknown } else { staff(mixed % 7) };
    let mut event = Event::new(ACTIONS[mixed as usize % 3], who, at(n / 100));
    if !mixed.is_multiple_of(5) {
        event = event.about(about(mixed % 23));
    }
    if mixed.is_multiple_of(13) {
        event = event.outcome(Outcome::Failure);
    }
    if mixed.is_multiple_of(4) { event.correlation(procedure(mixed % 11)) } else { event }
}

/// Logs events, a hundred in a minute.
fn grow(store: &Store, log: &AuditLog, events: std::ops::Range<u64>) {
    let (mut start, end) = (events.start, events.end);
    while start < end {
        let next = end.min((start / 100 + 1) * 100);
        let mut batch = Batch::new();
        (start..next).for_each(|n| event(n).stage(&mut batch, &SystemRandom::new()).unwrap());
        block_on(store.commit(batch)).unwrap();
        block_on(log.drain(at(start / 100))).unwrap();
        start = next;
    }
}

/// Every page of a query, one after the other.
fn all(log: &AuditLog, query: &Query) -> Vec<u64> {
    let mut query = query.clone();
    let mut seen = Vec::new();
    loop {
        let Found { entries, next, .. } = block_on(log.query(&query, &reader(), now())).unwrap();
        seen.extend(entries.iter().map(|logged| logged.index));
        match next {
            // A cursor goes through the hands of others as a text.
            Some(next) => query = query.after(next.to_string().parse::<Cursor>().unwrap()),
            None => return seen,
        }
    }
}

#[derive(Clone, Debug)]
struct Asked {
    who: Option<u64>,
    whom: Option<u64>,
    what: Option<usize>,
    how: Option<bool>,
    within: Option<u64>,
    from: Option<u64>,
    until: Option<u64>,
    backward: bool,
    limit: usize,
}

impl Asked {
    fn query(&self) -> Query {
        let mut query = Query::new().limit(self.limit);
        if let Some(n) = self.who {
            query = query.by(if n == 7 { Actor::Unknown } else { staff(n) });
        }
        if let Some(n) = self.whom {
            query = query.about(about(n));
        }
        if let Some(n) = self.what {
            query = query.what(ACTIONS[n]);
        }
        if let Some(failed) = self.how {
            query = query.how(if failed { Outcome::Failure } else { Outcome::Success });
        }
        if let Some(n) = self.within {
            query = query.within(procedure(n));
        }
        if let Some(minute) = self.from {
            query = query.logged_from(CoarseTime::of(at(minute)));
        }
        if let Some(minute) = self.until {
            query = query.logged_until(CoarseTime::of(at(minute)));
        }
        if self.backward { query.newest_first() } else { query }
    }

    /// What it must find among the first events.
    fn expected(&self, size: u64) -> Vec<u64> {
        let holds = |n: &u64| {
            let (event, minute) = (event(*n), n / 100);
            self.who.is_none_or(|who| event.who() == if who == 7 { Actor::Unknown } else { staff(who) })
                && self.whom.is_none_or(|whom| event.whom() == Some(about(whom)))
                && self.what.is_none_or(|what| event.what() == ACTIONS[what])
                && self.how.is_none_or(|failed| (event.how() == Outcome::Failure) == failed)
                && self.within.is_none_or(|within| event.belongs_with() == Some(procedure(within)))
                && self.from.is_none_or(|from| minute >= from)
                && self.until.is_none_or(|until| minute < until)
        };
        let mut expected: Vec<u64> = (0..size).filter(holds).collect();
        if self.backward {
            expected.reverse();
        }
        expected
    }
}

fn asked() -> impl Strategy<Value = Asked> {
    let maybe = |range: std::ops::Range<u64>| prop::option::weighted(0.35, range);
    let first = (maybe(0..8), maybe(0..23), prop::option::weighted(0.3, 0..3_usize));
    let second = (prop::option::weighted(0.3, any::<bool>()), maybe(0..11), maybe(0..16), maybe(0..16));
    (first, second, any::<bool>(), prop::sample::select(vec![1_usize, 7, 100, 1_000])).prop_map(
        |((who, whom, what), (how, within, from, until), backward, limit)| Asked {
            who,
            whom,
            what,
            how,
            within,
            from,
            until,
            backward,
            limit,
        },
    )
}

/// One log without an index, one whose index ends in the middle, and one that is indexed.
fn logs(dir: &Path) -> Vec<(u64, AuditLog)> {
    [None, Some(700), Some(1_500)]
        .into_iter()
        .enumerate()
        .map(|(number, indexed)| {
            let store = leeward_test_store::store();
            let log = open(&store, &dir.join(number.to_string()));
            grow(&store, &log, 0..indexed.unwrap_or(0));
            if indexed.is_some() {
                block_on(log.index()).unwrap();
            }
            grow(&store, &log, indexed.unwrap_or(0)..1_500);
            (1_500, log)
        })
        .collect()
}

#[test]
fn queries_find_what_a_walk_over_all_events_finds() {
    let dir = tempdir().unwrap();
    let logs = logs(dir.path());
    let config = ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(asked in asked())| {
        for (size, log) in &logs {
            prop_assert_eq!(all(log, &asked.query()), asked.expected(*size));
        }
    });
}

#[test]
fn a_cursor_stays_good_while_the_log_grows() {
    let dir = tempdir().unwrap();
    let store = leeward_test_store::store();
    let log = open(&store, dir.path());
    let ask = |query: &Query| block_on(log.query(query, &reader(), now())).unwrap();
    let indices = |found: &Found| found.entries.iter().map(|logged| logged.index).collect::<Vec<_>>();
    grow(&store, &log, 0..600);
    for query in [Query::new().by(staff(3)).limit(10), Query::new().by(staff(3)).limit(10).newest_first()] {
        let size = block_on(log.size()).unwrap();
        let before = all(&log, &query);
        let first = ask(&query);
        // The log grows, and is indexed, between the pages.
        grow(&store, &log, size..size + 400);
        block_on(log.index()).unwrap();
        let rest = all(&log, &query.clone().after(first.next.unwrap()));
        let seen = [indices(&first), rest].concat();
        // What reading has left is by nobody of these.
        let old: Vec<_> = seen.iter().copied().filter(|index| *index < size).collect();
        assert_eq!(old, before);
        assert!(seen.windows(2).all(|pair| pair[0] != pair[1]));
    }
    let cursor = ask(&Query::new().limit(1)).next.unwrap();
    let other = block_on(log.query(&Query::new().by(staff(3)).after(cursor), &reader(), now()));
    assert!(matches!(other, Err(AuditError::Cursor)));
}

#[test]
fn an_index_that_hides_entries_is_found_and_made_anew() {
    let dir = tempdir().unwrap();
    let store = leeward_test_store::store();
    let log = open(&store, dir.path());
    grow(&store, &log, 0..800);
    block_on(log.publish(at(8))).unwrap();
    let indexed = block_on(log.index()).unwrap();
    assert_eq!((indexed.entries, indexed.size), (768, 800));
    let checked = block_on(log.check_index()).unwrap();
    assert_eq!((checked.signed, checked.indexed), (800, 768));
    let query = Query::new().about(about(7));
    let expected = all(&log, &query);

    let rows = block_on(store.scan(&Scan::all(INDEX.prefix(&[]).unwrap()).limit(1_000))).unwrap().items;
    let rows: Vec<_> = rows.into_iter().filter(|row| row.entry.value.len() == 33).collect();
    assert!(rows.len() > 90, "{}", rows.len());
    for row in rows.iter().step_by(7) {
        let (key, value) = (&row.key, &row.entry.value);
        let put = |value: Option<Vec<u8>>| {
            let mut batch = Batch::new();
            match value {
                Some(value) => batch.put(key.clone(), Expect::Any, value),
                None => batch.delete(key.clone(), Expect::Any),
            };
            block_on(store.commit(batch)).unwrap();
        };
        put(None);
        assert!(matches!(block_on(log.check_index()), Err(AuditError::Index { .. })), "{key:?}");
        // Rows that lead to entries of others find nothing more.
        put(Some([&[1][..], &[0xFF; 32]].concat()));
        block_on(log.check_index()).unwrap();
        assert_eq!(all(&log, &query), expected);
        put(Some(value.as_bytes().to_vec()));
    }
    let mut batch = Batch::new();
    for row in &rows {
        batch.delete(row.key.clone(), Expect::Any);
    }
    block_on(store.commit(batch)).unwrap();
    assert_ne!(all(&log, &query), expected);
    let first = block_on(log.check_index()).unwrap_err();
    assert!(matches!(first, AuditError::Index { index: 0 }));
    block_on(log.rebuild_index()).unwrap();
    block_on(log.check_index()).unwrap();
    assert_eq!(all(&log, &query), expected);
}

#[test]
fn keys_of_the_index_hold_no_identifier() {
    let dir = tempdir().unwrap();
    let store = leeward_test_store::store();
    let log = open(&store, dir.path());
    grow(&store, &log, 0..512);
    block_on(log.index()).unwrap();
    for row in block_on(store.scan(&Scan::all(INDEX.prefix(&[]).unwrap()).limit(1_000))).unwrap().items {
        let bytes = [row.key.segments().concat(), row.entry.value.as_bytes().to_vec()].concat();
        for id in (0..30).flat_map(|n| [1, 2, 3].map(|kind| id(kind, n))) {
            assert!(!bytes.windows(16).any(|window| window == id), "{:?}", row.key);
        }
    }
}

#[test]
fn every_read_is_an_event_about_whom_it_concerned() {
    let dir = tempdir().unwrap();
    let store = leeward_test_store::store();
    let log = open(&store, dir.path());
    grow(&store, &log, 0..50);
    let reader = Reader::new(staff(1), Purpose::Compliance).because(Reason::Requested).within(procedure(9));
    let read = || {
        let waiting = outbox(&store);
        let mut batch = Batch::new();
        for staged in &waiting {
            batch.delete(staged.key.clone(), Expect::Any);
        }
        block_on(store.commit(batch)).unwrap();
        let [staged] = &waiting[..] else { panic!("{waiting:?}") };
        staged.event
    };
    block_on(log.query(&Query::new().about(about(4)).limit(1_000), &reader, now())).unwrap();
    let expected = Event::new(Action::LogRead, staff(1), now())
        .detail(leeward_event::Detail::ReadAuditLog)
        .purpose(Purpose::Compliance)
        .reason(Reason::Requested)
        .correlation(procedure(9));
    assert_eq!(read(), expected.about(about(4)));
    block_on(log.query(&Query::new().by(staff(2)), &reader, now())).unwrap();
    assert_eq!(read(), expected);
    let n = (0..50).find(|n| event(*n).whom() == Some(about(4))).unwrap();
    block_on(log.read(n, &reader, now())).unwrap();
    assert_eq!(read(), expected.about(about(4)));
    block_on(log.read(50, &reader, now())).unwrap_err();
    assert_eq!(read(), expected.outcome(Outcome::Failure));
}

#[test]
fn nothing_is_told_when_the_read_cannot_be_recorded() {
    let dir = tempdir().unwrap();
    let clean = leeward_test_store::store();
    let log = open(&clean, dir.path());
    grow(&clean, &log, 0..50);
    for fault in [Fault::Refuse, Fault::LoseRequest, Fault::LoseAnswer, Fault::Conflict] {
        let plan = Plan::new();
        let log = open(&plan.over(&clean), dir.path());
        plan.add(1, Call::Commit, fault.clone());
        block_on(log.query(&Query::new(), &reader(), now())).unwrap_err();
        plan.add(1, Call::Commit, fault);
        block_on(log.read(3, &reader(), now())).unwrap_err();
        assert!(!plan.is_pending());
    }
}

#[test]
fn an_entry_that_names_others_than_its_event_is_refused() {
    let dir = tempdir().unwrap();
    let store = leeward_test_store::store();
    let log = open(&store, dir.path());
    grow(&store, &log, 0..20);
    let space = Space::sealed("audit.entry");
    let row = |n: u64| space.key(&[&n.to_be_bytes()]).unwrap();
    let (n, other) = (0..20_u64)
        .flat_map(|n| (0..20).map(move |other| (n, other)))
        .find(|(n, other)| event(*n).who() != event(*other).who())
        .unwrap();
    let entry = |n| block_on(log.read(n, &reader(), now())).unwrap().entry;
    let (LogEntry::Event(mine), LogEntry::Event(others)) = (entry(n), entry(other)) else { panic!() };
    let value = block_on(store.get(&row(n))).unwrap().unwrap().value.as_bytes().to_vec();
    let at = value.windows(16).position(|window| window == mine.actor().as_bytes()).unwrap();
    let forged = [&value[..at], others.actor().as_bytes(), &value[at + 16..]].concat();
    let mut batch = Batch::new();
    batch.put(row(n), Expect::Any, forged);
    block_on(store.commit(batch)).unwrap();
    let found = block_on(log.query(&Query::new().by(event(other).who()), &reader(), now()));
    assert!(matches!(found, Err(AuditError::Contradiction { .. })));
}

#[test]
fn indexing_goes_on_wherever_it_was_stopped() {
    let query = Query::new().by(staff(2));
    for fault in [Fault::Refuse, Fault::LoseAnswer, Fault::Conflict, Fault::HangBefore, Fault::HangAfter] {
        let runs = at_every_call(Call::Any, &fault, |plan| {
            let dir = tempdir().unwrap();
            let clean = Store::memory().assume_sealed();
            let log = open(&clean, dir.path());
            grow(&clean, &log, 0..300);
            let expected = all(&log, &query);
            let _ = run_until_stuck(async {
                AuditLog::open(&plan.over(&clean), dir.path(), ORIGIN).await?.index().await
            });
            assert_eq!(all(&log, &query), expected);
            block_on(log.index()).unwrap();
            assert_eq!(block_on(log.check_index()).unwrap().indexed, 256);
            assert_eq!(all(&log, &query), expected);
        });
        assert!(runs > if fault_is_conflict(&fault) { 0 } else { 8 }, "{runs}");
    }
}

fn fault_is_conflict(fault: &Fault) -> bool {
    matches!(fault, Fault::Conflict)
}

#[test]
fn indexers_that_race_leave_one_index() {
    let dir = tempdir().unwrap();
    let store = leeward_test_store::store();
    let log = open(&store, dir.path());
    grow(&store, &log, 0..1_100);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(block_on(log.index()).unwrap().entries, 1_024));
        }
    });
    block_on(log.check_index()).unwrap();
}

#[test]
fn futures_of_queries_can_be_sent() {
    fn send<T: Send>(future: T) -> T {
        future
    }
    let dir = tempdir().unwrap();
    let store = leeward_test_store::store();
    let log = open(&store, dir.path());
    drop(send(log.query(&Query::new(), &reader(), now())));
    drop(send(log.index()));
    drop(send(log.check_index()));
    drop(send(log.rebuild_index()));
    drop(send(log.sweep(about(1))));
    drop(send(log.shorten(leeward_audit::Keep::From(0), Actor::Component(Component::Audit), now())));
    drop(send(log.place_hold(procedure(1), Actor::Component(Component::Audit), now())));
}
