use crate::common::{Commit, assert_sound, cause, get, key, one, put, scratch, together};
use leeward_sqlite::{Options, SqliteError, open};
use leeward_store::{Batch, Expect, Store, StoreError};
use pollster::block_on;
use std::path::Path;

/// What a megabyte of file cannot hold beside anything else.
const BIG: usize = 950 * 1024;

fn small(path: &Path) -> Store {
    Options::new().max_size(1024 * 1024).open(path).unwrap()
}

fn assert_full(error: &StoreError) {
    assert!(matches!(cause(error), SqliteError::Full(_)), "{error:?}");
    assert_eq!(
        cause(error).to_string(),
        "there is no room left for the database: free some space, and what is there is intact"
    );
}

#[test]
fn a_full_disk_refuses_the_batch_keeps_the_rest_and_goes_on_when_there_is_room() {
    let (_dir, path) = scratch();
    let store = small(&path);
    put(&store, b"first", b"kept").unwrap();
    put(&store, b"big", &vec![1; BIG / 2]).unwrap();
    let mut batch = one(b"half", Expect::Any, b"written");
    batch.put(key(b"more"), Expect::Any, vec![2; BIG]);
    assert_full(&block_on(store.commit(batch)).unwrap_err());
    assert_eq!(get(&store, b"half"), None);
    assert_eq!(get(&store, b"first").unwrap(), b"kept");
    put(&store, b"after", b"small").unwrap();

    let mut delete = Batch::new();
    delete.delete(key(b"big"), Expect::Any);
    block_on(store.commit(delete)).unwrap();
    put(&store, b"more", &vec![2; BIG / 2]).unwrap();
    drop(store);

    let store = open(&path).unwrap();
    put(&store, b"big", &vec![1; BIG]).unwrap();
    assert_eq!(get(&store, b"after").unwrap(), b"small");
    drop(store);
    assert_sound(&path);
}

#[test]
fn only_the_batch_that_does_not_fit_is_refused_from_a_group() {
    let (_dir, path) = scratch();
    let store = small(&path);
    for place in 0..5 {
        let names = [0, 1, 2, 3, 4].map(|number| [place, number]);
        let batch = |number: u8| {
            let mut batch = one(&names[usize::from(number)], Expect::Absent, &[number]);
            if number == place {
                batch.put(key(b"big"), Expect::Any, vec![3; BIG]).put(
                    key(b"more"),
                    Expect::Any,
                    vec![3; BIG],
                );
            }
            batch
        };
        let commits: Vec<Commit<'_>> =
            (0..5).map(|number| Box::pin(store.commit(batch(number))) as _).collect();
        for (number, result) in (0_u8..).zip(together(commits)) {
            match result {
                Err(error) => {
                    assert_eq!(number, place);
                    assert_full(&error);
                }
                Ok(_) => assert_ne!(number, place),
            }
            assert_eq!(get(&store, &names[usize::from(number)]).is_some(), number != place);
        }
    }
    drop(store);
    assert_sound(&path);
}
