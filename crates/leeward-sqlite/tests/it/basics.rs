use leeward_store::{Batch, Expect, Scan, Space, Store, StoreError, Timestamp};
use pollster::block_on;

const T: Space = Space::public("test");

fn put(store: &Store, key: &[u8], expect: Expect, value: &[u8]) -> Result<(), StoreError> {
    let mut batch = Batch::new();
    batch.put(T.key(&[key])?, expect, value);
    block_on(store.commit(batch)).map(drop)
}

#[test]
fn what_was_put_is_there_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a file?name=#1%.db");
    let at = Timestamp::new(1_700_000_000, 123_456_789).unwrap();
    {
        let store = leeward_sqlite::open(&path).unwrap();
        put(&store, b"a", Expect::Absent, b"1").unwrap();
        let mut batch = Batch::new();
        batch.put_until(T.key(&[b"b"]).unwrap(), Expect::Absent, b"2", at);
        block_on(store.commit(batch)).unwrap();
        assert!(put(&store, b"a", Expect::Absent, b"3").unwrap_err().is_conflict());
    }
    let store = leeward_sqlite::open(&path).unwrap();
    let page = block_on(store.scan(&Scan::all(T.prefix(&[]).unwrap()).backward())).unwrap();
    let values: Vec<_> = page.items.iter().map(|item| item.entry.value.as_bytes()).collect();
    assert_eq!(values, [b"2", b"1"]);
    assert_eq!(page.items[0].entry.expires_at, Some(at));
    assert_eq!(block_on(store.purge(at)).unwrap(), 1);
    assert_eq!(block_on(store.purge(at)).unwrap(), 0);
}
