//! Other people's vectors, by name.

use crate::support::passphrase;
use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use leeward_credentials::{Governor, GovernorConfig, HashParams, HashedPassphrase};

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn rfc_9106_5_3_argon2id() {
    let params = ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .data(AssociatedData::new(&[4; 12]).unwrap())
        .output_len(32)
        .build()
        .unwrap();
    let argon2 = Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params).unwrap();
    let mut tag = [0; 32];
    let mut blocks = [argon2::Block::new(); 32];
    argon2.hash_password_into_with_memory(&[1; 32], &[2; 16], &mut tag, &mut blocks[..]).unwrap();
    assert_eq!(tag[..], hex("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"));
}

/// Made by PyPI argon2-cffi 25.1.0, which wraps the reference implementation:
/// `argon2.low_level.hash_secret_raw(text.encode(), bytes.fromhex(salt), t, m, p, 32, Type.ID).hex()`
/// with `text` in NFC.
const ARGON2_CFFI: [(&str, [u32; 3], &str, &str); 3] = [
    (
        "seven lamps above the quay",
        [19_456, 2, 1],
        "000102030405060708090a0b0c0d0e0f",
        "5f6bdb16d8578d2fb032d8aaaeaa53c2a619f94d0099712ebd7c391d3b3b06c6",
    ),
    (
        "cafe\u{301} am Ufer, 東京, 🌊",
        [7_168, 5, 1],
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "7fe26a0846780139fe183b525a8d8c533a81e3cc0a97e83439160ab77b8d38a9",
    ),
    (
        "(1024 times x)",
        [256, 3, 4],
        "101112131415161718191a1b1c1d1e1f",
        "89060a3a11801396574add0d4bfe929348b60015ebae5c0f73aca40f47f89eb1",
    ),
];

#[test]
fn argon2_cffi_hashes_are_accepted_from_their_stored_form() {
    let ceiling = HashParams::new(19_456, 5, 4).unwrap();
    let governor = Governor::start(GovernorConfig::default().ceiling(ceiling)).unwrap();
    for (text, numbers, salt, tag) in ARGON2_CFFI {
        let text = text.replace("(1024 times x)", &"x".repeat(1024));
        let mut stored = vec![1, 1];
        stored.extend(numbers.map(u32::to_be_bytes).concat());
        stored.extend([hex(salt), hex(tag)].concat());

        let hashed = HashedPassphrase::from_bytes(&stored).unwrap();
        assert_eq!(hashed.to_bytes()[18..], stored[14..]);
        let right = pollster::block_on(governor.check(&passphrase(&text), &hashed)).unwrap();
        let wrong = pollster::block_on(governor.check(&passphrase(&text[1..]), &hashed)).unwrap();
        assert!(right && !wrong, "{text}");
    }
}
