use leeward_event::*;
use leeward_store::{Batch, Expect, Space, Store, StoreError, Timestamp};
use pollster::block_on;
use ring::rand::SystemRandom;

const RECORD: Space = Space::public("test.record");

fn event(minute: i64) -> Event {
    let at = Timestamp::from_second(minute * 60).unwrap();
    Event::new(Action::RecordWritten, Actor::Unknown, at)
}

fn stage(store: &Store, events: &[Event]) {
    let mut batch = Batch::new();
    for event in events {
        event.stage(&mut batch, &SystemRandom::new()).unwrap();
    }
    block_on(store.commit(batch)).unwrap();
}

#[test]
fn events_come_out_in_the_order_they_were_committed() {
    let store = Store::memory().assume_sealed();
    let (a, b) = (event(5).outcome(Outcome::Failure), event(5).outcome(Outcome::Unknown));
    stage(&store, &[a, b]);
    stage(&store, &[event(5)]);
    stage(&store, &[event(6)]);
    let pending = block_on(outbox::pending(&store, 10)).unwrap();
    let events: Vec<_> = pending.iter().map(|staged| staged.event).collect();
    assert_eq!(events, [a, b, event(5), event(6)]);
    assert_eq!(block_on(outbox::pending(&store, 2)).unwrap().len(), 2);
}

#[test]
fn events_of_one_batch_keep_their_order() {
    let store = Store::memory().assume_sealed();
    let events = Action::ALL.iter().map(|action| Event::new(*action, Actor::Unknown, Timestamp::UNIX_EPOCH));
    let events: &Vec<_> = &events.collect();
    let rng = &SystemRandom::new();
    let staged = store.transact(|tx| async move {
        tx.stage(|batch| events.iter().try_for_each(|event| event.stage(batch, rng)))
    });
    block_on(staged).unwrap();
    let pending = block_on(outbox::pending(&store, 100)).unwrap();
    assert!(pending.iter().map(|staged| &staged.event).eq(events));
}

#[test]
fn a_page_holds_the_earliest_minutes_and_all_pages_every_event() {
    let store = Store::memory().assume_sealed();
    for minute in [9, 3, 3, 3, 1, 9] {
        stage(&store, &[event(minute)]);
    }
    let minutes = |limit| {
        let page = block_on(outbox::pending(&store, limit)).unwrap();
        assert!(page.is_sorted_by_key(|staged| staged.version));
        let mut minutes: Vec<_> = page.iter().map(|staged| staged.event.when().minutes()).collect();
        minutes.sort_unstable();
        minutes
    };
    assert_eq!(minutes(1), [1]);
    assert_eq!(minutes(3), [1, 3, 3]);
    assert_eq!(minutes(usize::MAX), [1, 3, 3, 3, 9, 9]);
}

#[test]
fn what_is_no_event_stops_the_drain() {
    let store = Store::memory().assume_sealed();
    stage(&store, &[event(1)]);
    for (bytes, later) in [(&[2; 61][..], true), (b"decayed", false)] {
        let mut batch = Batch::new();
        batch.put(outbox::OUTBOX.key(&[b"bad"]).unwrap(), Expect::Any, bytes);
        block_on(store.commit(batch)).unwrap();
        let error = block_on(outbox::pending(&store, 10)).unwrap_err();
        assert_eq!(matches!(error, EventError::UnknownVersion { version: 2 }), later, "{error}");
    }
}

#[test]
fn events_staged_in_several_steps_keep_their_order() {
    let store = Store::memory().assume_sealed();
    let (rng, events) = (&SystemRandom::new(), &[Outcome::Failure, Outcome::Unknown, Outcome::Success]);
    let staged = store.transact(|tx| async move {
        for outcome in events {
            tx.stage(|batch| event(1).outcome(*outcome).stage(batch, rng))?;
        }
        Ok::<_, EventError>(())
    });
    block_on(staged).unwrap();
    let pending = block_on(outbox::pending(&store, 10)).unwrap();
    assert_eq!(pending.iter().map(|staged| staged.event.how()).collect::<Vec<_>>(), events);
}

#[test]
fn the_event_of_a_change_that_did_not_happen_is_not_there() {
    let store = Store::memory().assume_sealed();
    let taken = RECORD.key(&[b"taken"]).unwrap();
    let mut first = Batch::new();
    first.put(taken.clone(), Expect::Absent, b"");
    block_on(store.commit(first)).unwrap();

    let mut second = Batch::new();
    second.put(taken, Expect::Absent, b"");
    event(1).stage(&mut second, &SystemRandom::new()).unwrap();
    assert!(block_on(store.commit(second)).unwrap_err().is_conflict());
    assert!(block_on(outbox::pending(&store, 10)).unwrap().is_empty());
}

#[test]
fn a_drained_event_cannot_be_drained_again() {
    let store = Store::memory().assume_sealed();
    stage(&store, &[event(1)]);
    let staged = block_on(outbox::pending(&store, 1)).unwrap().remove(0);
    let mut drain = Batch::new();
    drain.delete(staged.key, Expect::Exactly(staged.version));
    block_on(store.commit(drain.clone())).unwrap();
    assert!(block_on(store.commit(drain)).unwrap_err().is_conflict());
}

#[test]
fn events_are_not_stored_in_the_clear() {
    let mut batch = Batch::new();
    event(1).stage(&mut batch, &SystemRandom::new()).unwrap();
    let refused = block_on(Store::memory().commit(batch));
    assert!(matches!(refused, Err(StoreError::Unsealed { space: "event.outbox" })));
}
