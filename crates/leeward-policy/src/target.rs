use leeward_event::{ConversationId, SeekerId, StaffId, Subject};
use std::fmt;

/// Whose record something is: that of a conversation, or of the person in crisis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordOf {
    /// Of a conversation.
    Conversation(ConversationId),
    /// Of a person.
    Person(SeekerId),
}

impl RecordOf {
    /// The opaque id.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        match self {
            Self::Conversation(id) => id.as_bytes(),
            Self::Person(id) => id.as_bytes(),
        }
    }
}

impl From<ConversationId> for RecordOf {
    fn from(conversation: ConversationId) -> Self {
        Self::Conversation(conversation)
    }
}

impl From<SeekerId> for RecordOf {
    fn from(person: SeekerId) -> Self {
        Self::Person(person)
    }
}

impl From<RecordOf> for Subject {
    fn from(of: RecordOf) -> Self {
        match of {
            RecordOf::Conversation(conversation) => Self::Conversation(conversation),
            RecordOf::Person(person) => Self::Seeker(person),
        }
    }
}

/// One person's place in one conversation, or with one seeker: what an assignment gives or takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Whose.
    pub staff: StaffId,
    /// In which conversation, or with whom.
    pub of: RecordOf,
}

/// What a second person is asked about: what somebody asked for, and whose record it is about, if it is about one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApprovalTarget {
    /// Who asked for it.
    pub staff: StaffId,
    /// Whose record it is about.
    pub of: Option<RecordOf>,
}

/// What an [`Access`](crate::Access) is to: a conversation, a person, a member of staff, a place in a conversation, or,
/// for what there is one of, nothing. Implemented by this crate alone.
pub trait Target: sealed::Sealed + Copy + Eq + fmt::Debug + Send + Sync + 'static {
    /// Whose record it is.
    fn of(&self) -> Option<RecordOf>;

    /// Whose rights or account it is about.
    fn beneficiary(&self) -> Option<StaffId>;

    /// What an event names.
    fn subject(&self) -> Option<Subject> {
        self.of().map(Subject::from).or_else(|| self.beneficiary().map(Subject::Staff))
    }
}

pub(crate) mod sealed {
    #[expect(unnameable_types, reason = "nobody else may implement it")]
    pub trait Sealed {}
}

macro_rules! targets {
    ($($target:ty: |$self:ident| $of:expr, $beneficiary:expr;)*) => {
        $(
            impl sealed::Sealed for $target {}
            impl Target for $target {
                fn of(&self) -> Option<RecordOf> {
                    let $self = *self;
                    $of
                }

                fn beneficiary(&self) -> Option<StaffId> {
                    let $self = *self;
                    $beneficiary
                }
            }
        )*
    };
}

targets! {
    ConversationId: |_target| Some(RecordOf::Conversation(_target)), None;
    SeekerId: |_target| Some(RecordOf::Person(_target)), None;
    RecordOf: |_target| Some(_target), None;
    StaffId: |_target| None, Some(_target);
    Membership: |_target| Some(_target.of), Some(_target.staff);
    ApprovalTarget: |_target| _target.of, Some(_target.staff);
    (): |_target| None, None;
}
