//! Stored forms of the rules crates.

use leeward_credentials::{ForeignHash, HashedPassphrase};

/// A hashed passphrase has one encoding, into which earlier ones are turned.
pub fn hashed_passphrase(data: &[u8]) {
    if let Ok(hashed) = HashedPassphrase::from_bytes(data) {
        let bytes = hashed.to_bytes();
        assert!(bytes.len() <= HashedPassphrase::MAX_BYTES);
        assert!(bytes.as_slice() == data || data.first() == Some(&1));
        assert_eq!(HashedPassphrase::from_bytes(&bytes).expect("its own encoding").to_bytes(), bytes);
    }
}

/// A PHC string of this service has one form, and no hash of another service is over the maxima.
pub fn credentials_import(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(hashed) = HashedPassphrase::from_phc(text) {
        assert_eq!(*hashed.to_phc().expect("what was a PHC string is one"), text);
        hashed_passphrase(&hashed.to_bytes());
    }
    for foreign in
        [ForeignHash::parse(text), ForeignHash::parse_devise_with_pepper(text)].into_iter().flatten()
    {
        assert!(text.len() <= ForeignHash::MAX_LEN);
        assert!(foreign.memory_kib() <= 2 * 1024 * 1024);
    }
}
