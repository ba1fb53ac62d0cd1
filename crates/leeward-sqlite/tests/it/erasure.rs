use crate::common::{key, put, scratch};
use leeward_sqlite::open;
use leeward_store::{Batch, Expect, Store};
use pollster::block_on;
use std::{fs, path::Path, thread, time::Duration};

const MARK: &[u8] = b"what nobody may find again, spelt out";

fn fill(store: &Store) {
    for name in 0..40_u8 {
        put(store, &[b'a', name], &MARK.repeat(1 + usize::from(name) * 20)).unwrap();
    }
}

fn erase(store: &Store) {
    for name in 0..40_u8 {
        if name % 2 == 0 {
            put(store, &[b'a', name], b"overwritten").unwrap();
        } else {
            let mut batch = Batch::new();
            batch.delete(key(&[b'a', name]), Expect::Any);
            block_on(store.commit(batch)).unwrap();
        }
    }
}

fn is_marked(dir: &Path) -> bool {
    fs::read_dir(dir).unwrap().any(|file| {
        let bytes = fs::read(file.unwrap().path()).unwrap_or_default();
        bytes.windows(MARK.len()).any(|window| window == MARK)
    })
}

#[test]
fn what_was_deleted_is_gone_from_the_file_once_it_is_closed() {
    let (dir, path) = scratch();
    let store = open(&path).unwrap();
    fill(&store);
    drop(store);
    assert!(is_marked(dir.path()));
    let store = open(&path).unwrap();
    erase(&store);
    drop(store);
    assert!(!is_marked(dir.path()));
}

#[test]
fn what_was_deleted_leaves_the_files_of_an_open_store_when_writers_pause() {
    let (dir, path) = scratch();
    let store = open(&path).unwrap();
    fill(&store);
    erase(&store);
    assert!(is_marked(dir.path()));
    while is_marked(dir.path()) {
        thread::sleep(Duration::from_millis(20));
    }
    assert!(block_on(store.get(&key(&[b'a', 0]))).unwrap().is_some());
}
