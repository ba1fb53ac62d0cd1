use super::support::{Set, builder, hash, hex, listed, prefix, sha1, unlisted};
use leeward_credentials::breach::{BreachError, BreachHash, Range, RangeFiles, RangePrefix, RangeSource};
use proptest::prelude::*;
use std::{collections::BTreeMap, fs};

#[test]
fn both_forms_of_the_set_say_how_often_each_was_seen() {
    let set = Set::of(1_000);
    for files in [set.sorted(), set.directory()] {
        for (bytes, count) in &set.counts {
            let hash = BreachHash::from_bytes(*bytes);
            assert_eq!(files.range(hash.prefix()).unwrap().count_of(&hash), *count);
        }
        let other = hash(&unlisted(0));
        let refused = files.range(other.prefix());
        assert!(matches!(refused, Err(BreachError::MissingRange { prefix }) if prefix == other.prefix()));
    }
}

#[test]
fn lines_may_end_either_way_and_be_padding() {
    let digits = hex(&sha1(&listed(0)));
    let (hash, suffix) = (hash(&listed(0)), &digits[5..]);
    let other = "0".repeat(35);
    for (lines, count, len) in [
        (format!("{suffix}:3"), 3, 1),
        (format!("{suffix}:3\r\n"), 3, 1),
        (format!("{other}:1\n{suffix}:3\n"), 3, 2),
        (format!("{other}:0\r\n{}:3\r\n{other}:0", suffix.to_lowercase()), 3, 1),
        (format!("{suffix}:0"), 0, 0),
        (format!("{suffix}:18446744073709551615"), u64::MAX, 1),
        (String::new(), 0, 0),
    ] {
        let range = Range::parse(hash.prefix(), lines.as_bytes()).unwrap();
        assert_eq!((range.count_of(&hash), range.len(), range.is_empty()), (count, len, len == 0), "{lines}");
    }
}

#[test]
fn what_is_no_range_is_refused() {
    let good = "A".repeat(35);
    for lines in [
        "<html>".to_owned(),
        good.clone(),
        format!("{good}:"),
        format!("{good}:-1"),
        format!("{good}:+1"),
        format!("{good}: 1"),
        format!("{good}:18446744073709551616"),
        format!("{good};1"),
        format!("{good}A:1"),
        format!("{}:1", "A".repeat(34)),
        format!("{}:1", "G".repeat(35)),
        format!("{good}:1\n\n{good}:1"),
        format!("{}:1", "é".repeat(17)),
        "A".repeat(4 * 1024 * 1024 + 1),
    ] {
        let shown = &lines[..lines.len().min(60)];
        assert!(
            matches!(Range::parse(prefix(0), lines.as_bytes()), Err(BreachError::Malformed { .. })),
            "{shown}"
        );
    }
}

#[test]
fn a_file_that_is_not_ordered_by_hash_is_refused() {
    let set = Set::of(500);
    let mut lines: Vec<_> = set.lines("\n").lines().map(str::to_owned).collect();
    let (path, out) = (set.path("set.txt"), set.path("filter"));
    let refused = |lines: &[String]| {
        fs::write(&path, lines.join("\r\n")).unwrap();
        let _ = fs::remove_file(set.path("filter.part"));
        builder(&out).build(&RangeFiles::open(&path).unwrap(), |_, _| {}).unwrap_err()
    };
    lines.swap(100, 400);
    assert!(matches!(refused(&lines), BreachError::Unsorted));
    lines.swap(100, 400);
    lines.insert(7, lines[7].clone());
    assert!(matches!(refused(&lines), BreachError::Unsorted));
    lines.remove(7);
    lines.reverse();
    assert!(matches!(refused(&lines), BreachError::Unsorted));
    lines.reverse();
    lines[250] = "A".repeat(100_000);
    let malformed = refused(&lines);
    assert!(malformed.to_string().contains("set.txt"), "{malformed}");
    let file = fs::canonicalize(&path).unwrap();
    assert!(matches!(malformed, BreachError::Malformed { file: Some(named), .. } if named == file));
    assert!(!out.exists());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_a_range_or_an_error(bytes: Vec<u8>) {
        let _ = Range::parse(prefix(0xABCDE), &bytes);
    }

    #[test]
    fn what_a_sorted_file_says_of_a_prefix_is_what_stands_in_it(
        counts in proptest::collection::btree_map(any::<[u8; 20]>(), 1..u64::MAX, 1..60),
        narrow: bool, crlf: bool,
    ) {
        // All in few ranges, or spread over all.
        let narrowed = |mut hash: [u8; 20]| {
            if narrow {
                (hash[0], hash[1], hash[2]) = (0xFF, 0xFF, hash[2] | 0xE0);
            }
            hash
        };
        let counts: BTreeMap<_, _> = counts.into_iter().map(|(hash, count)| (narrowed(hash), count)).collect();
        let end = if crlf { "\r\n" } else { "\n" };
        let lines: String = counts.iter().map(|(hash, count)| format!("{}:{count}{end}", hex(hash))).collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), lines).unwrap();
        let files = RangeFiles::open(file.path()).unwrap();
        let asked = counts.keys().map(|hash| BreachHash::from_bytes(*hash).prefix());
        for prefix in asked.chain([0, RangePrefix::COUNT - 1].map(prefix)) {
            let expected: BTreeMap<_, _> =
                counts.iter().filter(|(hash, _)| BreachHash::from_bytes(**hash).prefix() == prefix).collect();
            match files.range(prefix) {
                Ok(range) => {
                    prop_assert_eq!(range.len(), expected.len());
                    for (hash, count) in expected {
                        prop_assert_eq!(range.count_of(&BreachHash::from_bytes(*hash)), *count);
                    }
                }
                Err(error) => {
                    prop_assert!(expected.is_empty(), "{error:?}");
                }
            }
        }
    }
}
