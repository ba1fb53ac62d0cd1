//! Decoys that tell when they are opened.

use crate::support::*;
use leeward_event::{Action, Actor, outbox};
use leeward_store::{Batch, Expect, Scan, StoreError};
use leeward_vault::VaultError;

#[test]
fn opening_a_canary_fails_and_leaves_an_event() {
    let (_, vault, store) = sealed();
    put(&store, &note(1, 1), Expect::Absent, b"x").unwrap();
    block_on(vault.plant_canary(&note(1, 2), b"decoy")).unwrap();
    assert!(actions(&store).is_empty());
    assert!(matches!(get(&store, &note(1, 2)), Err(StoreError::CannotOpen { .. })));
    let scan = Scan::all(NOTE.prefix(&[]).unwrap());
    assert!(matches!(block_on(store.scan(&scan)), Err(StoreError::CannotOpen { .. })));
    assert!(matches!(put(&store, &note(1, 2), Expect::Any, b"over"), Err(StoreError::CannotOpen { .. })));
    assert_eq!(actions(&store), [Action::CanaryOpened; 3]);
    let event = block_on(outbox::pending(&store, 1)).unwrap()[0].event;
    assert_eq!(event.who(), Actor::Unknown);
    // What is beside it opens as ever.
    assert_eq!(get(&store, &note(1, 1)).unwrap().unwrap(), b"x");
}

#[test]
fn a_canary_looks_like_its_neighbours_and_says_nothing_else_than_a_forgery() {
    let (below, vault, store) = sealed();
    put(&store, &note(1, 1), Expect::Absent, b"12345").unwrap();
    block_on(vault.plant_canary(&note(1, 2), b"decoy")).unwrap();
    let (record, decoy) = (raw(&below, &note(1, 1)), raw(&below, &note(1, 2)));
    assert_eq!(record.len(), decoy.len());
    assert_eq!(record.as_bytes()[..18], decoy.as_bytes()[..18]);
    let tripped = get(&store, &note(1, 2)).unwrap_err().to_string();
    forge(&below, &note(1, 2), record.as_bytes());
    assert_eq!(get(&store, &note(1, 2)).unwrap_err().to_string(), tripped);
    assert_eq!(actions(&store), [Action::CanaryOpened], "a forgery trips nothing");
}

#[test]
fn canaries_take_free_places_in_sealed_spaces_only() {
    let (_, vault, store) = sealed();
    put(&store, &note(1, 1), Expect::Absent, b"x").unwrap();
    let taken = block_on(vault.plant_canary(&note(1, 1), b"decoy"));
    assert!(matches!(taken, Err(VaultError::Store(StoreError::Conflict(_)))));
    let public = block_on(vault.plant_canary(&TILE.key(&[b"1"]).unwrap(), b"decoy"));
    assert!(matches!(public, Err(VaultError::Store(StoreError::Misuse { .. }))));
    block_on(vault.plant_canary(&secret("root password"), b"decoy")).unwrap();
    assert!(get(&store, &secret("root password")).is_err());
    let mut batch = Batch::new();
    batch.delete(secret("root password"), Expect::Any);
    block_on(store.commit(batch)).unwrap();
    assert_eq!(actions(&store), [Action::CanaryOpened]);
}

#[test]
fn the_event_bears_the_time_of_the_vaults_clock() {
    let below = leeward_store::Store::memory();
    let at = leeward_store::Timestamp::from_second(6_000).unwrap();
    let options = leeward_vault::VaultOptions::default().clock(move || at);
    let vault = block_on(leeward_vault::Vault::open_with(&below, root(), options)).unwrap();
    let store = vault.seal(&below);
    block_on(vault.plant_canary(&note(1, 2), b"")).unwrap();
    assert!(get(&store, &note(1, 2)).is_err());
    assert_eq!(block_on(outbox::pending(&store, 1)).unwrap()[0].event.when().minutes(), 100);
}
