use crate::MfaError;
use std::fmt;
use webauthn_rs::prelude::{Url, Webauthn, WebauthnBuilder};

/// The service, as authenticators know it (WebAuthn 4, relying party).
#[derive(Clone)]
pub struct RelyingParty {
    webauthn: Webauthn,
    origin: String,
}

impl RelyingParty {
    /// `id` is the domain that passkeys are bound to, for good: `example.org`. `origin` is where the
    /// pages are: `https://staff.example.org`, that domain or one below it. Browsers show `name`; choose
    /// one that is safe on a screen others may see.
    ///
    /// A service at several origins makes one of each with the same `id`: a ceremony that began at one
    /// does not end at another.
    ///
    /// # Errors
    /// [`MfaError::RelyingParty`] for an origin that is no address, or is not under `id`, or is neither
    /// `https` nor `localhost`.
    pub fn new(id: &str, origin: &str, name: &str) -> Result<Self, MfaError> {
        let url = Url::parse(origin).map_err(|_| MfaError::RelyingParty)?;
        let secure = url.scheme() == "https" || url.host_str() == Some("localhost");
        if !secure || id.is_empty() {
            return Err(MfaError::RelyingParty);
        }
        let built = WebauthnBuilder::new(id, &url).and_then(|builder| builder.rp_name(name).build());
        let webauthn = built.map_err(|_| MfaError::RelyingParty)?;
        Ok(Self { webauthn, origin: url.origin().ascii_serialization() })
    }

    /// Where the pages are.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) const fn webauthn(&self) -> &Webauthn {
        &self.webauthn
    }
}

impl fmt::Debug for RelyingParty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelyingParty").field("origin", &self.origin).finish_non_exhaustive()
    }
}
