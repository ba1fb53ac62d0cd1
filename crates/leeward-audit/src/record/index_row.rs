use super::{FORM, body};
use crate::tiles::TILE_WIDTH;
use leeward_store::Space;

/// The index: key is what is looked up, and the number of a bundle. Public, since it holds pseudonyms and
/// codes alone; whatever it says is checked against the entries.
pub(crate) const INDEX: Space = Space::public("audit.index");

/// Which entries of a bundle: `form || 256 bits`, the first entry in the highest bit of the first byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places([u8; 32]);

impl Places {
    /// Every place from `from` on, and before `until`.
    pub(crate) fn between(from: u64, until: u64) -> Self {
        let mut places = Self::default();
        (from..until.min(u64::from(TILE_WIDTH))).for_each(|place| places.insert(place));
        places
    }

    pub(crate) fn insert(&mut self, place: u64) {
        if let Some(byte) = usize::try_from(place / 8).ok().and_then(|byte| self.0.get_mut(byte)) {
            *byte |= bit(place);
        }
    }

    pub(crate) fn contains(&self, place: u64) -> bool {
        let byte = usize::try_from(place / 8).ok().and_then(|byte| self.0.get(byte));
        byte.is_some_and(|byte| byte & bit(place) != 0)
    }

    /// Those that are in both.
    pub(crate) fn and(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    /// Those that are not in the other.
    pub(crate) fn without(self, other: Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    fn zip(mut self, other: Self, op: impl Fn(u8, u8) -> u8) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a = op(*a, b));
        self
    }

    /// The places, in order.
    pub(crate) fn iter(self) -> impl DoubleEndedIterator<Item = u64> {
        (0..u64::from(TILE_WIDTH)).filter(move |place| self.contains(*place))
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == [0; 32]
    }

    pub(crate) fn encode(self) -> Vec<u8> {
        [&[FORM], &self.0[..]].concat()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        Some(Self(body(bytes)?.try_into().ok()?))
    }
}

/// Where the index ends: `form || number of bundles`.
pub(crate) fn encode_end(bundles: u64) -> Vec<u8> {
    [&[FORM], &bundles.to_be_bytes()[..]].concat()
}

pub(crate) fn decode_end(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(body(bytes)?.try_into().ok()?))
}

/// Which procedures a bundle has rows of, so that they are found when they go: `form || names`.
pub(crate) fn encode_procedures(names: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    std::iter::once(vec![FORM]).chain(names).flatten().collect()
}

pub(crate) fn decode_procedures(bytes: &[u8]) -> Option<&[[u8; PROCEDURE_NAME]]> {
    let (names, rest) = body(bytes)?.as_chunks();
    rest.is_empty().then_some(names)
}

/// The name of a procedure's rows: kind, number of the key, pseudonym.
const PROCEDURE_NAME: usize = 1 + 2 + 16;

const fn bit(place: u64) -> u8 {
    0x80 >> (place % 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_1_is_pinned() {
        let mut places = Places::default();
        [0, 9, 255, 256].into_iter().for_each(|place| places.insert(place));
        let mut pinned = [0; 33];
        (pinned[0], pinned[1], pinned[2], pinned[32]) = (1, 0x80, 0x40, 0x01);
        assert_eq!(places.encode(), pinned);
        assert_eq!(Places::decode(&pinned), Some(places));
        assert_eq!(places.iter().collect::<Vec<_>>(), [0, 9, 255]);
        assert!(Places::decode(&pinned[1..]).is_none());
        assert_eq!(places.and(Places::between(1, 256)).iter().rev().collect::<Vec<_>>(), [255, 9]);
        assert_eq!(places.without(Places::between(9, 255)).iter().collect::<Vec<_>>(), [0, 255]);
        assert!(places.without(places).is_empty());
    }

    #[test]
    fn the_other_rows_are_pinned() {
        assert_eq!(encode_end(258), b"\x01\0\0\0\0\0\0\x01\x02");
        assert_eq!(decode_end(&encode_end(258)), Some(258));
        assert_eq!(decode_end(&[1, 0]), None);
        let names = [[5; PROCEDURE_NAME], [6; PROCEDURE_NAME]];
        let bytes = encode_procedures(names.iter().map(|name| name.to_vec()));
        assert_eq!(bytes, [&[1][..], &[5; 19], &[6; 19]].concat());
        assert_eq!(decode_procedures(&bytes), Some(&names[..]));
        assert_eq!(decode_procedures(&bytes[..20 + 18]), None);
    }
}
