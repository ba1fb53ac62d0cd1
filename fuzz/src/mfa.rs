//! Second factors: stored forms, and what people scan and type.

use leeward_mfa::{HotpFactor, Otpauth, OtpauthKey, RecoveryCode, TotpFactor};

/// A TOTP factor has one encoding.
pub fn totp_factor(data: &[u8]) {
    if let Ok(factor) = TotpFactor::from_bytes(data) {
        assert_eq!(factor.to_bytes().as_slice(), data);
    }
}

/// A HOTP token has one encoding.
pub fn hotp_factor(data: &[u8]) {
    if let Ok(factor) = HotpFactor::from_bytes(data) {
        assert_eq!(factor.to_bytes().as_slice(), data);
    }
}

/// A URI that is accepted is short, and its secret neither too short nor too long.
pub fn otpauth_uri(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(scanned) = Otpauth::parse(text) else { return };
    assert!(text.len() <= Otpauth::MAX_LEN);
    assert!(!scanned.name().chars().chain(scanned.issuer().unwrap_or("").chars()).any(char::is_control));
    let secret = match scanned.into_key() {
        OtpauthKey::Totp(secret) => secret.expose_bytes().len(),
        OtpauthKey::Hotp(secret, _) => secret.expose_bytes().len(),
        _ => return,
    };
    assert!((16..=64).contains(&secret));
}

/// However a code is typed, it is written in one way, and that is read as the same code.
pub fn recovery_code(data: &[u8]) {
    let Ok(typed) = std::str::from_utf8(data) else { return };
    let Ok(code) = RecoveryCode::parse(typed) else { return };
    let written = code.expose();
    let again = RecoveryCode::parse(&written).expect("what is written is read");
    assert_eq!((*again.expose()).as_str(), written.as_str());
}
