use crate::common::{Commit, assert_sound, cause, child, get, key, one, put, role, scratch, together};
use leeward_sqlite::{Options, SqliteError, open};
use leeward_store::{Batch, Expect, Store, StoreError};
use pollster::block_on;
use std::{path::Path, process::Command, thread, time::Duration};

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

/// Nothing is said of those in the group but that nothing is known, and what was acknowledged stays.
#[test]
fn a_commit_that_fails_on_the_disk_has_an_unknown_outcome_for_all_in_it() {
    if let Some(path) = role() {
        return write_until_it_fails(&path);
    }
    let (_dir, path) = scratch();
    let test = "full::a_commit_that_fails_on_the_disk_has_an_unknown_outcome_for_all_in_it";
    let inner = child(&std::env::current_exe().unwrap(), test, &path);
    // A write past the limit of the shell fails as on a broken disk.
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 1024; exec \"$@\"", "sh"]).arg(inner.get_program());
    limited.args(inner.get_args()).env("RUST_BACKTRACE", "0");
    limited.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let ended = limited.output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    let store = open(&path).unwrap();
    assert!(get(&store, &[0, 0]).is_some());
    drop(store);
    assert_sound(&path);
}

fn write_until_it_fails(path: &Path) {
    let store = open(path).unwrap();
    for round in 0..=u8::MAX {
        // A writer that still looks for more would take the first alone.
        thread::sleep(Duration::from_millis(10));
        let names = [0, 1, 2].map(|number| [round, number]);
        let batches = names.iter().map(|name| one(name, Expect::Absent, &[7; 10_000]));
        let commits = batches.map(|batch| Box::pin(store.commit(batch)) as Commit<'_>).collect();
        let results = together(commits);
        let there = names.iter().filter(|name| get(&store, *name).is_some()).count();
        if results.iter().all(Result::is_ok) {
            assert_eq!(there, 3);
            continue;
        }
        let unknown = |result: &_| matches!(result, Err(StoreError::OutcomeUnknown(_)));
        assert!(round > 0 && results.iter().all(unknown), "{results:?}");
        assert_eq!(there, 0);
        return;
    }
    panic!("no commit failed");
}
