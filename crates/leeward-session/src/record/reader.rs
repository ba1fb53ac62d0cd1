use super::aal_of;
use crate::opaque::TokenHash;
use jiff::Timestamp;
use leeward_event::{
    SessionId, StaffId,
    assurance::{Aal, Proof, SignIn},
};

/// Reads a record from its front; `None` for what no record holds.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl Reader<'_> {
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    /// `Some` when the next byte is this one.
    pub(super) fn version(&mut self, version: u8) -> Option<()> {
        (self.array()? == [version]).then_some(())
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn session(&mut self) -> Option<SessionId> {
        self.array().map(SessionId::from_bytes)
    }

    pub(super) fn account(&mut self) -> Option<StaffId> {
        self.array().map(StaffId::from_bytes)
    }

    pub(super) fn hash(&mut self) -> Option<TokenHash> {
        self.array().map(TokenHash)
    }

    pub(super) fn aal(&mut self) -> Option<Aal> {
        aal_of(self.byte()?)
    }

    pub(super) fn at(&mut self) -> Option<Timestamp> {
        Timestamp::from_millisecond(i64::from_be_bytes(self.array()?)).ok()
    }

    pub(super) fn proofs(&mut self) -> Option<Vec<Proof>> {
        let count = usize::from(self.byte()?);
        if count > SignIn::MAX_FACTORS {
            return None;
        }
        (0..count).map(|_| Proof::from_bytes(&self.array()?)).collect()
    }

    pub(super) fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

pub(super) fn push_at(bytes: &mut Vec<u8>, at: Timestamp) {
    bytes.extend(at.as_millisecond().to_be_bytes());
}

/// Those of a sign-in or a session, which has no more than [`SignIn::MAX_FACTORS`].
pub(super) fn push_proofs(bytes: &mut Vec<u8>, proofs: &[Proof]) {
    let kept = proofs.get(..SignIn::MAX_FACTORS).unwrap_or(proofs);
    bytes.push(u8::try_from(kept.len()).unwrap_or_default());
    kept.iter().for_each(|proof| bytes.extend(proof.to_bytes()));
}
