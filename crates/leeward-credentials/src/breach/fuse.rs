//! The arithmetic of a binary fuse filter with 16-bit fingerprints (Graf and Lemire, 2022), as `xorf`
//! builds it. It stands here so that a file says the same whatever later releases of `xorf` do.

/// Where a filter's fingerprints lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) seed: u64,
    /// The length of a segment is two to this.
    pub(super) segment_bits: u8,
    /// Segments in which a key's first fingerprint may lie; two more follow.
    pub(super) segments: u32,
}

/// What must hold for a key of the set: the three fingerprints at `places` make up `fingerprint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) fingerprint: u16,
    pub(super) places: [u64; 3],
}

impl Layout {
    /// The longest segment that is ever built.
    pub(super) const MAX_SEGMENT_BITS: u8 = 18;

    /// How many fingerprints there are: `None` if places would not fit 32 bits.
    pub(super) fn fingerprints(self) -> Option<u64> {
        if self.segment_bits > Self::MAX_SEGMENT_BITS {
            return None;
        }
        let all = u64::from(self.segments).checked_add(2)?.checked_shl(u32::from(self.segment_bits))?;
        (self.segments > 0 && all <= u64::from(u32::MAX)).then_some(all)
    }

    pub(super) fn question(self, key: u64) -> Question {
        let hash = mix(key.wrapping_add(self.seed));
        let length = 1_u64 << self.segment_bits;
        let first_segments = u64::from(self.segments) << self.segment_bits;
        let first = high(hash, first_segments);
        let within = |bits: u64| bits & length.saturating_sub(1);
        let second = first.saturating_add(length) ^ within(hash >> 18);
        let third = first.saturating_add(length.saturating_mul(2)) ^ within(hash);
        let [.., a, b] = (hash ^ (hash >> 32)).to_be_bytes();
        Question { fingerprint: u16::from_be_bytes([a, b]), places: [first, second, third] }
    }
}

/// The upper half of the product: `hash`, spread over `0..range`.
fn high(hash: u64, range: u64) -> u64 {
    let product = u128::from(hash).saturating_mul(u128::from(range));
    u64::try_from(product >> 64).unwrap_or(u64::MAX)
}

/// The last step of MurmurHash3.
const fn mix(key: u64) -> u64 {
    let key = (key ^ (key >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let key = (key ^ (key >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    key ^ (key >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use xorf::{BinaryFuse16, Filter};

    fn layout(built: &BinaryFuse16) -> Layout {
        let xorf::Descriptor { seed, segment_length, segment_count_length, .. } = built.descriptor;
        let segment_bits = u8::try_from(segment_length.trailing_zeros()).unwrap();
        Layout { seed, segment_bits, segments: segment_count_length / segment_length }
    }

    fn holds(built: &BinaryFuse16, key: u64) -> bool {
        let Question { fingerprint, places } = layout(built).question(key);
        let found = places.map(|place| built.fingerprints[usize::try_from(place).unwrap()]);
        found.iter().fold(fingerprint, |left, found| left ^ found) == 0
    }

    proptest! {
        #[test]
        fn every_key_is_found_as_its_builder_finds_it(
            keys in proptest::collection::btree_set(any::<u64>(), 1..2_000),
            others in proptest::collection::vec(any::<u64>(), 200),
        ) {
            let listed: Vec<u64> = keys.iter().copied().collect();
            let built = BinaryFuse16::try_from(&listed).unwrap();
            let fingerprints = layout(&built).fingerprints().unwrap();
            prop_assert_eq!(fingerprints, u64::try_from(built.fingerprints.len()).unwrap());
            for key in keys {
                prop_assert!(holds(&built, key));
            }
            for other in others {
                prop_assert_eq!(holds(&built, other), built.contains(&other));
            }
        }

        #[test]
        fn no_layout_asks_for_a_place_outside_it(seed: u64, segment_bits: u8, segments: u32, key: u64) {
            let layout = Layout { seed, segment_bits, segments };
            if let Some(fingerprints) = layout.fingerprints() {
                prop_assert!(layout.question(key).places.iter().all(|place| *place < fingerprints));
            }
        }
    }

    /// A file that was written once says the same for ever.
    #[test]
    fn the_places_of_a_key_are_pinned() {
        let layout = Layout { seed: 0x1111_2222_3333_4444, segment_bits: 10, segments: 37 };
        let question = layout.question(0x0123_4567_89ab_cdef);
        assert_eq!(question, Question { fingerprint: 15_723, places: [20_969, 22_262, 23_042] });
    }
}
