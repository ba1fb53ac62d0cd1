use leeward_seal::{
    Index, IndexKey, IndexRoot, SealError, SealKey,
    cobblestone::{self, ChunkReader, Opener, Sealer},
};
use ring::rand::SystemRandom;

#[test]
fn nothing_secret_is_printed() {
    let key = SealKey::from_bytes(&[0xAB; 32]);
    let root = IndexRoot::from_bytes(&[0xAB; 32]);
    let index = Index { tenant: b"", space: "s", field: "f", name: "n", version: 1, bits: 24 };
    let sealed = cobblestone::seal(&key, b"", b"secret", &SystemRandom::new()).unwrap();
    let header = sealed.first_chunk().unwrap();
    let mut sealer = Sealer::new(&key, b"", &SystemRandom::new(), &mut Vec::new()).unwrap();
    sealer.update(b"secret", &mut Vec::new()).unwrap();

    assert_eq!(format!("{key:?}"), "SealKey { .. }");
    assert_eq!(format!("{root:?}"), "IndexRoot { .. }");
    assert_eq!(format!("{:?}", IndexKey::derive(&root, &index).unwrap()), "IndexKey { bits: 24, .. }");
    assert_eq!(format!("{:?}", cobblestone::open(&key, b"", &sealed).unwrap()), "Plaintext(6 bytes)");
    assert_eq!(format!("{sealer:?}"), "Sealer { chunks: 0, .. }");
    assert_eq!(format!("{:?}", Opener::new(&key, b"", header).unwrap()), "Opener { chunks: 0, .. }");
    assert_eq!(format!("{:?}", ChunkReader::new(&key, b"", header).unwrap()), "ChunkReader { .. }");
}

#[test]
fn errors_say_what_to_do_and_not_what_failed() {
    let messages = [
        (SealError::CannotOpen, "the sealed data cannot be opened with this key in this context"),
        (SealError::Random, "the random source failed: nothing was sealed"),
        (SealError::KeyLength, "a key must be exactly 32 bytes"),
        (SealError::FieldTooLong { field: "key" }, "the field `key` must not be over 65,535 bytes"),
        (SealError::TagBits, "a blind-index tag must have 8 to 256 bits"),
        (SealError::MessageTooLong, "a message must not be over 4 PiB: divide it"),
    ];
    for (error, message) in messages {
        assert_eq!(error.to_string(), message);
    }
}
