use crate::{Facts, Operation, Purpose, Standing, fact::Circumstances};
use leeward_event::{ConversationId, CorrelationId, StaffId, Subject, assurance::Aal};
use std::fmt;

/// Who asks: a member of staff, and how strongly they signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requester {
    staff: StaffId,
    aal: Aal,
}

impl Requester {
    /// A member of staff whose session has this assurance level.
    ///
    /// A seeker is no requester:
    /// ```compile_fail,E0308
    /// use leeward_event::{SeekerId, assurance::Aal};
    /// let requester = leeward_policy::Requester::new(SeekerId::from_bytes([1; 16]), Aal::Two);
    /// ```
    #[must_use]
    pub const fn new(staff: StaffId, aal: Aal) -> Self {
        Self { staff, aal }
    }

    /// Who.
    #[must_use]
    pub const fn staff(&self) -> StaffId {
        self.staff
    }

    /// How strongly.
    #[must_use]
    pub const fn aal(&self) -> Aal {
        self.aal
    }
}

/// One person's place in one conversation: what an assignment gives or takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Whose.
    pub staff: StaffId,
    /// In which conversation.
    pub conversation: ConversationId,
}

/// One request for access: who, to what, what for. `A` says to do what, as in
/// `AccessRequest::<ReadCaseNote>`.
pub struct AccessRequest<A: Access> {
    requester: Requester,
    target: A::Target,
    purpose: Purpose,
    correlation: Option<CorrelationId>,
}

impl<A: Access> AccessRequest<A> {
    /// A request.
    #[must_use]
    pub const fn new(requester: Requester, target: A::Target, purpose: Purpose) -> Self {
        Self { requester, target, purpose, correlation: None }
    }

    /// What ties the events of this request together. Without it the decision makes one up.
    #[must_use]
    pub const fn correlation(mut self, correlation: CorrelationId) -> Self {
        self.correlation = Some(correlation);
        self
    }

    /// Who asks.
    #[must_use]
    pub const fn requester(&self) -> Requester {
        self.requester
    }

    /// To what.
    #[must_use]
    pub const fn target(&self) -> A::Target {
        self.target
    }

    /// What for.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    pub(crate) const fn given_correlation(&self) -> Option<CorrelationId> {
        self.correlation
    }

    /// All facts about this request, for somebody of this standing.
    #[must_use]
    pub fn facts(&self, standing: &Standing) -> Facts {
        let concerns_self = self.target.beneficiary() == Some(self.requester.staff);
        let circumstances = Circumstances { aal: self.requester.aal, purpose: self.purpose, concerns_self };
        Facts::of(circumstances, standing)
    }
}

// By hand: `A` is a marker, and need not be any of this.
impl<A: Access> Clone for AccessRequest<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: Access> Copy for AccessRequest<A> {}

impl<A: Access> fmt::Debug for AccessRequest<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessRequest")
            .field("operation", &A::OPERATION)
            .field("requester", &self.requester)
            .field("target", &self.target)
            .field("purpose", &self.purpose)
            .finish()
    }
}

/// A marker for one [`Operation`], so that a permit for one cannot pass for another. Implemented by
/// this crate alone.
pub trait Access: sealed::Sealed + fmt::Debug + Send + Sync + 'static {
    /// The operation.
    const OPERATION: Operation;

    /// What it is done to.
    type Target: Target;
}

/// What an [`Access`] is to: a conversation, a member of staff, a place in a conversation, or, for what
/// there is one of, nothing. Implemented by this crate alone.
pub trait Target: sealed::Sealed + Copy + Eq + fmt::Debug + Send + Sync + 'static {
    /// The conversation concerned.
    fn conversation(&self) -> Option<ConversationId>;

    /// Whose rights it would change.
    fn beneficiary(&self) -> Option<StaffId>;

    /// What an event names.
    fn subject(&self) -> Option<Subject> {
        self.conversation().map(Subject::Conversation).or_else(|| self.beneficiary().map(Subject::Staff))
    }
}

mod sealed {
    #[expect(unnameable_types, reason = "nobody else may implement it")]
    pub trait Sealed {}
}

impl sealed::Sealed for ConversationId {}
impl Target for ConversationId {
    fn conversation(&self) -> Option<ConversationId> {
        Some(*self)
    }

    fn beneficiary(&self) -> Option<StaffId> {
        None
    }
}

impl sealed::Sealed for StaffId {}
impl Target for StaffId {
    fn conversation(&self) -> Option<ConversationId> {
        None
    }

    fn beneficiary(&self) -> Option<StaffId> {
        Some(*self)
    }
}

impl sealed::Sealed for Membership {}
impl Target for Membership {
    fn conversation(&self) -> Option<ConversationId> {
        Some(self.conversation)
    }

    fn beneficiary(&self) -> Option<StaffId> {
        Some(self.staff)
    }
}

impl sealed::Sealed for () {}
impl Target for () {
    fn conversation(&self) -> Option<ConversationId> {
        None
    }

    fn beneficiary(&self) -> Option<StaffId> {
        None
    }
}

macro_rules! accesses {
    ($($name:ident on $target:ty;)*) => {
        $(
            #[doc = concat!("[`Operation::", stringify!($name), "`].")]
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum $name {}

            impl sealed::Sealed for $name {}
            impl Access for $name {
                const OPERATION: Operation = Operation::$name;
                type Target = $target;
            }
        )*
    };
}

accesses! {
    ReadCaseNote on ConversationId;
    WriteCaseNote on ConversationId;
    ReadRoster on ConversationId;
    ReadMetadata on ConversationId;
    JoinConversation on ConversationId;
    Assign on Membership;
    Restrict on Membership;
    OpenBreakGlass on ConversationId;
    ManageStaff on StaffId;
    ReadAuditLog on ();
}
