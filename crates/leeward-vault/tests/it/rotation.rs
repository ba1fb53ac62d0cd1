//! New key-encryption keys and new root keys.

use crate::support::*;
use leeward_event::{Action, Reason};
use leeward_store::{
    Expect, Store, StoreError,
    testing::{Call, Fault, Gate, Plan},
};
use leeward_vault::{Index, KeyPurpose, MemoryKey, Vault, VaultError};
use std::sync::atomic::{AtomicBool, Ordering};

const OTHER_ROOT: [u8; 32] = [8; 32];

fn rotate(vault: &Vault) {
    block_on(vault.rotate(KeyPurpose::Records, BY, NOW)).unwrap();
}

/// Where the version of the key-encryption key stands in a row with one data key and no holds.
fn kek_version(below: &Store, person: u8) -> u32 {
    let row = raw(below, &key_row(person));
    u32::from_be_bytes(row.as_bytes()[21..25].try_into().unwrap())
}

fn keks(below: &Store) -> u8 {
    raw(below, &KEYRING.key(&[]).unwrap()).as_bytes()[34]
}

#[test]
fn rotation_wraps_rows_anew_and_leaves_records_alone() {
    let (below, vault, store) = sealed();
    // More than one page of rows.
    for person in 0..=250 {
        put(&store, &note(person, 1), Expect::Absent, &[person]).unwrap();
    }
    let before = dump(&below, NOTE);
    rotate(&vault);
    let after = dump(&below, NOTE);
    assert!(before.iter().zip(&after).all(|(a, b)| a.entry.version == b.entry.version));
    assert!((0..=250).all(|person| kek_version(&below, person) == 2));
    assert_eq!(keks(&below), 2, "the old one is gone");
    for handle in [&store, &open(&below).seal(&below)] {
        for person in 0..=250 {
            assert_eq!(get(handle, &note(person, 1)).unwrap().unwrap(), [person]);
        }
    }
    assert_eq!(actions(&store), [Action::KeyRotated, Action::KeyRotated]);
}

#[test]
fn a_rotation_can_stop_at_every_step_and_go_on() {
    let (below, vault, store) = sealed();
    for person in 0..150 {
        put(&store, &note(person, 1), Expect::Absent, &[person]).unwrap();
    }
    assert!(block_on(vault.begin_rotation(KeyPurpose::Records, BY, NOW)).unwrap());
    assert!(!block_on(vault.begin_rotation(KeyPurpose::Records, BY, NOW)).unwrap());
    let finished = block_on(vault.finish_rotation(KeyPurpose::Records, BY, NOW));
    assert!(matches!(finished, Err(VaultError::StillInUse { rows: 151 })), "{finished:?}");
    let step = block_on(vault.rewrap(KeyPurpose::Records, None)).unwrap();
    assert!(step.rows == 100 && step.next.is_some(), "the service has a row, too: {step:?}");
    // Another process goes on, without the cursor.
    let other = open(&below);
    put(&other.seal(&below), &note(200, 1), Expect::Absent, &[200]).unwrap();
    assert_eq!(kek_version(&below, 200), 2);
    rotate(&other);
    assert_eq!(keks(&below), 2);
    assert_eq!(get(&store, &note(149, 1)).unwrap().unwrap(), [149]);
    assert_eq!(get(&store, &note(200, 1)).unwrap().unwrap(), [200]);
    // The first process meets the new keyring when it makes a key.
    put(&store, &note(201, 1), Expect::Absent, &[201]).unwrap();
    assert_eq!(kek_version(&below, 201), 2);
}

struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn others_write_and_make_keys_during_rotations() {
    let (below, vault, store) = sealed();
    let elsewhere = open(&below).seal(&below);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for (writer, handle) in [(0_u8, &store), (100, &elsewhere)] {
            let done = &done;
            scope.spawn(move || {
                for round in 0..1_000_000_u64 {
                    let person = writer + u8::try_from(round % 100).unwrap();
                    put(handle, &note(person, round), Expect::Absent, &[person]).unwrap();
                    if done.load(Ordering::SeqCst) {
                        return;
                    }
                }
            });
        }
        // However this ends, the writers end, too.
        let _end = SetOnDrop(&done);
        for _ in 0..10 {
            rotate(&vault);
        }
    });
    let reader = open(&below).seal(&below);
    for item in dump(&below, NOTE) {
        assert!(get(&reader, &item.key).unwrap().is_some());
    }
    assert_eq!(keks(&below), 2);
}

/// Between the look and the write of a step: an erasure stays, and so does a new data key.
#[test]
fn a_step_of_a_rotation_takes_nothing_back() {
    let (below, other, store) = sealed();
    for person in 1..=3 {
        put(&store, &note(person, 1), Expect::Absent, &[person]).unwrap();
    }
    let plan = Plan::new();
    let vault = block_on(Vault::open_with(&plan.over(&below), root(), options())).unwrap();
    assert!(block_on(vault.begin_rotation(KeyPurpose::Records, BY, NOW)).unwrap());
    let gate = Gate::new();
    plan.add(1, Call::Commit, Fault::HoldBefore(gate.clone()));
    std::thread::scope(|scope| {
        let step = scope.spawn(|| block_on(vault.rewrap(KeyPurpose::Records, None)));
        block_on(gate.reached());
        block_on(other.erase(subject(1), BY, Reason::Requested, NOW)).unwrap();
        block_on(other.rekey(Some(subject(2)), BY, NOW)).unwrap();
        put(&store, &note(2, 2), Expect::Absent, &[2]).unwrap();
        gate.open();
        step.join().unwrap().unwrap();
    });
    assert!(matches!(get(&store, &note(1, 1)), Err(StoreError::Erased { .. })));
    assert_eq!(raw(&below, &key_row(1)).len(), 10);
    block_on(vault.finish_rotation(KeyPurpose::Records, BY, NOW)).unwrap();
    let reader = open(&below).seal(&below);
    for key in [note(2, 1), note(2, 2)] {
        assert_eq!(get(&reader, &key).unwrap().unwrap(), [2]);
    }
    assert_eq!(get(&reader, &note(3, 1)).unwrap().unwrap(), [3]);
}

/// Between a reader's look at a row and its look at the keyring: what it meets is no damage.
#[test]
fn a_reader_that_a_rotation_overtakes_reads_the_row_again() {
    let (below, rotating, store) = sealed();
    put(&store, &note(1, 1), Expect::Absent, b"x").unwrap();
    let plan = Plan::new();
    let slow = block_on(Vault::open_with(&plan.over(&below), root(), options())).unwrap();
    let gate = Gate::new();
    // The entry is read first, and then the row of its keys.
    plan.add(2, Call::Get, Fault::HoldAfter(gate.clone()));
    let reader = slow.seal(&plan.over(&below));
    std::thread::scope(|scope| {
        let read = scope.spawn(|| get(&reader, &note(1, 1)));
        block_on(gate.reached());
        rotate(&rotating);
        // The same process meets the new keyring.
        put(&slow.seal(&below), &note(2, 1), Expect::Absent, b"y").unwrap();
        gate.open();
        assert_eq!(read.join().unwrap().unwrap().unwrap(), b"x");
    });
}

#[test]
fn each_purpose_rotates_alone() {
    let (below, vault, store) = sealed();
    let index = Index { tenant: b"", space: "t.note", field: "phone", name: "all", version: 1, bits: 32 };
    let before = block_on(vault.blind_index(&index)).unwrap().tag(b"1").unwrap();
    put(&store, &note(1, 1), Expect::Absent, b"x").unwrap();
    block_on(vault.rotate(KeyPurpose::Indexes, BY, NOW)).unwrap();
    assert_eq!(kek_version(&below, 1), 1);
    let after = block_on(open(&below).blind_index(&index)).unwrap().tag(b"1").unwrap();
    assert_eq!(before, after);
}

#[test]
fn a_row_that_does_not_unwrap_keeps_the_old_key() {
    let (below, vault, store) = sealed();
    for person in 1..=2 {
        put(&store, &note(person, 1), Expect::Absent, b"x").unwrap();
    }
    let row = raw(&below, &key_row(1));
    let mut damaged = row.as_bytes().to_vec();
    *damaged.last_mut().unwrap() ^= 1;
    forge(&below, &key_row(1), &damaged);
    for _ in 0..2 {
        let stopped = block_on(vault.rotate(KeyPurpose::Records, BY, NOW));
        let Err(VaultError::Store(StoreError::CannotOpen { key, .. })) = stopped else { panic!() };
        assert_eq!(key, key_row(1));
        assert_eq!(raw(&below, &key_row(1)).as_bytes(), damaged);
    }
    forge(&below, &key_row(1), row.as_bytes());
    rotate(&vault);
    assert_eq!(get(&store, &note(1, 1)).unwrap().unwrap(), b"x");
}

#[test]
fn after_a_new_root_key_the_old_one_opens_nothing() {
    let (below, vault, store) = sealed();
    put(&store, &note(1, 1), Expect::Absent, b"x").unwrap();
    let elsewhere = open(&below);
    block_on(vault.rotate_root(MemoryKey::from_bytes(&OTHER_ROOT), BY, NOW)).unwrap();
    assert!(matches!(block_on(Vault::open(&below, root())), Err(VaultError::WrongRootKey)));
    let anew = block_on(Vault::open(&below, MemoryKey::from_bytes(&OTHER_ROOT))).unwrap();
    assert_eq!(get(&anew.seal(&below), &note(1, 1)).unwrap().unwrap(), b"x");
    // Who had it open goes on, but cannot rotate with the root key of before.
    put(&elsewhere.seal(&below), &note(2, 1), Expect::Absent, b"y").unwrap();
    assert_eq!(get(&store, &note(2, 1)).unwrap().unwrap(), b"y");
    let stopped = block_on(elsewhere.rotate(KeyPurpose::Records, BY, NOW));
    assert!(matches!(stopped, Err(VaultError::WrongRootKey)), "{stopped:?}");
    rotate(&vault);
    assert_eq!(get(&anew.seal(&below), &note(2, 1)).unwrap().unwrap(), b"y");
}
