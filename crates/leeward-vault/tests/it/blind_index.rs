//! Finding what is sealed.

use crate::support::*;
use leeward_store::{Expect, Scan, Space, Store};
use leeward_vault::{Argon2Cost, Index, Vault, VaultError};

const BY_PHONE: Space = Space::sealed("t.by-phone");

fn phone(version: u16, bits: u16) -> Index<'static> {
    Index { tenant: b"", space: "t.note", field: "phone", name: "digits", version, bits }
}

#[test]
fn a_value_is_found_by_its_tag_in_every_process() {
    let (below, vault, store) = sealed();
    let index = block_on(vault.blind_index(&phone(1, 32))).unwrap();
    let tag = index.tag(b"15550100").unwrap();
    put(&store, &BY_PHONE.key(&[tag.as_bytes(), b"1"]).unwrap(), Expect::Absent, b"subject").unwrap();
    let again = block_on(open(&below).blind_index(&phone(1, 32))).unwrap();
    let found: usize = again
        .lookup(b"15550100")
        .unwrap()
        .iter()
        .map(|tag| Scan::all(BY_PHONE.prefix(&[tag.as_bytes()]).unwrap()))
        .map(|scan| block_on(store.scan(&scan)).unwrap().items.len())
        .sum();
    assert_eq!(found, 1);
    assert_ne!(again.tag(b"15550101").unwrap(), tag);
    assert_eq!(tag.as_bytes().len(), 4);
    assert_eq!(format!("{index:?}"), "BlindIndex { slow: false, migrating: false, .. }");
}

#[test]
fn fields_versions_tenants_and_stores_have_tags_of_their_own() {
    let (_, vault, _) = sealed();
    let tag = |index| block_on(vault.blind_index(&index)).unwrap().tag(b"x").unwrap();
    let (_, elsewhere, _) = sealed();
    let mut tags = vec![
        tag(phone(1, 64)),
        tag(phone(2, 64)),
        tag(Index { field: "mail", ..phone(1, 64) }),
        tag(Index { tenant: b"t", ..phone(1, 64) }),
        block_on(elsewhere.blind_index(&phone(1, 64))).unwrap().tag(b"x").unwrap(),
    ];
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 5);
    assert!(matches!(block_on(vault.blind_index(&phone(1, 7))), Err(VaultError::Seal(_))));
}

#[test]
fn a_migration_looks_under_both_versions() {
    let (_, vault, _) = sealed();
    let old = || block_on(vault.blind_index(&phone(1, 16))).unwrap();
    let new = || block_on(vault.blind_index(&phone(2, 24))).unwrap();
    let both = new().migrating_from(old());
    let tags = both.lookup(b"x").unwrap();
    assert_eq!(tags, [new().tag(b"x").unwrap(), old().tag(b"x").unwrap()]);
    assert_eq!(both.tag(b"x").unwrap(), tags[0]);
}

#[test]
fn a_slow_index_has_tags_of_its_own() {
    let (below, vault, _) = sealed();
    let cost = Argon2Cost::new(19 * 1024, 1).unwrap();
    let slow = block_on(vault.slow_blind_index(&phone(1, 32), cost)).unwrap();
    let again = block_on(open(&below).slow_blind_index(&phone(1, 32), cost)).unwrap();
    let fast = block_on(vault.blind_index(&phone(1, 32))).unwrap();
    assert_eq!(slow.tag(b"x").unwrap(), again.tag(b"x").unwrap());
    assert_ne!(slow.tag(b"x").unwrap(), fast.tag(b"x").unwrap());
    assert_ne!(slow.tag(b"x").unwrap(), slow.tag(b"y").unwrap());
}

#[test]
fn processes_that_race_make_one_root() {
    let below = Store::memory();
    let vaults: Vec<Vault> = (0..4).map(|_| open(&below)).collect();
    let tags: Vec<_> = std::thread::scope(|scope| {
        let tag = |vault: &Vault| block_on(vault.blind_index(&phone(1, 64))).unwrap().tag(b"x").unwrap();
        let running: Vec<_> = vaults.iter().map(|vault| scope.spawn(move || tag(vault))).collect();
        running.into_iter().map(|task| task.join().unwrap()).collect()
    });
    assert!(tags.windows(2).all(|pair| pair[0] == pair[1]));
}
