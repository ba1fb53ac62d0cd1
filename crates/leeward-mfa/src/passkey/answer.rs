use crate::{MfaError, PasskeyFault};
use leeward_event::StaffId;
use std::fmt;
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};

/// Larger than any attestation with its certificates.
const MAX: usize = 64 * 1024;

/// What a browser answers to a registration: the JSON of `credential.toJSON()`.
pub struct RegistrationAnswer(pub(super) RegisterPublicKeyCredential);

/// What a browser answers to a sign-in: the JSON of `credential.toJSON()`.
pub struct SignInAnswer(pub(super) PublicKeyCredential);

impl RegistrationAnswer {
    /// The most bytes of JSON that are read.
    pub const MAX: usize = MAX;

    /// Reads the JSON.
    ///
    /// # Errors
    /// [`MfaError::Passkey`] with [`PasskeyFault::Malformed`].
    pub fn parse(json: &str) -> Result<Self, MfaError> {
        let answer: RegisterPublicKeyCredential =
            serde_json::from_str(small_enough(json)?).map_err(|_| PasskeyFault::Malformed)?;
        public_key(&answer.type_)?;
        Ok(Self(answer))
    }
}

impl SignInAnswer {
    /// The most bytes of JSON that are read.
    pub const MAX: usize = MAX;

    /// Reads the JSON.
    ///
    /// # Errors
    /// [`MfaError::Passkey`] with [`PasskeyFault::Malformed`].
    pub fn parse(json: &str) -> Result<Self, MfaError> {
        let answer: PublicKeyCredential =
            serde_json::from_str(small_enough(json)?).map_err(|_| PasskeyFault::Malformed)?;
        public_key(&answer.type_)?;
        Ok(Self(answer))
    }

    /// Whose passkey the answer says it is of: for a sign-in that began without a name. It is a claim,
    /// until [`finish_sign_in`](crate::Passkeys::finish_sign_in) has checked it.
    #[must_use]
    pub fn claimed_account(&self) -> Option<StaffId> {
        self.0.get_user_unique_id()?.try_into().ok().map(StaffId::from_bytes)
    }

    pub(super) fn has_user_handle(&self) -> bool {
        self.0.get_user_unique_id().is_some()
    }

    pub(super) fn credential_id(&self) -> &[u8] {
        self.0.get_credential_id()
    }
}

impl fmt::Debug for RegistrationAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistrationAnswer").finish_non_exhaustive()
    }
}

impl fmt::Debug for SignInAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInAnswer").finish_non_exhaustive()
    }
}

fn small_enough(json: &str) -> Result<&str, MfaError> {
    if json.len() <= MAX { Ok(json) } else { Err(PasskeyFault::Malformed.into()) }
}

fn public_key(kind: &str) -> Result<(), MfaError> {
    if kind == "public-key" { Ok(()) } else { Err(PasskeyFault::Malformed.into()) }
}
