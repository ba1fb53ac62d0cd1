use super::support::{Set, hash, listed, passphrase, unlisted};
use leeward_credentials::breach::{
    BreachCheck, BreachError, BreachFilter, BreachVerdict, OnError, Range, RangePrefix, RangeSource,
};
use std::{
    fs,
    num::NonZeroU64,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

/// Ranges that cannot be asked; it counts who tries.
#[derive(Debug, Default)]
struct Silent(Arc<AtomicU32>);

impl RangeSource for Silent {
    fn range(&self, _: RangePrefix) -> Result<Range, BreachError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Err(BreachError::Status { status: 503 })
    }
}

/// Ranges with one hash each, which nothing has.
#[derive(Debug)]
struct OneOther;

impl RangeSource for OneOther {
    fn range(&self, prefix: RangePrefix) -> Result<Range, BreachError> {
        Range::parse(prefix, format!("{}:7", "0".repeat(35)).as_bytes())
    }
}

fn count(verdict: &BreachVerdict) -> Option<u64> {
    match verdict {
        BreachVerdict::Breached { count } => count.map(NonZeroU64::get),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_filter_says_whether_and_ranges_say_how_often() {
    let set = Set::of(1_000);
    let filter = || BreachFilter::open(set.path("filter")).unwrap();
    set.filter("filter");
    let offline = BreachCheck::offline(filter());
    let exact = BreachCheck::offline(filter()).confirmed_by(set.sorted_as_it_is());
    let ranges = BreachCheck::by_ranges(set.sorted_as_it_is());
    for number in 0..100 {
        let (bad, good) = (passphrase(&listed(number)), passphrase(&unlisted(number)));
        let says = |check: &BreachCheck, what| check.check(what, OnError::FailOpen).unwrap();
        assert_eq!(count(&says(&offline, &bad)), None);
        assert_eq!(count(&says(&exact, &bad)), Some(u64::from(number % 10 + 1)));
        assert_eq!(count(&says(&ranges, &bad)), Some(u64::from(number % 10 + 1)));
        assert!(matches!(says(&exact, &good), BreachVerdict::NotListed));
    }
}

#[test]
fn ranges_take_back_what_a_filter_mistook() {
    let set = Set::of(50_000);
    set.filter("filter");
    let filter = BreachFilter::open(set.path("filter")).unwrap();
    let mistaken = (0..2_000_000).find(|number| filter.contains(&hash(&unlisted(*number))).unwrap());
    let mistaken = passphrase(&unlisted(mistaken.expect("one in 65,536")));
    let check = BreachCheck::offline(filter);
    assert_eq!(count(&check.check(&mistaken, OnError::FailClosed).unwrap()), None);
    let check = check.confirmed_by(OneOther);
    assert!(matches!(check.check(&mistaken, OnError::FailClosed), Ok(BreachVerdict::NotListed)));
}

#[test]
fn what_was_seen_too_seldom_is_not_held_against_anybody() {
    let set = Set::of(100);
    let check = BreachCheck::by_ranges(set.sorted()).min_count(NonZeroU64::new(5).unwrap());
    let says = |number| check.check(&passphrase(&listed(number)), OnError::FailClosed).unwrap();
    assert!(matches!(says(3), BreachVerdict::NotListed));
    assert_eq!(count(&says(4)), Some(5));
}

#[test]
fn what_happens_when_nothing_can_be_asked_is_what_was_chosen() {
    let set = Set::of(500);
    let (path, _) = set.filter("filter");
    let broken = BreachCheck::offline(BreachFilter::open(&path).unwrap());
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(0).unwrap();
    for check in [broken, BreachCheck::by_ranges(Silent::default())] {
        let asked = passphrase(&listed(1));
        assert!(matches!(check.check(&asked, OnError::FailOpen), Ok(BreachVerdict::Unchecked(_))));
        assert!(check.check(&asked, OnError::FailClosed).is_err());
    }
}

#[test]
fn the_word_of_a_filter_counts_while_nobody_can_confirm_it() {
    let set = Set::of(500);
    set.filter("filter");
    let asked = Arc::new(AtomicU32::new(0));
    let check = BreachCheck::offline(BreachFilter::open(set.path("filter")).unwrap())
        .confirmed_by(Silent(Arc::clone(&asked)));
    for on_error in [OnError::FailOpen, OnError::FailClosed] {
        assert_eq!(count(&check.check(&passphrase(&listed(1)), on_error).unwrap()), None);
        assert!(matches!(check.check(&passphrase(&unlisted(1)), on_error), Ok(BreachVerdict::NotListed)));
    }
    assert_eq!(asked.load(Ordering::Relaxed), 2, "nobody is asked about what is not listed");
}

#[test]
fn a_check_can_be_shared_with_a_pool() {
    fn fits<T: Send + Sync + 'static>() {}
    fits::<BreachCheck>();
    fits::<BreachVerdict>();
}
