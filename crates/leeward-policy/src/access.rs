use crate::{
    ApprovalTarget, Facts, Membership, Operation, Purpose, RecordOf, Requester, Standing, Target, Thresholds,
    target::sealed,
};
use jiff::Timestamp;
use leeward_event::{ConversationId, CorrelationId, SeekerId, StaffId};
use std::fmt;

/// What is asked, whatever the type of the target: all that the facts are looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// Who asks.
    pub requester: Requester,
    /// To do what.
    pub operation: Operation,
    /// What for.
    pub purpose: Purpose,
    /// Whose record it is about.
    pub of: Option<RecordOf>,
    /// Whose rights or account it is about.
    pub staff: Option<StaffId>,
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

    /// What is asked, without the type of the target.
    #[must_use]
    pub fn question(&self) -> Question {
        Question {
            requester: self.requester,
            operation: A::OPERATION,
            purpose: self.purpose,
            of: self.target.of(),
            staff: self.target.beneficiary(),
        }
    }

    /// All facts about this request, for somebody of this standing.
    #[must_use]
    pub fn facts(&self, standing: &Standing, now: Timestamp, thresholds: Thresholds) -> Facts {
        Facts::of(&self.question(), standing, now, thresholds)
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
    OpenBreakGlass on RecordOf;
    ManageStaff on StaffId;
    ReadAuditLog on ();
    ReadTranscript on ConversationId;
    ReadProfile on SeekerId;
    WriteProfile on SeekerId;
    ReadSafetyPlan on SeekerId;
    WriteSafetyPlan on SeekerId;
    ReadContactHint on SeekerId;
    WriteContactHint on SeekerId;
    DiscloseIdentity on SeekerId;
    WriteReport on ConversationId;
    ReadReport on ConversationId;
    ResolveReport on ConversationId;
    ExportRecords on RecordOf;
    ReadExport on RecordOf;
    ExportAuditLog on ();
    DeleteTranscript on ConversationId;
    DeleteCaseNote on ConversationId;
    ErasePerson on SeekerId;
    ReviewBreakGlass on Membership;
    ApproveAccess on ApprovalTarget;
    RecordConsent on SeekerId;
    ReadConsent on SeekerId;
    ReadAccessReport on RecordOf;
    ManagePolicy on ();
    ReadPolicy on ();
    ManageTeam on StaffId;
    RecordTraining on StaffId;
    CloseConversation on ConversationId;
    ReadStaff on StaffId;
    ReadStatistics on ();
}
