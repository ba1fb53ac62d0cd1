use crate::MfaError;
use leeward_event::AuthenticatorId;
use ring::rand::SecureRandom;

/// Which request for a code a code answers: it goes to the client that asked, and comes back with the
/// code. It is no secret of the account, and a code is worth nothing with another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhoneCodeRequest {
    pub(crate) authenticator: AuthenticatorId,
    pub(crate) id: [u8; 16],
}

impl PhoneCodeRequest {
    /// Bytes of its stored form.
    pub const LEN: usize = 32;

    pub(super) fn new(authenticator: AuthenticatorId, rng: &dyn SecureRandom) -> Result<Self, MfaError> {
        let mut id = [0; 16];
        rng.fill(&mut id).map_err(|_| MfaError::Random)?;
        Ok(Self { authenticator, id })
    }

    /// For the client that asked.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        let fields = self.authenticator.as_bytes().iter().chain(&self.id);
        bytes.iter_mut().zip(fields).for_each(|(byte, field)| *byte = *field);
        bytes
    }

    /// What the client gives back.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        let (mut authenticator, mut id) = ([0; 16], [0; 16]);
        authenticator.iter_mut().chain(&mut id).zip(bytes).for_each(|(field, byte)| *field = *byte);
        Self { authenticator: AuthenticatorId::from_bytes(authenticator), id }
    }
}
