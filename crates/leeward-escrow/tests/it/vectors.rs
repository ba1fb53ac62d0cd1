//! Other people's vectors. The other directions run in tests/interop.

use hpke::{
    Deserializable, Kem, OpModeR, aead::ChaCha20Poly1305, kdf::HkdfSha256, kem::X25519HkdfSha256,
    setup_receiver,
};
use leeward_escrow::shamir::{Share, combine};
use serde_json::Value;

fn bytes(value: &Value) -> Vec<u8> {
    let hex = value.as_str().unwrap().as_bytes();
    let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.chunks(2).map(digits).collect()
}

/// The value, and behind it the place.
fn share(value: &Value) -> Share {
    let bytes = bytes(value);
    let (place, value) = bytes.split_last().unwrap();
    Share::from_parts(*place, value).unwrap()
}

#[test]
fn shares_made_by_another_implementation_give_the_secret() {
    let fixture: Value = serde_json::from_str(include_str!("../vectors/npm-shamir.json")).unwrap();
    let cases = fixture["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 6);
    for case in cases {
        let shares = case["shares"].as_array().unwrap();
        let threshold = usize::try_from(case["threshold"].as_u64().unwrap()).unwrap();
        for chosen in shares.windows(threshold) {
            let chosen: Vec<_> = chosen.iter().map(share).collect();
            assert_eq!(combine(&chosen).unwrap().expose(), bytes(&case["secret"]));
        }
    }
}

#[test]
fn what_rfc_9180_sealed_in_base_mode_opens() {
    let fixture: Value = serde_json::from_str(include_str!("../vectors/rfc9180-base.json")).unwrap();
    let case = &fixture["case"];
    let private = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&bytes(&case["skRm"])).unwrap();
    let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&bytes(&case["enc"])).unwrap();
    let mut context = setup_receiver::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &private,
        &encapsulated,
        &bytes(&case["info"]),
    )
    .unwrap();
    let messages = case["encryptions"].as_array().unwrap();
    assert_eq!(messages.len(), 8);
    for message in messages {
        let opened = context.open(&bytes(&message["ct"]), &bytes(&message["aad"])).unwrap();
        assert_eq!(opened, bytes(&message["pt"]));
    }
}
