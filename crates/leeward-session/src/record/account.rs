use super::{Reader, aal_code, reader};
use crate::{SessionError, opaque::TokenHash};
use jiff::Timestamp;
use leeward_event::{SessionId, assurance::Aal};

const VERSION: u8 = 2;

/// An account's sessions. Whatever begins or ends one writes it, so that all of them end in one batch and
/// none begins beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccountRecord {
    pub(crate) disabled: bool,
    pub(crate) revoked_at: Timestamp,
    pub(crate) single_factor_revoked_at: Timestamp,
    /// The oldest first.
    pub(crate) listed: Vec<Listed>,
}

/// Where a session lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) id: SessionId,
    pub(crate) aal: Aal,
    pub(crate) ends_at: Timestamp,
    pub(crate) place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Session(TokenHash),
    Refreshed { access: TokenHash, family: TokenHash },
    Recovery(TokenHash),
}

impl AccountRecord {
    pub(crate) const NEW: Self = Self {
        disabled: false,
        revoked_at: Timestamp::MIN,
        single_factor_revoked_at: Timestamp::MIN,
        listed: Vec::new(),
    };

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION, u8::from(self.disabled)];
        reader::push_at(&mut bytes, self.revoked_at);
        reader::push_at(&mut bytes, self.single_factor_revoked_at);
        bytes.extend(u16::try_from(self.listed.len()).unwrap_or(u16::MAX).to_be_bytes());
        self.listed.iter().for_each(|listed| listed.push(&mut bytes));
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, SessionError> {
        Self::read(Reader(bytes)).ok_or(SessionError::Corrupt { what: "session account" })
    }

    fn read(mut reader: Reader<'_>) -> Option<Self> {
        reader.version(VERSION)?;
        let disabled = match reader.byte()? {
            0 => false,
            1 => true,
            _ => return None,
        };
        let (revoked_at, single_factor_revoked_at) = (reader.at()?, reader.at()?);
        let count = u16::from_be_bytes(reader.array()?);
        // Nothing is allocated by the count alone.
        let listed = (0..count).map(|_| Listed::pull(&mut reader)).collect::<Option<_>>()?;
        reader.end()?;
        Some(Self { disabled, revoked_at, single_factor_revoked_at, listed })
    }
}

impl Listed {
    fn push(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.id.as_bytes());
        bytes.push(aal_code(self.aal));
        reader::push_at(bytes, self.ends_at);
        let (kind, hash) = match self.place {
            Place::Session(hash) => (1, hash),
            Place::Refreshed { access, .. } => (2, access),
            Place::Recovery(hash) => (3, hash),
        };
        bytes.push(kind);
        bytes.extend(hash.0);
        if let Place::Refreshed { family, .. } = self.place {
            bytes.extend(family.0);
        }
    }

    fn pull(reader: &mut Reader<'_>) -> Option<Self> {
        let (id, aal, ends_at) = (reader.session()?, reader.aal()?, reader.at()?);
        let (kind, hash) = (reader.byte()?, reader.hash()?);
        let place = match kind {
            1 => Place::Session(hash),
            2 => Place::Refreshed { access: hash, family: reader.hash()? },
            3 => Place::Recovery(hash),
            _ => return None,
        };
        Some(Self { id, aal, ends_at, place })
    }
}
