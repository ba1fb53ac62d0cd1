use crate::{MfaError, TotpSecret};
use std::fmt::Write;
use zeroize::Zeroizing;

/// A name that an authenticator app shows.
#[derive(Clone, Debug)]
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

    /// The URI that an app scans, in the key URI format of authenticator apps.
    pub(crate) fn uri(&self, account: &Self, secret: &TotpSecret) -> Zeroizing<String> {
        let (issuer, account, secret) = (self.encoded(), account.encoded(), secret.expose_base32());
        let (names, secret) = ([issuer.as_str(), account.as_str()].join(":"), secret.as_str());
        let rest = ["&issuer=", issuer.as_str(), "&algorithm=SHA1&digits=6&period=30"].concat();
        // Put together at its full length, so that growing leaves no copy of the secret behind.
        Zeroizing::new(["otpauth://totp/", &names, "?secret=", secret, &rest].concat())
    }

    /// Percent-encoded but for the unreserved characters (RFC 3986 2.3).
    fn encoded(&self) -> String {
        let mut encoded = String::with_capacity(self.0.len().saturating_mul(3));
        for byte in self.0.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    encoded.push(char::from(byte));
                }
                // Writing to a string cannot fail.
                _ => drop(write!(encoded, "%{byte:02X}")),
            }
        }
        encoded
    }
}
