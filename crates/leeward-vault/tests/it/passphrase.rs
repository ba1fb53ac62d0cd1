//! Root keys that a person types.

use crate::support::*;
use leeward_store::Store;
use leeward_vault::{
    Argon2Cost, KeyWrapper, PassphraseHeader, PassphraseKey, SecretString, Vault, VaultError,
};
use ring::rand::SystemRandom;

fn cheapest() -> Argon2Cost {
    Argon2Cost::new(19 * 1024, 1).unwrap()
}

#[test]
fn the_same_passphrase_and_header_open_the_store() {
    let below = Store::memory();
    let passphrase = SecretString::from("seven plain words of no great renown");
    let (key, header) = PassphraseKey::create(&passphrase, cheapest(), &SystemRandom::new()).unwrap();
    assert_eq!(format!("{key:?}"), "PassphraseKey { .. }");
    block_on(Vault::open(&below, key)).unwrap();
    let header = PassphraseHeader::from_bytes(&header.to_bytes()).unwrap();
    block_on(Vault::open(&below, PassphraseKey::open(&passphrase, &header).unwrap())).unwrap();
    let wrong = PassphraseKey::open(&SecretString::from("eight plain words"), &header).unwrap();
    assert!(matches!(block_on(Vault::open(&below, wrong)), Err(VaultError::WrongRootKey)));
}

#[test]
fn a_header_and_its_key_are_pinned() {
    let bytes = [&[1, 0, 0, 0x4C, 0, 0, 0, 0, 1][..], &[5; 16]].concat();
    let header = PassphraseHeader::from_bytes(&bytes).unwrap();
    assert_eq!(header.to_bytes().as_slice(), bytes);
    let key = PassphraseKey::open(&SecretString::from("passphrase"), &header).unwrap();
    assert_eq!(hex(key.key_id().as_bytes()), "ffeabae66d2b1015a2f03a7154fe7c61");
}

#[test]
fn headers_out_of_bounds_are_refused_before_any_work() {
    let header = |memory: u32, passes: u32| {
        let bytes = [&[1][..], &memory.to_be_bytes(), &passes.to_be_bytes(), &[5; 16]].concat();
        PassphraseHeader::from_bytes(&bytes)
    };
    assert!(header(1024 * 1024, 16).is_ok());
    for (memory, passes) in [(u32::MAX, 1), (1024, 1), (19 * 1024, 0), (19 * 1024, 17)] {
        assert!(matches!(header(memory, passes), Err(VaultError::Argon2Cost)));
    }
    let good = header(19 * 1024, 1).unwrap().to_bytes();
    assert!(matches!(PassphraseHeader::from_bytes(&good[..24]), Err(VaultError::PassphraseHeader)));
    let long = [&good[..], &[0]].concat();
    assert!(matches!(PassphraseHeader::from_bytes(&long), Err(VaultError::PassphraseHeader)));
    let later = [&[2], &good[1..]].concat();
    assert!(matches!(
        PassphraseHeader::from_bytes(&later),
        Err(VaultError::UnknownVersion { version: 2, .. })
    ));
}
