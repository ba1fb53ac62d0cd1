//! What was changed or moved does not open, and is not written over.

use crate::support::*;
use leeward_store::{
    Batch, Expect, Key, Scan, Store, StoreError,
    testing::{Call, Fault, Gate, Plan},
};
use proptest::prelude::*;

fn cannot_open<T: std::fmt::Debug>(result: Result<T, StoreError>, key: &Key) {
    match result {
        Err(StoreError::CannotOpen { key: named, .. }) => assert_eq!(&named, key),
        other => panic!("{key:?} came to {other:?}"),
    }
}

fn two_subjects() -> (Store, Store) {
    let (below, _, store) = sealed();
    for person in 1..=2 {
        put(&store, &note(person, 1), Expect::Absent, &[person]).unwrap();
        put(&store, &note(person, 2), Expect::Absent, &[person]).unwrap();
    }
    (below, store)
}

#[test]
fn a_ciphertext_opens_nowhere_else() {
    let (below, store) = two_subjects();
    let record = raw(&below, &note(1, 1));
    let other = OTHER.key(&[&subject(1).id_bytes(), &1_u64.to_be_bytes()]).unwrap();
    let with_subject = SECRET.key(&[&subject(1).id_bytes(), &1_u64.to_be_bytes()]).unwrap();
    put(&store, &with_subject, Expect::Absent, b"x").unwrap();
    for place in [note(1, 2), note(1, 3), note(2, 1), other, with_subject] {
        forge(&below, &place, record.as_bytes());
        cannot_open(get(&store, &place), &place);
    }
    assert_eq!(get(&store, &note(1, 1)).unwrap().unwrap(), [1]);
}

#[test]
fn a_row_of_keys_opens_nowhere_else() {
    let (below, store) = two_subjects();
    let rows = [raw(&below, &key_row(1)), raw(&below, &key_row(2))];
    forge(&below, &key_row(1), rows[1].as_bytes());
    cannot_open(get(&store, &note(1, 1)), &note(1, 1));
    cannot_open(put(&open(&below).seal(&below), &note(1, 3), Expect::Absent, b"x"), &key_row(1));
    // Put back, all is well: nothing was written over.
    forge(&below, &key_row(1), rows[0].as_bytes());
    assert_eq!(get(&store, &note(1, 1)).unwrap().unwrap(), [1]);
}

#[test]
fn damaged_or_missing_keys_are_not_replaced() {
    let (below, store) = two_subjects();
    let row = raw(&below, &key_row(1));
    forge(&below, &key_row(1), b"damaged");
    cannot_open(get(&store, &note(1, 1)), &note(1, 1));
    assert!(put(&store, &note(1, 3), Expect::Absent, b"x").is_err());
    assert_eq!(raw(&below, &key_row(1)).as_bytes(), b"damaged");
    let mut batch = Batch::new();
    batch.delete(key_row(1), Expect::Any);
    block_on(below.commit(batch)).unwrap();
    cannot_open(get(&store, &note(1, 1)), &note(1, 1));
    cannot_open(put(&store, &note(1, 1), Expect::Any, b"over"), &note(1, 1));
    forge(&below, &key_row(1), row.as_bytes());
    assert_eq!(get(&store, &note(1, 1)).unwrap().unwrap(), [1]);
}

#[test]
fn what_does_not_open_is_never_written_over() {
    let (below, store) = two_subjects();
    let mut damaged = raw(&below, &note(1, 1)).as_bytes().to_vec();
    *damaged.last_mut().unwrap() ^= 1;
    forge(&below, &note(1, 1), &damaged);
    cannot_open(put(&store, &note(1, 1), Expect::Any, b"over"), &note(1, 1));
    assert_eq!(raw(&below, &note(1, 1)).as_bytes(), damaged);
    assert!(matches!(put(&store, &note(1, 1), Expect::Absent, b"over"), Err(StoreError::Conflict(_))));
    // To remove it is allowed, and then the key is free.
    let mut batch = Batch::new();
    batch.delete(note(1, 1), Expect::Any);
    block_on(store.commit(batch)).unwrap();
    put(&store, &note(1, 1), Expect::Any, b"anew").unwrap();
    assert_eq!(get(&store, &note(1, 1)).unwrap().unwrap(), b"anew");
}

/// Between the look and the write, too.
#[test]
fn what_was_damaged_meanwhile_is_not_written_over_either() {
    let (below, vault, clean) = sealed();
    put(&clean, &note(1, 1), Expect::Absent, b"x").unwrap();
    let gate = Gate::new();
    let store = vault.seal(&Plan::new().nth(1, Call::Commit, Fault::HoldBefore(gate.clone())).over(&below));
    std::thread::scope(|scope| {
        let written = scope.spawn(|| put(&store, &note(1, 1), Expect::Any, b"over"));
        block_on(gate.reached());
        forge(&below, &note(1, 1), b"damaged");
        gate.open();
        cannot_open(written.join().unwrap(), &note(1, 1));
    });
    assert_eq!(raw(&below, &note(1, 1)).as_bytes(), b"damaged");
}

#[test]
fn wrapped_keys_of_one_row_do_not_stand_for_each_other() {
    let (below, vault, store) = sealed();
    put(&store, &note(1, 1), Expect::Absent, b"x").unwrap();
    block_on(vault.rekey(Some(subject(1)), BY, NOW)).unwrap();
    put(&store, &note(1, 2), Expect::Absent, b"x").unwrap();
    let mut row = raw(&below, &key_row(1)).as_bytes().to_vec();
    let (first, second) = row[4..].split_at_mut(151);
    first[47..].swap_with_slice(&mut second[47..]);
    forge(&below, &key_row(1), &row);
    let store = open(&below).seal(&below);
    for number in 1..=2 {
        cannot_open(get(&store, &note(1, number)), &note(1, number));
    }
}

#[test]
fn a_scan_names_what_does_not_open() {
    let (below, store) = two_subjects();
    forge(&below, &note(1, 2), b"rubbish");
    let scan = |person: u8| Scan::all(NOTE.prefix(&[&subject(person).id_bytes()]).unwrap());
    cannot_open(block_on(store.scan(&scan(1))), &note(1, 2));
    assert_eq!(block_on(store.scan(&scan(2))).unwrap().items.len(), 2);
}

/// A writer of the database can bring an older record of the same key back. Only what is outside of the
/// database, as a log with a witness, can tell.
#[test]
fn an_older_record_of_the_same_key_opens() {
    let (below, store) = two_subjects();
    let old = raw(&below, &note(1, 1));
    put(&store, &note(1, 1), Expect::Any, b"newer").unwrap();
    forge(&below, &note(1, 1), old.as_bytes());
    assert_eq!(get(&store, &note(1, 1)).unwrap().unwrap(), [1]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_change_of_a_record_goes_unnoticed(
        value in proptest::collection::vec(any::<u8>(), 0..200),
        at in any::<prop::sample::Index>(),
        bit in 0_u8..8,
        cut in any::<prop::sample::Index>(),
    ) {
        let (below, _, store) = sealed();
        put(&store, &note(1, 1), Expect::Absent, &value).unwrap();
        prop_assert_eq!(get(&store, &note(1, 1)).unwrap().unwrap(), value);
        let record = raw(&below, &note(1, 1)).as_bytes().to_vec();
        let mut flipped = record.clone();
        flipped[at.index(record.len())] ^= 1 << bit;
        forge(&below, &note(1, 1), &flipped);
        cannot_open(get(&store, &note(1, 1)), &note(1, 1));
        forge(&below, &note(1, 1), &record[..cut.index(record.len())]);
        cannot_open(get(&store, &note(1, 1)), &note(1, 1));
        forge(&below, &note(1, 1), &[&record[..], &[0]].concat());
        cannot_open(get(&store, &note(1, 1)), &note(1, 1));
    }

    #[test]
    fn no_change_of_a_row_of_keys_opens_anything_else(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let (below, _, store) = sealed();
        put(&store, &note(1, 1), Expect::Absent, b"x").unwrap();
        let mut row = raw(&below, &key_row(1)).as_bytes().to_vec();
        let at = at.index(row.len());
        row[at] ^= 1 << bit;
        forge(&below, &key_row(1), &row);
        // Counters and times are not authenticated; whatever else is changed shuts the record.
        match get(&open(&below).seal(&below), &note(1, 1)) {
            Ok(value) => prop_assert_eq!(value.unwrap(), b"x"),
            Err(StoreError::CannotOpen { key, .. }) => prop_assert_eq!(key, note(1, 1)),
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }
}
