//! Ciphertexts that PyPI `cryptography` made: see tests/interop/. The other direction runs there.

use crate::stream::{PATTERNS, open_in_pieces};
use leeward_seal::{Context, SealKey, cobblestone, open};
use serde_json::Value;

const FIXTURE: &str = include_str!("../vectors/pypi-cobblestone.json");

fn bytes(value: &Value) -> Vec<u8> {
    let hex = value.as_str().unwrap().as_bytes();
    let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.chunks(2).map(digits).collect()
}

fn text(case: &Value) -> Vec<u8> {
    let len = case["plaintext_len"].as_u64().unwrap();
    (0..len).map(|index| u8::try_from(index * 7 % 251).unwrap()).collect()
}

#[test]
fn messages_sealed_by_another_implementation_open() {
    let fixture: Value = serde_json::from_str(FIXTURE).unwrap();
    let cases = fixture["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 5);
    for case in cases {
        let key = SealKey::try_from(&bytes(&case["key"])[..]).unwrap();
        let (context, sealed) = (bytes(&case["context"]), bytes(&case["sealed"]));
        assert_eq!(&cobblestone::open(&key, &context, &sealed).unwrap()[..], text(case), "{}", case["name"]);
        for pattern in PATTERNS {
            let mut out = Vec::new();
            open_in_pieces(&key, &context, &sealed, pattern, &mut out).unwrap();
            assert_eq!(out, text(case), "{} in pieces of {pattern:?}", case["name"]);
        }
    }
}

#[test]
fn a_typed_context_that_another_implementation_encoded_opens() {
    let fixture: Value = serde_json::from_str(FIXTURE).unwrap();
    let case = &fixture["cases"][4];
    assert_eq!(case["name"], "record");
    let context = Context {
        purpose: "record",
        space: "app.note",
        key: b"note-1",
        subject: b"seeker-7",
        schema_version: 70_000,
    };
    let key = SealKey::try_from(&bytes(&case["key"])[..]).unwrap();
    assert_eq!(&open(&key, &context, &bytes(&case["sealed"])).unwrap()[..], text(case));
}
