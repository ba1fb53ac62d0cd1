use super::ProofPurpose;
use crate::AccountError;
use leeward_event::StaffId;
use leeward_notify::Address;
use leeward_seal::IndexKey;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// How many digits a code has.
pub(super) const DIGITS: u8 = 8;

/// All that a code is bound to. The request keeps the codes of two askers apart (ASVS 5.0 6.6.2).
pub(super) struct Bound<'a> {
    pub(super) account: StaffId,
    pub(super) request: [u8; 16],
    pub(super) purpose: ProofPurpose,
    pub(super) address: &'a Address,
}

impl Bound<'_> {
    /// What is kept of a code: a keyed hash, so that a stolen store does not give 8 digits away.
    pub(super) fn mac(&self, key: &IndexKey, code: &str) -> Result<[u8; 32], AccountError> {
        let address = self.address.expose().as_bytes();
        let mut bytes = Zeroizing::new(Vec::with_capacity(64_usize.saturating_add(address.len())));
        bytes.push(self.purpose.code());
        bytes.extend(self.account.as_bytes());
        bytes.extend(self.request);
        bytes.push(self.address.kind_code());
        // No address is as long as to lose a bit here.
        bytes.extend(u32::try_from(address.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend(address);
        bytes.extend(code.bytes());
        key.tag(&bytes).as_bytes().try_into().map_err(|_| AccountError::Corrupt { what: "address code" })
    }
}

/// The digits of what somebody typed: full-width ones too, and with blanks and hyphens between them. Empty,
/// which is no code, for whatever else.
pub(super) fn digits(typed: &str) -> Zeroizing<String> {
    // Sixteen times what a code has: whoever types more types no code.
    const MAX_BYTES: usize = 128;
    let mut digits = Zeroizing::new(String::with_capacity(MAX_BYTES));
    if typed.len() <= MAX_BYTES {
        let marks = |letter: &char| !letter.is_whitespace() && *letter != '-';
        digits.extend(typed.nfkc().filter(marks).take(MAX_BYTES / 4));
    }
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        digits.clear();
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_however_they_are_written() {
        for typed in ["12345678", " 1234 5678\n", "1234-5678", "\u{ff11}\u{ff12}345678"] {
            assert_eq!(digits(typed).as_str(), "12345678", "{typed}");
        }
        for typed in ["none", "1234567x", "\u{661}", &"1".repeat(1_000)] {
            assert_eq!(digits(typed).as_str(), "", "{typed}");
        }
    }
}
