use crate::MfaError;
use std::fmt::Write;

/// A name that an authenticator app shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label(String);

impl Label {
    pub(crate) fn new(text: &str) -> Result<Self, MfaError> {
        let length = text.chars().take(65).count();
        let shown = |c: char| c != ':' && !c.is_control();
        if (1..=64).contains(&length) && text.chars().all(shown) {
            Ok(Self(text.to_owned()))
        } else {
            Err(MfaError::Label)
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Percent-encoded but for the unreserved characters (RFC 3986 2.3).
    pub(crate) fn encoded(&self) -> String {
        let mut encoded = String::with_capacity(self.0.len().saturating_mul(3));
        for byte in self.0.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    encoded.push(char::from(byte));
                }
                // Writing to a string cannot fail.
                _ => {
                    let _ = write!(encoded, "%{byte:02X}");
                }
            }
        }
        encoded
    }
}
