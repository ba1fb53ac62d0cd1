//! The encoding of keys.

use leeward_store::{Key, LimitError, Space, StoreError, limits};
use proptest::{collection::vec, prelude::*};

const ROW: Space = Space::public("row");
const OF: Space = Space::sealed_for("of", 0);

/// Bytes that the encoding treats in its own way, more often than others.
fn segment() -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![Just(0), Just(1), Just(2), Just(0xFF), any::<u8>()], 0..6)
}

fn segments() -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(segment(), 0..5)
}

fn key(segments: &[Vec<u8>]) -> Key {
    ROW.key(&segments.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap()
}

proptest! {
    #[test]
    fn byte_order_is_the_order_of_segments(one in segments(), two in segments()) {
        prop_assert_eq!(key(&one).as_bytes().cmp(key(&two).as_bytes()), one.cmp(&two));
        prop_assert_eq!(key(&one).cmp(&key(&two)), one.cmp(&two));
        prop_assert_eq!(key(&one) == key(&two), one == two);
    }

    #[test]
    fn a_key_begins_with_another_just_if_its_segments_do(one in segments(), two in segments()) {
        let begins = key(&two).as_bytes().starts_with(key(&one).as_bytes());
        prop_assert_eq!(begins, two.starts_with(&one));
    }

    #[test]
    fn segments_come_back(segments in segments()) {
        let key = key(&segments);
        prop_assert_eq!(key.segments(), segments);
        prop_assert_eq!(Key::from_bytes(ROW, key.as_bytes()).unwrap(), key);
    }

    #[test]
    fn a_prefix_covers_what_begins_with_its_segments(prefix in segments(), segments in segments()) {
        let range = ROW.prefix(&prefix.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
        let key = key(&segments);
        let inside = range.as_bytes() <= key.as_bytes() && key.as_bytes() < range.end().as_slice();
        prop_assert_eq!(inside, segments.starts_with(&prefix));
        prop_assert_eq!(range.contains(&key), inside);
    }

    #[test]
    fn any_bytes_are_a_key_or_an_error(bytes in vec(any::<u8>(), 0..1_100), named in any::<bool>()) {
        let bytes = if named { [b"row\0\x01", bytes.as_slice()].concat() } else { bytes };
        for space in [ROW, OF] {
            if let Ok(key) = Key::from_bytes(space, &bytes) {
                let segments = key.segments();
                let again = space.key(&segments.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
                prop_assert_eq!(again.as_bytes(), bytes.as_slice());
            }
        }
    }
}

#[test]
fn the_longest_key_fits_and_one_byte_more_does_not() {
    let room = limits::MAX_KEY - ROW.key(&[b""]).unwrap().as_bytes().len();
    assert_eq!(ROW.key(&[&vec![b'k'; room]]).unwrap().as_bytes().len(), limits::MAX_KEY);
    let long = ROW.key(&[&vec![b'k'; room + 1]]);
    assert!(matches!(long, Err(StoreError::Limit(LimitError::Key { len: 1025 }))));
    assert!(ROW.key(&[&vec![0; room]]).is_err(), "zeros take two bytes each");
    assert!(ROW.prefix(&vec![&b""[..]; 1_000]).is_err(), "an empty segment takes two bytes");
}

#[test]
fn a_space_is_no_prefix_of_a_longer_name() {
    let longer = Space::public("rows").key(&[]).unwrap();
    assert!(!ROW.prefix(&[]).unwrap().contains(&longer));
    assert!(Key::from_bytes(ROW, longer.as_bytes()).is_err());
}

#[test]
fn a_key_prints_its_space_and_hex() {
    assert_eq!(format!("{:?}", OF.key(&[b"\x01\xAB", b""]).unwrap()), "of/01ab/");
    assert_eq!(format!("{:?}", ROW.prefix(&[b"a"]).unwrap()), "row/61");
}
