/// What happened. The numbers are grouped: 1xx accounts and sign-in, 2xx access, 3xx conversations and
/// records, 4xx keys, 5xx the log itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// A member of staff got an account.
    StaffEnrolled,
    /// An account was closed to sign-ins for a time.
    StaffSuspended,
    /// A suspended account was opened again.
    StaffReinstated,
    /// An account was closed for good.
    StaffRemoved,
    /// A passphrase was set or changed.
    PassphraseSet,
    /// A passphrase was presented and checked.
    PassphraseChecked,
    /// A second factor was bound to an account.
    FactorEnrolled,
    /// A second factor was presented and checked.
    FactorChecked,
    /// A second factor was taken from an account.
    FactorRemoved,
    /// A session began.
    SessionStarted,
    /// A session got a new token after a stronger proof.
    SessionRotated,
    /// A session ended: signed out, revoked or expired.
    SessionEnded,
    /// A role was given to a member of staff.
    RoleGranted,
    /// A role was taken from a member of staff.
    RoleRevoked,
    /// A member of staff was assigned to a conversation.
    AssignmentMade,
    /// An assignment to a conversation ended.
    AssignmentEnded,
    /// Whether somebody may do something was decided.
    AccessDecided,
    /// Access without an assignment was opened, for a reason and a time.
    BreakGlassOpened,
    /// Access opened without an assignment was closed.
    BreakGlassClosed,
    /// Access opened without an assignment was reviewed afterwards.
    BreakGlassReviewed,
    /// A conversation began.
    ConversationOpened,
    /// Somebody joined the visible roster of a conversation.
    MemberAdded,
    /// Somebody left the visible roster of a conversation.
    MemberRemoved,
    /// A conversation ended.
    ConversationClosed,
    /// A record was read.
    RecordRead,
    /// A record was written or changed.
    RecordWritten,
    /// A record was deleted.
    RecordDeleted,
    /// A record left the service.
    RecordExported,
    /// The keys of a store were opened.
    VaultOpened,
    /// A key was replaced by a new one.
    KeyRotated,
    /// The keys of a subject were destroyed, and its data with them.
    SubjectErased,
    /// Erasure of a subject was forbidden.
    LegalHoldPlaced,
    /// Erasure of a subject was allowed again.
    LegalHoldLifted,
    /// A decoy record was opened that nobody has a reason to open.
    CanaryOpened,
    /// The audit log was opened for appending.
    LogOpened,
    /// The audit log itself was read.
    LogRead,
    /// Events were lost, and this stands in their place.
    LogGap,
}

impl Action {
    /// Every value, in the order of the codes.
    pub const ALL: &'static [Self] = &[
        Self::StaffEnrolled,
        Self::StaffSuspended,
        Self::StaffReinstated,
        Self::StaffRemoved,
        Self::PassphraseSet,
        Self::PassphraseChecked,
        Self::FactorEnrolled,
        Self::FactorChecked,
        Self::FactorRemoved,
        Self::SessionStarted,
        Self::SessionRotated,
        Self::SessionEnded,
        Self::RoleGranted,
        Self::RoleRevoked,
        Self::AssignmentMade,
        Self::AssignmentEnded,
        Self::AccessDecided,
        Self::BreakGlassOpened,
        Self::BreakGlassClosed,
        Self::BreakGlassReviewed,
        Self::ConversationOpened,
        Self::MemberAdded,
        Self::MemberRemoved,
        Self::ConversationClosed,
        Self::RecordRead,
        Self::RecordWritten,
        Self::RecordDeleted,
        Self::RecordExported,
        Self::VaultOpened,
        Self::KeyRotated,
        Self::SubjectErased,
        Self::LegalHoldPlaced,
        Self::LegalHoldLifted,
        Self::CanaryOpened,
        Self::LogOpened,
        Self::LogRead,
        Self::LogGap,
    ];

    /// The number that stands for it in every encoding. Never reused.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::StaffEnrolled => 100,
            Self::StaffSuspended => 101,
            Self::StaffReinstated => 102,
            Self::StaffRemoved => 103,
            Self::PassphraseSet => 110,
            Self::PassphraseChecked => 111,
            Self::FactorEnrolled => 120,
            Self::FactorChecked => 121,
            Self::FactorRemoved => 122,
            Self::SessionStarted => 130,
            Self::SessionRotated => 131,
            Self::SessionEnded => 132,
            Self::RoleGranted => 200,
            Self::RoleRevoked => 201,
            Self::AssignmentMade => 202,
            Self::AssignmentEnded => 203,
            Self::AccessDecided => 210,
            Self::BreakGlassOpened => 211,
            Self::BreakGlassClosed => 212,
            Self::BreakGlassReviewed => 213,
            Self::ConversationOpened => 300,
            Self::MemberAdded => 301,
            Self::MemberRemoved => 302,
            Self::ConversationClosed => 303,
            Self::RecordRead => 310,
            Self::RecordWritten => 311,
            Self::RecordDeleted => 312,
            Self::RecordExported => 313,
            Self::VaultOpened => 400,
            Self::KeyRotated => 401,
            Self::SubjectErased => 402,
            Self::LegalHoldPlaced => 403,
            Self::LegalHoldLifted => 404,
            Self::CanaryOpened => 405,
            Self::LogOpened => 500,
            Self::LogRead => 501,
            Self::LogGap => 502,
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
            Self::StaffEnrolled => "staff enrolled",
            Self::StaffSuspended => "staff suspended",
            Self::StaffReinstated => "staff reinstated",
            Self::StaffRemoved => "staff removed",
            Self::PassphraseSet => "passphrase set",
            Self::PassphraseChecked => "passphrase checked",
            Self::FactorEnrolled => "factor enrolled",
            Self::FactorChecked => "factor checked",
            Self::FactorRemoved => "factor removed",
            Self::SessionStarted => "session started",
            Self::SessionRotated => "session rotated",
            Self::SessionEnded => "session ended",
            Self::RoleGranted => "role granted",
            Self::RoleRevoked => "role revoked",
            Self::AssignmentMade => "assignment made",
            Self::AssignmentEnded => "assignment ended",
            Self::AccessDecided => "access decided",
            Self::BreakGlassOpened => "break glass opened",
            Self::BreakGlassClosed => "break glass closed",
            Self::BreakGlassReviewed => "break glass reviewed",
            Self::ConversationOpened => "conversation opened",
            Self::MemberAdded => "member added",
            Self::MemberRemoved => "member removed",
            Self::ConversationClosed => "conversation closed",
            Self::RecordRead => "record read",
            Self::RecordWritten => "record written",
            Self::RecordDeleted => "record deleted",
            Self::RecordExported => "record exported",
            Self::VaultOpened => "vault opened",
            Self::KeyRotated => "key rotated",
            Self::SubjectErased => "subject erased",
            Self::LegalHoldPlaced => "legal hold placed",
            Self::LegalHoldLifted => "legal hold lifted",
            Self::CanaryOpened => "canary opened",
            Self::LogOpened => "log opened",
            Self::LogRead => "log read",
            Self::LogGap => "log gap",
        }
    }
}
