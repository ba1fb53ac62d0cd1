use crate::input::Input;
use leeward_store::{Batch, Expect, Key, Scan, Space, Store};
use leeward_vault::{MemoryKey, PassphraseHeader, Vault, VaultError};

const NOTE: Space = Space::sealed_for("fuzz.note", 0);
const TEXT: &[u8] = b"asked for a call back";

/// A vault over rows that somebody changed yields what was written, or an error; never other text.
pub fn vault_rows(data: &[u8]) {
    pollster::block_on(async {
        let store = Store::memory().assume_sealed();
        write(&store).await.expect("a sound store takes a note");
        let mut input = Input::new(data);
        let rows = rows(&store).await;
        let row = rows.get(usize::from(input.byte()) % rows.len()).expect("an index below the length");
        let changed = change(&store, row, input).await;
        match read(&store).await {
            Ok(text) => {
                assert_eq!(text, TEXT);
                assert!(!changed || *row != note(), "a changed record opened");
            }
            Err(_) => assert!(changed, "an unchanged store did not open"),
        }
    });
}

/// A passphrase's header has one encoding.
pub fn vault_passphrase_header(data: &[u8]) {
    if let Ok(header) = PassphraseHeader::from_bytes(data) {
        assert_eq!(header.to_bytes(), data);
    }
}

/// Puts other bytes in a row, and returns whether they differ.
async fn change(store: &Store, row: &Key, input: Input<'_>) -> bool {
    let before = store.get(row).await.expect("memory").expect("a row of the scan").value;
    let mut bytes = before.as_bytes().to_vec();
    let changed = input.change(&mut bytes);
    let mut batch = Batch::new();
    batch.put(row.clone(), Expect::Any, bytes);
    store.commit(batch).await.expect("a short row");
    changed
}

/// The vault's own rows and the note's, before anything is sealed or opened.
async fn rows(store: &Store) -> Vec<Key> {
    let mut rows = vec![note()];
    for space in ["vault.keyring", "vault.key"].map(Space::public) {
        let page = store.scan(&Scan::all(space.prefix(&[]).expect("short"))).await.expect("memory");
        rows.extend(page.items.into_iter().map(|item| item.key));
    }
    rows
}

async fn write(store: &Store) -> Result<(), VaultError> {
    let sealed = Vault::open(store, root()).await?.seal(store);
    let mut batch = Batch::new();
    batch.put(note(), Expect::Absent, TEXT);
    sealed.commit(batch).await?;
    Ok(())
}

async fn read(store: &Store) -> Result<Vec<u8>, VaultError> {
    let sealed = Vault::open(store, root()).await?.seal(store);
    let entry = sealed.get(&note()).await?;
    Ok(entry.expect("nothing was deleted").value.as_bytes().to_vec())
}

fn note() -> Key {
    NOTE.key(&[b"conversation-7"]).expect("a short key")
}

fn root() -> MemoryKey {
    MemoryKey::from_bytes(&[7; 32])
}
