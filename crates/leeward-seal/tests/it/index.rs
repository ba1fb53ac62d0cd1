use leeward_seal::{Index, IndexKey, IndexRoot, IndexTag, SealError};
use ring::rand::SystemRandom;

const INDEX: Index<'_> =
    Index { tenant: b"t1", space: "app.contact", field: "phone", name: "digits", version: 1, bits: 256 };

fn tag(index: &Index<'_>) -> IndexTag {
    let root = IndexRoot::from_bytes(&[3; IndexRoot::LEN]);
    IndexKey::derive(&root, index).unwrap().tag(b"15550100")
}

#[test]
fn a_tag_is_pinned() {
    // Computed by tests/interop/index_tag.py.
    assert_eq!(
        hex(tag(&INDEX).as_bytes()),
        "e86a96edbbe1a3d83101043428344d13fe7f3e4a0361b199acf2ee4899addcec"
    );
    assert_eq!(hex(tag(&Index { bits: 13, ..INDEX }).as_bytes()), "f818");
}

#[test]
fn equal_values_have_equal_tags_and_others_do_not() {
    let root = IndexRoot::generate(&SystemRandom::new()).unwrap();
    let again = IndexRoot::from_bytes(root.expose_key_bytes());
    let (key, again) = (IndexKey::derive(&root, &INDEX).unwrap(), IndexKey::derive(&again, &INDEX).unwrap());
    assert_eq!(key.tag(b"a"), again.tag(b"a"));
    assert_ne!(key.tag(b"a"), key.tag(b"b"));
}

#[test]
fn tags_of_two_indexes_cannot_be_matched() {
    let others = [
        Index { tenant: b"t2", ..INDEX },
        Index { space: "app.staff", ..INDEX },
        Index { field: "fax", ..INDEX },
        Index { name: "prefix", ..INDEX },
        Index { version: 2, ..INDEX },
        Index { tenant: b"t1a", space: "pp.contact", ..INDEX },
    ];
    for other in others {
        assert_ne!(tag(&other), tag(&INDEX), "{other:?}");
    }
    let shorter = tag(&Index { bits: 64, ..INDEX });
    assert!(!tag(&INDEX).as_bytes().starts_with(shorter.as_bytes()), "the number of bits is in the key");
}

#[test]
fn a_tag_has_as_many_bits_as_its_index_says() {
    for bits in 8..=256 {
        let tag = tag(&Index { bits, ..INDEX });
        assert_eq!(tag.as_bytes().len(), usize::from(bits).div_ceil(8));
        let unused = u32::from(bits.next_multiple_of(8) - bits);
        assert!(tag.as_bytes().last().unwrap().trailing_zeros() >= unused, "{bits} bits");
    }
}

#[test]
fn every_bit_of_a_tag_is_used() {
    let root = IndexRoot::from_bytes(&[3; IndexRoot::LEN]);
    let key = IndexKey::derive(&root, &Index { bits: 13, ..INDEX }).unwrap();
    let tags = (0_u32..200).map(|value| key.tag(&value.to_be_bytes()));
    let ever_set = tags.fold([0, 0], |set, tag| [set[0] | tag.as_bytes()[0], set[1] | tag.as_bytes()[1]]);
    assert_eq!(ever_set, [0xFF, 0xF8]);
}

#[test]
fn too_few_or_too_many_bits_are_refused() {
    let root = IndexRoot::from_bytes(&[3; IndexRoot::LEN]);
    for bits in [0, 7, 257, u16::MAX] {
        assert_eq!(IndexKey::derive(&root, &Index { bits, ..INDEX }).unwrap_err(), SealError::TagBits);
    }
}

#[test]
fn a_root_of_another_length_is_refused() {
    assert_eq!(IndexRoot::try_from(&[0; 31][..]).unwrap_err(), SealError::KeyLength);
    assert!(IndexRoot::try_from(&[0; 32][..]).is_ok());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
