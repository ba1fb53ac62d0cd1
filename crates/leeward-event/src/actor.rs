use crate::{SeekerId, StaffId};

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Actor {
    /// A member of staff.
    Staff(StaffId),
    /// A person in crisis.
    Seeker(SeekerId),
    /// The software itself, on nobody's behalf.
    Component(Component),
    /// Somebody who has not proved who they are: a failed sign-in to an account that does not exist.
    Unknown,
}

impl Actor {
    /// The opaque id, if a person acted.
    #[must_use]
    pub const fn id_bytes(&self) -> Option<[u8; 16]> {
        match self {
            Self::Staff(id) => Some(*id.as_bytes()),
            Self::Seeker(id) => Some(*id.as_bytes()),
            Self::Component(_) | Self::Unknown => None,
        }
    }
}

/// A part of the software, when no person acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Component {
    /// The application that composes the crates.
    Application,
    /// `leeward-credentials`.
    Credentials,
    /// `leeward-mfa`.
    Mfa,
    /// `leeward-session`.
    Session,
    /// `leeward-policy`.
    Policy,
    /// `leeward-messages`.
    Messages,
    /// `leeward-vault`.
    Vault,
    /// `leeward-audit`.
    Audit,
}

impl Component {
    /// Every value, in the order of the codes.
    pub const ALL: &'static [Self] = &[
        Self::Application,
        Self::Credentials,
        Self::Mfa,
        Self::Session,
        Self::Policy,
        Self::Messages,
        Self::Vault,
        Self::Audit,
    ];

    /// The number that stands for it in every encoding. Never reused.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Application => 1,
            Self::Credentials => 2,
            Self::Mfa => 3,
            Self::Session => 4,
            Self::Policy => 5,
            Self::Messages => 6,
            Self::Vault => 7,
            Self::Audit => 8,
        }
    }

    /// The value with this number, if there is one.
    #[must_use]
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.code() == code)
    }

    /// A few plain words for a person to read.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Credentials => "credentials",
            Self::Mfa => "mfa",
            Self::Session => "session",
            Self::Policy => "policy",
            Self::Messages => "messages",
            Self::Vault => "vault",
            Self::Audit => "audit",
        }
    }
}
