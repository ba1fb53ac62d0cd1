use crate::input::Input;
use leeward_store::{Key, Space};

const PUBLIC: Space = Space::public("p");
const SEALED: Space = Space::sealed_for("s", 1);

/// Bytes that decode to a key are the ones that its segments encode to.
pub fn store_key(data: &[u8]) {
    for space in [PUBLIC, SEALED] {
        let Ok(key) = Key::from_bytes(space, data) else { continue };
        let segments = key.segments();
        let again = key_of(space, &segments).expect("the segments of a key make a key");
        assert_eq!(again.as_bytes(), data);
        assert_eq!(key.subject().as_ref(), segments.get(1).filter(|_| space == SEALED));
        let prefix = space.prefix(&[]).expect("the empty prefix is short");
        assert!(prefix.contains(&key) && prefix.as_bytes() <= data && data < prefix.end().as_slice());
    }
}

/// Keys sort as their segments do, none is the beginning of another, and each survives a backend.
pub fn store_key_order(data: &[u8]) {
    let mut input = Input::new(data);
    let (a, b) = (segments(&mut input), segments(&mut input));
    let (Some(first), Some(second)) = (key_of(PUBLIC, &a), key_of(PUBLIC, &b)) else { return };
    assert_eq!(first.cmp(&second), a.cmp(&b));
    assert_eq!(first.as_bytes().starts_with(second.as_bytes()), a.starts_with(&b));
    assert_eq!(Key::from_bytes(PUBLIC, first.as_bytes()).expect("its own bytes"), first);
}

fn segments(input: &mut Input<'_>) -> Vec<Vec<u8>> {
    let count = input.byte() % 5;
    (0..count).map(|_| input.bytes().to_vec()).collect()
}

fn key_of(space: Space, segments: &[Vec<u8>]) -> Option<Key> {
    let segments: Vec<&[u8]> = segments.iter().map(Vec::as_slice).collect();
    space.key(&segments).ok()
}
