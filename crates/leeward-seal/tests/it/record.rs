use leeward_seal::{Context, SealError, SealKey, cobblestone, open, seal, seal_into};
use ring::rand::SystemRandom;

const CONTEXT: Context<'_> =
    Context { purpose: "record", space: "app.note", key: b"note-1", subject: b"seeker-7", schema_version: 3 };

fn key() -> SealKey {
    SealKey::from_bytes(&[7; SealKey::LEN])
}

fn sealed(plaintext: &[u8]) -> Vec<u8> {
    seal(&key(), &CONTEXT, plaintext, &SystemRandom::new()).unwrap()
}

#[test]
fn the_encoding_of_a_context_is_pinned() {
    let expected = b"\x01\x00\x06record\x00\x08app.note\x00\x06note-1\x00\x08seeker-7\x00\x00\x00\x03";
    assert_eq!(CONTEXT.encode().unwrap(), expected);
}

#[test]
fn a_byte_moved_from_one_field_to_the_next_changes_the_encoding() {
    let moved = Context { purpose: "recorda", space: "pp.note", ..CONTEXT };
    assert_ne!(moved.encode().unwrap(), CONTEXT.encode().unwrap());
    let moved = Context { key: b"note-", subject: b"1seeker-7", ..CONTEXT };
    assert_ne!(moved.encode().unwrap(), CONTEXT.encode().unwrap());
}

#[test]
fn a_context_that_differs_in_any_field_does_not_open() {
    let sealed = sealed(b"text");
    let others = [
        Context { purpose: "export", ..CONTEXT },
        Context { space: "app.memo", ..CONTEXT },
        Context { key: b"note-2", ..CONTEXT },
        Context { subject: b"seeker-8", ..CONTEXT },
        Context { subject: b"", ..CONTEXT },
        Context { schema_version: 4, ..CONTEXT },
    ];
    for other in others {
        assert_eq!(open(&key(), &other, &sealed).unwrap_err(), SealError::CannotOpen, "{other:?}");
    }
    assert_eq!(open(&key(), &CONTEXT, &sealed).unwrap().as_slice(), b"text");
}

#[test]
fn a_field_that_is_too_long_is_named() {
    let long = vec![b'x'; 65_536];
    let text = std::str::from_utf8(&long).unwrap();
    let cases = [
        ("purpose", Context { purpose: text, ..CONTEXT }),
        ("space", Context { space: text, ..CONTEXT }),
        ("key", Context { key: &long, ..CONTEXT }),
        ("subject", Context { subject: &long, ..CONTEXT }),
    ];
    for (field, context) in cases {
        let error = SealError::FieldTooLong { field };
        assert_eq!(seal(&key(), &context, b"", &SystemRandom::new()).unwrap_err(), error);
        assert_eq!(open(&key(), &context, &sealed(b"")).unwrap_err(), error);
    }
    let longest = Context { key: &long[1..], ..CONTEXT };
    let sealed = seal(&key(), &longest, b"", &SystemRandom::new()).unwrap();
    assert!(open(&key(), &longest, &sealed).unwrap().is_empty());
}

#[test]
fn another_key_does_not_open() {
    let other = SealKey::generate(&SystemRandom::new()).unwrap();
    assert_eq!(open(&other, &CONTEXT, &sealed(b"text")).unwrap_err(), SealError::CannotOpen);
}

#[test]
fn every_flipped_bit_of_a_record_is_refused() {
    let mut sealed = sealed(b"a small record");
    for index in 0..sealed.len() {
        for bit in 0..8 {
            sealed[index] ^= 1 << bit;
            assert_eq!(
                open(&key(), &CONTEXT, &sealed).unwrap_err(),
                SealError::CannotOpen,
                "bit {bit} of byte {index}"
            );
            sealed[index] ^= 1 << bit;
        }
    }
    assert!(open(&key(), &CONTEXT, &sealed).is_ok());
}

#[test]
fn a_record_cut_short_or_extended_is_refused() {
    let mut sealed = sealed(b"a small record");
    for len in 0..sealed.len() {
        assert_eq!(open(&key(), &CONTEXT, &sealed[..len]).unwrap_err(), SealError::CannotOpen, "{len} bytes");
    }
    sealed.push(0);
    assert_eq!(open(&key(), &CONTEXT, &sealed).unwrap_err(), SealError::CannotOpen);
}

#[test]
fn two_seals_of_one_text_do_not_resemble_each_other() {
    let (first, second) = (sealed(b"the same text"), sealed(b"the same text"));
    let same = first.iter().zip(&second).filter(|(a, b)| a == b).count();
    assert!(same < 8, "{same} of {} bytes are equal", first.len());
}

#[test]
fn a_record_is_written_behind_a_header_into_the_given_capacity() {
    let len = cobblestone::sealed_len(4).unwrap();
    let mut out = Vec::with_capacity(6 + len);
    out.extend_from_slice(b"header");
    let before = out.as_ptr();
    seal_into(&key(), &CONTEXT, b"text", &SystemRandom::new(), &mut out).unwrap();
    assert_eq!((out.as_ptr(), out.len()), (before, 6 + len));
    let body = out.strip_prefix(b"header").unwrap();
    assert_eq!(open(&key(), &CONTEXT, body).unwrap().as_slice(), b"text");
}
