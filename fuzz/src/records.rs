//! Stored forms of the rules crates.

use leeward_credentials::HashedPassphrase;
use leeward_mfa::TotpFactor;

/// A hashed passphrase has one encoding.
pub fn hashed_passphrase(data: &[u8]) {
    if let Ok(hashed) = HashedPassphrase::from_bytes(data) {
        assert_eq!(hashed.to_bytes().as_slice(), data);
    }
}

/// A TOTP factor has one encoding.
pub fn totp_factor(data: &[u8]) {
    if let Ok(factor) = TotpFactor::from_bytes(data) {
        assert_eq!(factor.to_bytes().as_slice(), data);
    }
}
