use crate::common::{child, count, counted, database, get, one, open, put, role};
use leeward_store::{Expect, StoreError};
use pollster::block_on;

const EACH: u64 = 20;

#[test]
fn two_handles_lose_no_update_and_see_each_other_at_once() {
    let Some(database) = database() else { return };
    let (first, second) = (open(&database.url()).unwrap(), open(&database.url()).unwrap());
    for turn in 0..20_u8 {
        let (writes, reads) = if turn % 2 == 0 { (&first, &second) } else { (&second, &first) };
        put(writes, b"turn", &[turn]).unwrap();
        assert_eq!(get(reads, b"turn").unwrap(), [turn]);
    }
    std::thread::scope(|scope| {
        scope.spawn(|| block_on(count(first.clone(), EACH)));
        scope.spawn(|| block_on(count(second.clone(), EACH)));
    });
    assert_eq!(counted(&first), 2 * EACH);
}

#[test]
fn four_processes_lose_no_update() {
    if let Some(url) = role() {
        return block_on(count(open(&url).unwrap(), EACH));
    }
    let Some(database) = database() else { return };
    let counting = || child("sharing::four_processes_lose_no_update", &database.url()).spawn().unwrap();
    let children: Vec<_> = (0..4).map(|_| counting()).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(counted(&open(&database.url()).unwrap()), 4 * EACH);
}

#[test]
fn batches_too_large_for_single_locks_keep_their_promises_too() {
    let Some(database) = database() else { return };
    let stores = [open(&database.url()).unwrap(), open(&database.url()).unwrap()];
    let won: Vec<_> = std::thread::scope(|scope| {
        let tasks: Vec<_> = (0..4_u8)
            .map(|task| {
                let store = &stores[usize::from(task) % 2];
                scope.spawn(move || {
                    let mut batch = one(b"seat", Expect::Absent, &[task]);
                    for row in 0..if task < 2 { 2_u16 } else { 900 } {
                        batch.put(crate::common::key(&row.to_be_bytes()), Expect::Any, &[task]);
                    }
                    block_on(store.commit(batch))
                })
            })
            .collect();
        tasks.into_iter().map(|task| task.join().unwrap()).collect()
    });
    assert_eq!(won.iter().filter(|won| won.is_ok()).count(), 1, "{won:?}");
    assert!(won.iter().all(|won| matches!(won, Ok(_) | Err(StoreError::Conflict(_)))), "{won:?}");
}
