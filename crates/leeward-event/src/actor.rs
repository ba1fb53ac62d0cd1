use crate::{SeekerId, StaffId, codes::codes};

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

codes! {
    /// A part of the software, when no person acted.
    Component

    /// The application that composes the crates.
    Application = 1, "application";
    /// `leeward-credentials`.
    Credentials = 2, "credentials";
    /// `leeward-mfa`.
    Mfa = 3, "mfa";
    /// `leeward-session`.
    Session = 4, "session";
    /// `leeward-policy`.
    Policy = 5, "policy";
    /// `leeward-messages`.
    Messages = 6, "messages";
    /// `leeward-vault`.
    Vault = 7, "vault";
    /// `leeward-audit`.
    Audit = 8, "audit";
    /// `leeward-notify`.
    Notify = 9, "notify";
    /// `leeward-escrow`.
    Escrow = 10, "escrow";
}
