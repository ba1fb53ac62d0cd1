use super::support::{Set, builder};
use leeward_credentials::breach::{BreachError, BreachFilter, FilterBuilder};
use std::{
    fs,
    num::NonZeroU64,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

/// Builds until this many parts are there, and then stops dead.
fn stop_at(set: &Set, path: &Path, parts: u16) {
    let stopped = catch_unwind(AssertUnwindSafe(|| {
        builder(path).build(&set.sorted_as_it_is(), |done, _| assert!(done < parts, "stopped"))
    }));
    assert!(stopped.is_err() && !path.exists());
}

/// Builds to the end, and says how many parts were there already.
fn go_on(set: &Set, path: &Path) -> u16 {
    let mut first = None;
    builder(path).build(&set.sorted_as_it_is(), |done, _| first = first.or(Some(done))).unwrap();
    first.unwrap()
}

#[test]
fn a_build_that_was_stopped_goes_on_and_makes_the_same() {
    let set = Set::of(400);
    let (whole, path) = (set.filter("whole").0, set.path("filter"));
    for parts in [1, 2_000, 4_096] {
        stop_at(&set, &path, parts);
        assert_eq!(go_on(&set, &path), parts);
        assert_eq!(fs::read(&path).unwrap(), fs::read(&whole).unwrap());
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn parts_that_were_made_with_gaps_allowed_are_not_taken_where_none_are() {
    let set = Set::of(400);
    let path = set.path("filter");
    set.sorted();
    stop_at(&set, &path, 4_096);
    let refused = FilterBuilder::new(&path).build(&set.sorted_as_it_is(), |_, _| {}).unwrap_err();
    assert!(matches!(refused, BreachError::MissingRange { .. }), "{refused:?}");
    assert!(!path.exists());
}

#[test]
fn what_a_crash_left_torn_is_made_again() {
    let set = Set::of(400);
    let (whole, path) = (set.filter("whole").0, set.path("filter"));
    let part = set.path("filter.part");
    let data = 100 + 4096 * 51;
    stop_at(&set, &path, 1_000);
    let torn = fs::read(&part).unwrap();
    let cut = |len: usize| torn[..len].to_vec();
    let changed = |at: usize| {
        let mut bytes = torn.clone();
        bytes[at] ^= 1;
        bytes
    };
    for (left, expected) in [
        (torn.clone(), 1_000..=1_000),
        (cut(torn.len() - 1), 980..=999),
        (cut(data + 1), 0..=150),
        (cut(100), 0..=0),
        (changed(torn.len() - 1), 980..=999),
        (changed(data + 1), 0..=150),
        (changed(100 + 51 * 500 + 3), 500..=500),
    ] {
        fs::write(&part, &left).unwrap();
        let there = go_on(&set, &path);
        assert!(expected.contains(&there), "{there} of {expected:?}");
        assert_eq!(fs::read(&path).unwrap(), fs::read(&whole).unwrap());
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn another_build_begins_anew() {
    let set = Set::of(1_000);
    let path = set.path("filter");
    set.sorted();
    stop_at(&set, &path, 500);
    let mut first = None;
    let often = builder(&path).min_count(NonZeroU64::new(3).unwrap());
    let header = often.build(&set.sorted_as_it_is(), |done, _| first = first.or(Some(done))).unwrap();
    assert_eq!((first, header.keys()), (Some(0), 800));

    stop_at_existing(&set, &path);
    // The set is another one now.
    set.sorted();
    assert_eq!(go_on(&set, &path), 0);
    BreachFilter::open(&path).unwrap().verify(|_, _| {}).unwrap();
}

fn stop_at_existing(set: &Set, path: &Path) {
    fs::remove_file(path).unwrap();
    stop_at(set, path, 500);
}

#[test]
fn nothing_of_others_is_written_over_and_no_two_build_at_once() {
    let set = Set::of(10);
    let (path, part) = (set.path("filter"), set.path("filter.part"));
    fs::write(&part, "the only copy of my novel").unwrap();
    let refused = builder(&path).build(&set.sorted(), |_, _| {}).unwrap_err();
    assert!(matches!(refused, BreachError::InTheWay { .. }), "{refused:?}");
    assert_eq!(fs::read_to_string(&part).unwrap(), "the only copy of my novel");
    fs::remove_file(&part).unwrap();

    let mut second = None;
    let ours = builder(&path);
    ours.build(&set.sorted(), |_, _| {
        second.get_or_insert_with(|| ours.build(&set.sorted_as_it_is(), |_, _| {}).unwrap_err());
    })
    .unwrap();
    assert!(matches!(second, Some(BreachError::InUse)), "{second:?}");
}
