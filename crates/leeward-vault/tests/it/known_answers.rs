//! Rows as the first release wrote them: every later one must open them. Their subject has two data keys
//! and a hold, their root key is 32 times 7.

use crate::support::*;
use leeward_store::Store;
use leeward_vault::Index;

const STORED_KEYRING: &str = include_str!("../vectors/keyring.hex");
const STORED_KEYS: &str = include_str!("../vectors/keys.hex");
const STORED_SERVICE_KEYS: &str = include_str!("../vectors/service_keys.hex");
const STORED_INDEX_ROOT: &str = include_str!("../vectors/index_root.hex");
const STORED_NOTE: &str = include_str!("../vectors/note.hex");
const STORED_SECRET: &str = include_str!("../vectors/secret.hex");
const STORED_CANARY: &str = include_str!("../vectors/canary.hex");

fn stored() -> Store {
    let below = Store::memory();
    for (key, bytes) in [
        (KEYRING.key(&[]).unwrap(), STORED_KEYRING),
        (key_row(1), STORED_KEYS),
        (KEYS.key(&[b"service"]).unwrap(), STORED_SERVICE_KEYS),
        (KEYS.key(&[b"index"]).unwrap(), STORED_INDEX_ROOT),
        (note(1, 1), STORED_NOTE),
        (note(1, 2), STORED_CANARY),
        (secret("a"), STORED_SECRET),
    ] {
        forge(&below, &key, &unhex(bytes));
    }
    below
}

#[test]
fn rows_of_the_first_release_open() {
    let below = stored();
    let vault = open(&below);
    let store = vault.seal(&below);
    assert_eq!(get(&store, &note(1, 1)).unwrap().unwrap(), "Grüße, مرحبا, नमस्ते".as_bytes());
    assert_eq!(get(&store, &secret("a")).unwrap().unwrap(), b"of the service");
    assert!(get(&store, &note(1, 2)).is_err());
    assert_eq!(actions(&store), [leeward_event::Action::CanaryOpened]);
    assert_eq!(block_on(vault.holds(subject(1))).unwrap(), [HOLD]);
    let index = Index { tenant: b"", space: "t.note", field: "phone", name: "digits", version: 1, bits: 64 };
    let tag = block_on(vault.blind_index(&index)).unwrap().tag(b"15550100").unwrap();
    assert_eq!(hex(tag.as_bytes()), "33652914ef832702");
    let cost = leeward_vault::Argon2Cost::new(19 * 1024, 1).unwrap();
    let tag = block_on(vault.slow_blind_index(&index, cost)).unwrap().tag(b"15550100").unwrap();
    assert_eq!(hex(tag.as_bytes()), "6e769bb034abb936");
}

#[test]
fn the_root_keys_name_is_pinned() {
    let id = leeward_vault::KeyWrapper::key_id(&root());
    assert_eq!(hex(id.as_bytes()), "d86868346ace23d8e6316591557cbcec");
}
