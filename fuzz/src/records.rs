//! Stored forms of the rules crates.

use leeward_credentials::HashedPassphrase;
use leeward_mfa::TotpFactor;

/// A hashed passphrase has one encoding, into which earlier ones are turned.
pub fn hashed_passphrase(data: &[u8]) {
    if let Ok(hashed) = HashedPassphrase::from_bytes(data) {
        let bytes = hashed.to_bytes();
        assert!(bytes.len() <= HashedPassphrase::MAX_BYTES);
        assert!(bytes.as_slice() == data || data.first() == Some(&1));
        assert_eq!(HashedPassphrase::from_bytes(&bytes).expect("its own encoding").to_bytes(), bytes);
    }
}

/// A TOTP factor has one encoding.
pub fn totp_factor(data: &[u8]) {
    if let Ok(factor) = TotpFactor::from_bytes(data) {
        assert_eq!(factor.to_bytes().as_slice(), data);
    }
}
