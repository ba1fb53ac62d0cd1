use crate::Refusal;
use leeward_event::{Actor, SeekerId, StaffId, Subject};

/// Who takes part in a conversation: what the credential of an MLS leaf says (RFC 9420 5.3).
///
/// One person takes part once, with one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MemberId {
    /// A member of staff.
    Staff(StaffId),
    /// A person in crisis.
    Seeker(SeekerId),
}

const STAFF: u8 = 1;
const SEEKER: u8 = 2;

impl MemberId {
    /// The length of [`to_identity`](Self::to_identity).
    pub(crate) const IDENTITY_LEN: usize = 17;

    /// What stands in the credential: one byte for the kind, then the identifier.
    pub(crate) fn to_identity(self) -> [u8; Self::IDENTITY_LEN] {
        let mut identity = [self.kind(); Self::IDENTITY_LEN];
        let [_, rest @ ..] = &mut identity;
        *rest = *self.id();
        identity
    }

    pub(crate) fn from_identity(identity: &[u8]) -> Result<Self, Refusal> {
        let (kind, id) = identity.split_first().ok_or(Refusal::Identity)?;
        let id: [u8; 16] = id.try_into().map_err(|_| Refusal::Identity)?;
        match *kind {
            STAFF => Ok(Self::Staff(StaffId::from_bytes(id))),
            SEEKER => Ok(Self::Seeker(SeekerId::from_bytes(id))),
            _ => Err(Refusal::Identity),
        }
    }

    pub(crate) const fn kind(&self) -> u8 {
        match self {
            Self::Staff(_) => STAFF,
            Self::Seeker(_) => SEEKER,
        }
    }

    pub(crate) const fn id(&self) -> &[u8; 16] {
        match self {
            Self::Staff(id) => id.as_bytes(),
            Self::Seeker(id) => id.as_bytes(),
        }
    }
}

impl From<StaffId> for MemberId {
    fn from(id: StaffId) -> Self {
        Self::Staff(id)
    }
}

impl From<SeekerId> for MemberId {
    fn from(id: SeekerId) -> Self {
        Self::Seeker(id)
    }
}

impl From<MemberId> for Actor {
    fn from(member: MemberId) -> Self {
        match member {
            MemberId::Staff(id) => Self::Staff(id),
            MemberId::Seeker(id) => Self::Seeker(id),
        }
    }
}

impl From<MemberId> for Subject {
    fn from(member: MemberId) -> Self {
        match member {
            MemberId::Staff(id) => Self::Staff(id),
            MemberId::Seeker(id) => Self::Seeker(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_in_a_credential_is_pinned() {
        let staff = MemberId::from(StaffId::from_bytes([7; 16]));
        let seeker = MemberId::from(SeekerId::from_bytes([8; 16]));
        assert_eq!(staff.to_identity(), [1, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7]);
        assert_eq!(seeker.to_identity(), [2, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8]);
        for member in [staff, seeker] {
            assert_eq!(MemberId::from_identity(&member.to_identity()), Ok(member));
        }
    }

    #[test]
    fn other_identities_are_refused() {
        for identity in [&[][..], &[1], &[0; 17], &[3; 17], &[1; 16], &[1; 18]] {
            assert_eq!(MemberId::from_identity(identity), Err(Refusal::Identity));
        }
    }
}
