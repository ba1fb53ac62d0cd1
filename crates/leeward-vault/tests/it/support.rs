//! What the tests share.

use leeward_event::{Action, Actor, Component, CorrelationId, SeekerId, Subject, outbox};
use leeward_store::{Batch, Expect, Item, Key, Scan, Space, Store, StoreError, Timestamp, Value, Version};
use leeward_vault::{MemoryKey, Vault, VaultOptions};

pub(crate) const NOTE: Space = Space::sealed_for("t.note", 0);
pub(crate) const OTHER: Space = Space::sealed_for("t.other", 0);
pub(crate) const SECRET: Space = Space::sealed("t.secret");
pub(crate) const TILE: Space = Space::public("t.tile");
/// The vault's own.
pub(crate) const KEYS: Space = Space::public("vault.key");
pub(crate) const KEYRING: Space = Space::public("vault.keyring");

pub(crate) const ROOT: [u8; 32] = [7; 32];
pub(crate) const BY: Actor = Actor::Component(Component::Application);
pub(crate) const NOW: Timestamp = Timestamp::UNIX_EPOCH;
pub(crate) const HOLD: CorrelationId = CorrelationId::from_bytes([9; 16]);

pub(crate) use pollster::block_on;

pub(crate) fn options() -> VaultOptions {
    VaultOptions::default().clock(|| NOW)
}

pub(crate) fn root() -> MemoryKey {
    MemoryKey::from_bytes(&ROOT)
}

pub(crate) fn open(below: &Store) -> Vault {
    block_on(Vault::open_with(below, root(), options())).unwrap()
}

/// A store in memory, its vault, and the handle that seals.
pub(crate) fn sealed() -> (Store, Vault, Store) {
    let below = Store::memory();
    let vault = open(&below);
    let store = vault.seal(&below);
    (below, vault, store)
}

pub(crate) fn subject(number: u8) -> Subject {
    Subject::Seeker(SeekerId::from_bytes([number; 16]))
}

pub(crate) fn note(person: u8, number: u64) -> Key {
    NOTE.key(&[&subject(person).id_bytes(), &number.to_be_bytes()]).unwrap()
}

pub(crate) fn secret(name: &str) -> Key {
    SECRET.key(&[name.as_bytes()]).unwrap()
}

pub(crate) fn put(store: &Store, key: &Key, expect: Expect, value: &[u8]) -> Result<Version, StoreError> {
    let mut batch = Batch::new();
    batch.put(key.clone(), expect, value);
    block_on(store.commit(batch))
}

pub(crate) fn get(store: &Store, key: &Key) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(block_on(store.get(key))?.map(|entry| entry.value.as_bytes().to_vec()))
}

/// Everything in a space, as it lies there.
pub(crate) fn dump(below: &Store, space: Space) -> Vec<Item> {
    let mut items = Vec::new();
    let mut next = Some(Scan::all(space.prefix(&[]).unwrap()));
    while let Some(scan) = next {
        let page = block_on(below.scan(&scan)).unwrap();
        items.extend(page.items);
        next = page.next;
    }
    items
}

/// Writes bytes past the vault.
pub(crate) fn forge(below: &Store, key: &Key, bytes: &[u8]) {
    put(&below.clone().assume_sealed(), key, Expect::Any, bytes).unwrap();
}

pub(crate) fn raw(below: &Store, key: &Key) -> Value {
    block_on(below.get(key)).unwrap().unwrap().value
}

/// The actions of the events that wait in the outbox.
pub(crate) fn actions(store: &Store) -> Vec<Action> {
    let staged = block_on(outbox::pending(store, 1000)).unwrap();
    staged.iter().map(|staged| staged.event.what()).collect()
}

pub(crate) fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// The row of a subject's keys.
pub(crate) fn key_row(person: u8) -> Key {
    KEYS.key(&[b"subject", &subject(person).id_bytes()]).unwrap()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let text: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    text.chunks_exact(2).map(pair).collect()
}
