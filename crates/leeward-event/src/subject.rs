use crate::{ConversationId, SeekerId, StaffId};

/// Whose record, account or conversation it concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subject {
    /// A member of staff.
    Staff(StaffId),
    /// A person in crisis.
    Seeker(SeekerId),
    /// A conversation, and whatever belongs to it.
    Conversation(ConversationId),
}

impl Subject {
    /// The opaque id.
    #[must_use]
    pub const fn id_bytes(&self) -> [u8; 16] {
        match self {
            Self::Staff(id) => *id.as_bytes(),
            Self::Seeker(id) => *id.as_bytes(),
            Self::Conversation(id) => *id.as_bytes(),
        }
    }
}

impl From<StaffId> for Subject {
    fn from(id: StaffId) -> Self {
        Self::Staff(id)
    }
}

impl From<SeekerId> for Subject {
    fn from(id: SeekerId) -> Self {
        Self::Seeker(id)
    }
}

impl From<ConversationId> for Subject {
    fn from(id: ConversationId) -> Self {
        Self::Conversation(id)
    }
}
