//! Opening a store with the right root key, a wrong one, and one that is elsewhere.

use crate::support::*;
use leeward_store::{Batch, Expect, Store};
use leeward_vault::{KeyWrapper, MemoryKey, RootKey, RootKeyError, RootKeyId, Vault, VaultError, Zeroizing};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Shaped like a key management service: the key has a name, and may be out of reach.
#[derive(Clone)]
struct Elsewhere {
    key: Arc<MemoryKey>,
    calls: Arc<AtomicUsize>,
    fail_from: usize,
}

impl Elsewhere {
    fn new(fail_from: usize) -> Self {
        Self { key: Arc::new(root()), calls: Arc::default(), fail_from }
    }

    async fn reach(&self) -> Result<(), RootKeyError> {
        std::future::ready(()).await;
        if self.calls.fetch_add(1, Ordering::SeqCst) < self.fail_from {
            return Ok(());
        }
        Err(RootKeyError::Unavailable("no route to the service".into()))
    }
}

impl KeyWrapper for Elsewhere {
    fn key_id(&self) -> RootKeyId {
        RootKeyId::new(b"kms:key/crisis-line").unwrap()
    }

    async fn wrap(&self, key: &[u8], context: &[u8]) -> Result<Vec<u8>, RootKeyError> {
        self.reach().await?;
        self.key.wrap(key, context).await
    }

    async fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Zeroizing<Vec<u8>>, RootKeyError> {
        self.reach().await?;
        self.key.unwrap(wrapped, context).await
    }
}

#[test]
fn a_wrong_root_key_is_noticed_at_once() {
    let (below, _, store) = sealed();
    put(&store, &note(1, 1), Expect::Absent, b"x").unwrap();
    let before = dump(&below, KEYRING);
    let refused = block_on(Vault::open(&below, MemoryKey::from_bytes(&[8; 32])));
    let Err(error @ VaultError::WrongRootKey) = refused else { panic!("{refused:?}") };
    assert_eq!(
        error.to_string(),
        "this root key does not belong to this store: open it with the key it was sealed with"
    );
    assert_eq!(dump(&below, KEYRING)[0].entry.version, before[0].entry.version);
    assert_eq!(get(&open(&below).seal(&below), &note(1, 1)).unwrap().unwrap(), b"x");
}

#[test]
fn a_damaged_keyring_is_not_called_a_wrong_key_nor_replaced() {
    let (below, _, _) = sealed();
    let key = KEYRING.key(&[]).unwrap();
    let mut bytes = raw(&below, &key).as_bytes().to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    forge(&below, &key, &bytes);
    assert!(matches!(block_on(Vault::open(&below, root())), Err(VaultError::Corrupt { .. })));
    forge(&below, &key, b"\x07");
    let later = block_on(Vault::open(&below, root()));
    assert!(matches!(later, Err(VaultError::UnknownVersion { version: 7, .. })));
    assert_eq!(raw(&below, &key).as_bytes(), b"\x07");
}

#[test]
fn keys_without_a_keyring_are_not_sealed_over() {
    let (below, _, store) = sealed();
    put(&store, &note(1, 1), Expect::Absent, b"x").unwrap();
    let mut batch = Batch::new();
    batch.delete(KEYRING.key(&[]).unwrap(), Expect::Any);
    block_on(below.commit(batch)).unwrap();
    assert!(matches!(block_on(Vault::open(&below, root())), Err(VaultError::KeyringMissing)));
}

#[test]
fn processes_that_race_make_one_keyring() {
    for _ in 0..20 {
        let below = Store::memory();
        std::thread::scope(|scope| {
            for person in 0..4_u8 {
                let below = &below;
                scope.spawn(move || {
                    let store = open(below).seal(below);
                    put(&store, &note(person, 1), Expect::Absent, &[person]).unwrap();
                });
            }
        });
        let store = open(&below).seal(&below);
        for person in 0..4 {
            assert_eq!(get(&store, &note(person, 1)).unwrap().unwrap(), [person]);
        }
        assert_eq!(dump(&below, KEYRING).len(), 1);
    }
}

#[test]
fn a_service_elsewhere_is_asked_at_opening_and_not_for_records() {
    let below = Store::memory();
    let service = Elsewhere::new(usize::MAX);
    let vault = block_on(Vault::open(&below, RootKey::new(service.clone()))).unwrap();
    let asked = service.calls.load(Ordering::SeqCst);
    assert_eq!(asked, 6, "two keys were wrapped and proved, and unwrapped as every opening does");
    let store = vault.seal(&below);
    for person in 0..10 {
        put(&store, &note(person, 1), Expect::Absent, b"x").unwrap();
    }
    assert_eq!(service.calls.load(Ordering::SeqCst), asked);
}

#[test]
fn a_service_out_of_reach_leaves_a_store_that_opens_later() {
    let below = Store::memory();
    // At each wrapping and its proof, and then at the first unwrapping of what was made.
    for fail_from in 0..5 {
        let opened = block_on(Vault::open(&below, Elsewhere::new(fail_from)));
        assert!(matches!(opened, Err(VaultError::RootKey(RootKeyError::Unavailable(_)))), "{fail_from}");
        assert_eq!(dump(&below, KEYRING).is_empty(), fail_from < 4);
    }
    let store = block_on(Vault::open(&below, Elsewhere::new(2))).unwrap().seal(&below);
    put(&store, &note(1, 1), Expect::Absent, b"x").unwrap();
}

#[test]
fn what_a_root_key_wrapped_opens_in_its_context_alone() {
    let key = root();
    let wrapped = block_on(key.wrap(b"a key", b"here")).unwrap();
    assert_eq!(block_on(key.unwrap(&wrapped, b"here")).unwrap().as_slice(), b"a key");
    assert!(matches!(block_on(key.unwrap(&wrapped, b"there")), Err(RootKeyError::Refused)));
    let other = MemoryKey::from_bytes(&[8; 32]);
    assert!(matches!(block_on(other.unwrap(&wrapped, b"here")), Err(RootKeyError::Refused)));
    assert!(RootKeyId::new(b"").is_none() && RootKeyId::new(&[0; 256]).is_none());
}

/// Wraps in more bytes than a row has room for.
struct Wordy;

impl KeyWrapper for Wordy {
    fn key_id(&self) -> RootKeyId {
        RootKeyId::new(b"wordy").unwrap()
    }

    async fn wrap(&self, _key: &[u8], _context: &[u8]) -> Result<Vec<u8>, RootKeyError> {
        Ok(vec![0; leeward_vault::MAX_WRAPPED + 1])
    }

    async fn unwrap(&self, _wrapped: &[u8], _context: &[u8]) -> Result<Zeroizing<Vec<u8>>, RootKeyError> {
        Err(RootKeyError::Refused)
    }
}

#[test]
fn a_wrapped_key_that_is_too_long_is_not_stored() {
    let below = Store::memory();
    let opened = block_on(Vault::open(&below, Wordy));
    assert!(matches!(opened, Err(VaultError::WrappedTooLong { len: 8193 })));
    assert!(dump(&below, KEYRING).is_empty());
}

/// Wraps, and gives something else back, or nothing: a service whose policy allows one of the two.
struct OneWay(Option<[u8; 32]>);

impl KeyWrapper for OneWay {
    fn key_id(&self) -> RootKeyId {
        RootKeyId::new(b"one way").unwrap()
    }

    async fn wrap(&self, key: &[u8], context: &[u8]) -> Result<Vec<u8>, RootKeyError> {
        root().wrap(key, context).await
    }

    async fn unwrap(&self, _wrapped: &[u8], _context: &[u8]) -> Result<Zeroizing<Vec<u8>>, RootKeyError> {
        self.0.map(|key| Zeroizing::new(key.to_vec())).ok_or(RootKeyError::Refused)
    }
}

#[test]
fn a_root_key_that_gives_nothing_back_takes_no_store_over() {
    let (below, vault, store) = sealed();
    put(&store, &note(1, 1), Expect::Absent, b"x").unwrap();
    for one_way in [None, Some([0; 32])] {
        let refused = block_on(vault.rotate_root(OneWay(one_way), BY, NOW));
        assert!(matches!(refused, Err(VaultError::RootKey(RootKeyError::Refused))), "{refused:?}");
        let fresh = Store::memory();
        assert!(block_on(Vault::open(&fresh, OneWay(one_way))).is_err());
        assert!(dump(&fresh, KEYRING).is_empty());
    }
    assert_eq!(get(&open(&below).seal(&below), &note(1, 1)).unwrap().unwrap(), b"x");
}
