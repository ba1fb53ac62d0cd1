use super::support::{Set, builder, hash, listed, passphrase, unlisted};
use jiff::civil::date;
use leeward_credentials::breach::{BreachError, BreachFilter, BreachHash, FilterBuilder};
use std::{
    fs,
    num::{NonZeroU64, NonZeroUsize},
    thread,
};

#[test]
fn nothing_listed_is_missed_and_one_other_in_sixty_five_thousand_is_taken_for_it() {
    const KEYS: u32 = 60_000;
    const OTHERS: u32 = 500_000;
    let set = Set::of(KEYS);
    let (path, header) = set.filter("filter");
    let filter = BreachFilter::open(&path).unwrap();
    assert_eq!(filter.header(), &header);
    assert_eq!(header.keys(), u64::from(KEYS));
    for number in 0..KEYS {
        assert!(filter.contains(&hash(&listed(number))).unwrap(), "{number}");
    }
    let mistaken = (0..OTHERS).filter(|number| filter.contains(&hash(&unlisted(*number))).unwrap()).count();
    // 7.6 are to be expected.
    assert!((1..=25).contains(&mistaken), "{mistaken}");
    filter.verify(|_, _| {}).unwrap();
}

#[test]
fn a_hash_is_of_the_form_that_is_stored() {
    let composed = passphrase("caf\u{e9} by the harbour");
    let decomposed = passphrase("cafe\u{301} by the harbour");
    let of = |passphrase| format!("{}", BreachHash::of(passphrase).prefix());
    assert_eq!(of(&composed), of(&decomposed));
    // As every list has it: 5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8.
    assert_eq!(of(&passphrase("password")), "5BAA6");
}

#[test]
fn a_hash_is_never_printed() {
    assert_eq!(format!("{:?}", BreachHash::of(&passphrase("password"))), "BreachHash([redacted])");
}

#[test]
fn a_directory_and_a_file_and_any_number_of_threads_make_the_same_filter() {
    let set = Set::of(1_000);
    let (one, two, three) = (set.path("one"), set.path("two"), set.path("three"));
    let four = NonZeroUsize::new(4).unwrap();
    builder(&one).build(&set.sorted(), |_, _| {}).unwrap();
    builder(&two).threads(four).build(&set.sorted(), |_, _| {}).unwrap();
    builder(&three).threads(four).build(&set.directory(), |_, _| {}).unwrap();
    let made = fs::read(&one).unwrap();
    assert_eq!(fs::read(&two).unwrap(), made);
    assert_eq!(fs::read(&three).unwrap(), made);
    assert!(!set.path("one.part").exists());
}

#[test]
fn what_was_seen_too_seldom_is_left_out() {
    let set = Set::of(2_000);
    let path = set.path("filter");
    let builder = builder(&path).min_count(NonZeroU64::new(5).unwrap()).source_date(date(2026, 11, 1));
    let header = builder.build(&set.sorted(), |_, _| {}).unwrap();
    assert_eq!((header.keys(), header.min_count().get()), (1_200, 5));
    assert_eq!(header.source_date(), Some(date(2026, 11, 1)));
    let filter = BreachFilter::open(&path).unwrap();
    let found = (0..2_000).filter(|number| filter.contains(&hash(&listed(*number))).unwrap()).count();
    assert!((1_200..1_210).contains(&found), "{found}");
    assert_eq!(filter.header(), &header);
}

#[test]
fn a_set_with_gaps_is_refused_unless_gaps_are_allowed() {
    let set = Set::of(100);
    let strict = FilterBuilder::new(set.path("filter"));
    let refused = strict.build(&set.sorted(), |_, _| {}).unwrap_err();
    assert!(matches!(refused, BreachError::MissingRange { .. }), "{refused:?}");
    assert!(!set.path("filter").exists());
    let (_, header) = set.filter("other");
    assert_eq!(header.missing_ranges(), (1 << 20) - 100);
}

#[test]
fn a_set_of_nothing_lists_nothing() {
    let set = Set::of(0);
    let (path, header) = set.filter("filter");
    assert_eq!(header.keys(), 0);
    let filter = BreachFilter::open(path).unwrap();
    assert!((0..1_000).all(|number| !filter.contains(&hash(&listed(number))).unwrap()));
    filter.verify(|_, _| {}).unwrap();
}

#[test]
fn many_threads_ask_one_filter() {
    let set = Set::of(2_000);
    let filter = BreachFilter::open(set.filter("filter").0).unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope
                .spawn(|| assert!((0..2_000).all(|number| filter.contains(&hash(&listed(number))).unwrap())));
        }
    });
}

#[test]
fn an_open_filter_outlives_its_successor() {
    let set = Set::of(500);
    let (path, _) = set.filter("filter");
    let old = BreachFilter::open(&path).unwrap();
    builder(&path).build(&Set::of(0).sorted(), |_, _| {}).unwrap();
    assert!(old.contains(&hash(&listed(7))).unwrap());
    assert_ne!(BreachFilter::open(&path).unwrap().digest(), old.digest());
    old.verify(|_, _| {}).unwrap();
}
