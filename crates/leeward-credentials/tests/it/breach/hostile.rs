use super::support::{Set, hash, listed};
use leeward_credentials::breach::{BreachError, BreachFilter};
use proptest::prelude::*;
use std::{fs, io::Write, path::Path};

/// Where the fingerprints begin: a header, and an entry for each of 4096 parts.
const DATA: usize = 100 + 4096 * 51;

fn open(path: &Path, bytes: &[u8]) -> Result<BreachFilter, BreachError> {
    fs::write(path, bytes).unwrap();
    BreachFilter::open(path)
}

#[test]
fn what_is_no_filter_is_told_apart() {
    let set = Set::of(0);
    let path = set.path("foreign");
    for foreign in [&b""[..], b"LWBREACH", b"SQLite format 3\0", &[0; 100], &[0xff; DATA + 7]] {
        assert!(matches!(open(&path, foreign), Err(BreachError::NotAFilter)), "{foreign:?}");
    }
    assert!(matches!(BreachFilter::open(set.path("none")), Err(BreachError::Io(_))));
    assert!(matches!(BreachFilter::open(set.dir.path()), Err(BreachError::Io(_))));
}

#[test]
fn a_later_version_says_so() {
    let set = Set::of(10);
    let (path, _) = set.filter("filter");
    let mut bytes = fs::read(&path).unwrap();
    bytes[9] = 2;
    assert!(matches!(open(&path, &bytes), Err(BreachError::Version { version: 2 })));
}

#[test]
fn no_beginning_of_a_filter_is_one() {
    let set = Set::of(300);
    let (path, _) = set.filter("filter");
    let bytes = fs::read(&path).unwrap();
    for len in (0..=100).chain([101, 5_000, DATA - 1]) {
        let refused = open(&path, &bytes[..len]).unwrap_err();
        assert!(
            matches!(refused, BreachError::NotAFilter | BreachError::Damaged { .. }),
            "{len}: {refused:?}"
        );
    }
    for other in [&bytes[..DATA], &bytes[..bytes.len() - 1], &[&bytes[..], &[0]].concat()] {
        let refused = open(&path, other).unwrap_err();
        let (is, should) = (other.len() as u64, bytes.len() as u64);
        assert!(
            matches!(refused, BreachError::Length { is: i, should: s } if (i, s) == (is, should)),
            "{refused:?}"
        );
    }
}

#[test]
fn every_changed_byte_of_the_header_and_any_of_the_table_is_found_on_opening() {
    let set = Set::of(300);
    let (path, _) = set.filter("filter");
    let bytes = fs::read(&path).unwrap();
    for at in (0..100).chain((100..DATA).step_by(4_999)).chain([DATA - 1]) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(open(&path, &changed).is_err(), "byte {at}");
    }
}

#[test]
fn every_changed_fingerprint_is_found_by_verifying() {
    let set = Set::of(300);
    let (path, _) = set.filter("filter");
    let bytes = fs::read(&path).unwrap();
    for at in (DATA..bytes.len()).step_by(101) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        let filter = open(&path, &changed).unwrap();
        assert!(matches!(filter.verify(|_, _| {}), Err(BreachError::Checksum { .. })), "byte {at}");
    }
}

#[test]
fn a_filter_that_is_cut_short_while_it_is_open_is_an_error_and_no_crash() {
    let set = Set::of(2_000);
    let (path, _) = set.filter("filter");
    let filter = BreachFilter::open(&path).unwrap();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(DATA as u64).unwrap();
    for number in 0..50 {
        assert!(matches!(filter.contains(&hash(&listed(number))), Err(BreachError::Io(_))));
    }
    assert!(matches!(filter.verify(|_, _| {}), Err(BreachError::Io(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_bytes_after_the_magic_are_a_filter(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&[b"LWBREACH\0\x01", &bytes[..]].concat()).unwrap();
        prop_assert!(BreachFilter::open(file.path()).is_err());
    }
}
