//! The key URI format of authenticator apps: `otpauth://`.

mod base32;
mod parse;

use crate::{HotpSecret, TotpSecret, label::Label};
use std::fmt;
use zeroize::Zeroizing;

/// What an `otpauth://` URI says, with the secret in it.
///
/// ```
/// use leeward_mfa::{Otpauth, OtpauthKey};
/// let uri = "otpauth://totp/Harbour%20Line:night%20desk?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Harbour%20Line";
/// let scanned = Otpauth::parse(uri)?;
/// assert_eq!((scanned.issuer(), scanned.name()), (Some("Harbour Line"), "night desk"));
/// let OtpauthKey::Totp(app) = scanned.into_key() else { panic!() };
/// assert_eq!(*app.code_at(jiff::Timestamp::from_second(59).unwrap()), "287082");
/// # Ok::<(), leeward_mfa::MfaError>(())
/// ```
pub struct Otpauth {
    issuer: Option<String>,
    name: String,
    key: OtpauthKey,
}

/// The secret of an `otpauth://` URI.
#[derive(Debug)]
#[non_exhaustive]
pub enum OtpauthKey {
    /// Codes by the time.
    Totp(TotpSecret),
    /// Codes by a counter, and where it stands.
    Hotp(HotpSecret, u64),
}

impl Otpauth {
    /// The longest URI that is read, in bytes.
    pub const MAX_LEN: usize = 2048;

    /// Who issued it, if that is said.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The name of the account.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The secret.
    #[must_use]
    pub fn into_key(self) -> OtpauthKey {
        self.key
    }

    /// The URI that an app scans.
    pub(crate) fn totp_uri(issuer: &Label, name: &Label, secret: &TotpSecret) -> Zeroizing<String> {
        let (issuer, name, base32) = (issuer.encoded(), name.encoded(), secret.expose_base32());
        let (names, base32) = ([issuer.as_str(), name.as_str()].join(":"), base32.as_str());
        let (digits, period) = (secret.digits().count().to_string(), secret.period().seconds().to_string());
        let how = ["&algorithm=", secret.algorithm().name(), "&digits=", &digits, "&period=", &period];
        let rest = ["&issuer=", &issuer, &how.concat()].concat();
        // Put together at its full length, so that growing leaves no copy of the secret behind.
        Zeroizing::new(["otpauth://totp/", &names, "?secret=", base32, &rest].concat())
    }
}

impl fmt::Debug for Otpauth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Otpauth")
            .field("issuer", &self.issuer)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
