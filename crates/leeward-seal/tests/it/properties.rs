use crate::stream::{open_in_pieces, seal_in_pieces};
use leeward_seal::{Context, SealKey, cobblestone, open, seal};
use proptest::{collection::vec, prelude::*};
use ring::rand::SystemRandom;

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(any::<u8>(), 0..200), vec(any::<u8>(), 16_300..16_500), vec(any::<u8>(), 32_700..33_000)]
}

fn pattern() -> impl Strategy<Value = Vec<usize>> {
    vec(prop_oneof![0_usize..100, 16_000_usize..17_000], 1..4).prop_map(|mut pattern| {
        pattern.push(512);
        pattern
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_was_sealed_opens(
        key: [u8; 32],
        text in text(),
        (purpose, space) in (".{0,20}", ".{0,20}"),
        (row, subject) in (vec(any::<u8>(), 0..40), vec(any::<u8>(), 0..40)),
        schema_version: u32,
    ) {
        let key = SealKey::from_bytes(&key);
        let context = Context { purpose: &purpose, space: &space, key: &row, subject: &subject, schema_version };
        let sealed = seal(&key, &context, &text, &SystemRandom::new()).unwrap();
        prop_assert_eq!(&open(&key, &context, &sealed).unwrap()[..], text);
    }

    #[test]
    fn two_contexts_never_have_one_encoding(
        a in (".{0,3}", ".{0,3}", vec(0_u8..3, 0..4), vec(0_u8..3, 0..4), 0_u32..3),
        b in (".{0,3}", ".{0,3}", vec(0_u8..3, 0..4), vec(0_u8..3, 0..4), 0_u32..3),
    ) {
        let encode = |(purpose, space, key, subject, schema_version): &(String, String, Vec<u8>, Vec<u8>, u32)| {
            Context { purpose, space, key, subject, schema_version: *schema_version }.encode().unwrap()
        };
        prop_assert_eq!(a == b, encode(&a) == encode(&b));
    }

    #[test]
    fn pieces_of_any_size_make_the_same_message(text in text(), sealing in pattern(), opening in pattern()) {
        let key = SealKey::from_bytes(&[1; 32]);
        let sealed = seal_in_pieces(&key, b"context", &text, &sealing);
        prop_assert_eq!(sealed.len(), cobblestone::sealed_len(text.len()).unwrap());
        let mut out = Vec::new();
        open_in_pieces(&key, b"context", &sealed, &opening, &mut out).unwrap();
        prop_assert_eq!(out, text);
    }

    #[test]
    fn any_flipped_bit_is_refused_in_pieces_too(text in text(), pattern in pattern(), at: prop::sample::Index, bit in 0..8) {
        let key = SealKey::from_bytes(&[1; 32]);
        let mut sealed = seal_in_pieces(&key, b"context", &text, &[usize::MAX]);
        let at = at.index(sealed.len());
        sealed[at] ^= 1_u8 << bit;
        let mut out = Vec::new();
        prop_assert!(open_in_pieces(&key, b"context", &sealed, &pattern, &mut out).is_err());
        prop_assert!(text.starts_with(&out));
        prop_assert!(cobblestone::open(&key, b"context", &sealed).is_err());
    }
}
