use leeward_store::{Batch, Expect, Space, Store};
use leeward_vault::{MemoryKey, Vault};
use ring::rand::SystemRandom;

const NOTE: Space = Space::sealed_for("t.note", 0);

#[test]
fn what_was_sealed_opens() {
    pollster::block_on(async {
        let store = Store::memory();
        let vault = Vault::open(&store, MemoryKey::generate(&SystemRandom::new()).unwrap()).await.unwrap();
        let sealed = vault.seal(&store);
        let key = NOTE.key(&[b"subject", b"1"]).unwrap();
        let mut batch = Batch::new();
        batch.put(key.clone(), Expect::Any, b"in confidence");
        sealed.commit(batch.clone()).await.unwrap();
        sealed.commit(batch).await.unwrap();
        assert_eq!(sealed.get(&key).await.unwrap().unwrap().value.as_bytes(), b"in confidence");
    });
}
