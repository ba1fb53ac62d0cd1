use crate::MfaError;
use std::{collections::BTreeMap, fmt};
use webauthn_rs::prelude::{AttestationCaList, AttestationCaListBuilder, Uuid};

/// Which passkeys are accepted, and what happens to one that may have been copied.
///
/// The user is always verified by the device: nothing turns that off.
#[derive(Clone, Debug, Default)]
pub struct PasskeyPolicy {
    pub(super) models: Option<AcceptedModels>,
    pub(super) synced_refused: bool,
    pub(super) suspected_kept: bool,
}

/// Models of authenticators, each proved by the attestation of its maker.
///
/// Only an attested model is worth a list: without attestation, any software may say that it is any
/// model.
#[derive(Clone)]
pub struct AcceptedModels(pub(super) AttestationCaList);

impl PasskeyPolicy {
    /// Every passkey, synced ones too (NIST SP 800-63B-4, appendix B: up to AAL2). Nothing is asked of
    /// its model.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// Only passkeys of these models, kept on the device that made them: for staff with keys that the
    /// service hands out.
    #[must_use]
    pub const fn attested(models: AcceptedModels) -> Self {
        Self { models: Some(models), synced_refused: true, suspected_kept: false }
    }

    /// Refuses passkeys that may be copied to other devices by whoever keeps them in step. Without
    /// attestation this believes what the authenticator says of itself.
    #[must_use]
    pub const fn refuse_synced(mut self) -> Self {
        self.synced_refused = true;
        self
    }

    /// Leaves a passkey in use after its counter did not grow. That answer is refused all the same,
    /// and told of. By default the passkey is suspended: one of two holders is not the owner.
    #[must_use]
    pub const fn keep_suspected(mut self) -> Self {
        self.suspected_kept = true;
        self
    }
}

impl AcceptedModels {
    /// A list of models: each with the certificate (DER) of the authority that attests it, its AAGUID,
    /// and a name for people.
    ///
    /// # Errors
    /// [`MfaError::Model`] for an empty list, or a certificate that cannot be read.
    pub fn new<'a>(
        models: impl IntoIterator<Item = (&'a [u8], [u8; 16], &'a str)>,
    ) -> Result<Self, MfaError> {
        let mut list = AttestationCaListBuilder::new();
        for (authority, aaguid, name) in models {
            let aaguid = Uuid::from_bytes(aaguid);
            let inserted = list.insert_device_der(authority, aaguid, name.to_owned(), BTreeMap::new());
            inserted.map_err(|_| MfaError::Model)?;
        }
        let list = list.build();
        if list.is_empty() { Err(MfaError::Model) } else { Ok(Self(list)) }
    }
}

impl fmt::Debug for AcceptedModels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcceptedModels").field("authorities", &self.0.len()).finish_non_exhaustive()
    }
}
