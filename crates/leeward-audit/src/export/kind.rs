//! What each kind of event is called elsewhere: one table, which the compiler keeps complete.

use leeward_event::Action;

/// What an action is in the vocabularies of others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) severity: Severity,
    pub(super) class: Class,
    /// OCSF `activity_id` within the class, and its caption. 99 is "other".
    pub(super) activity: (u8, &'static str),
    /// The audit event type of DICOM and FHIR.
    pub(super) event: EventType,
    /// DICOM's audit event sub-type, where it has one.
    pub(super) subtype: Option<(&'static str, &'static str)>,
    /// FHIR `AuditEvent.action`.
    pub(super) verb: Verb,
}

/// How much it matters, when it succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Severity {
    Informational,
    Low,
    Medium,
    High,
    Critical,
}

/// A class of OCSF 1.8.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Base,
    EventLog,
    DetectionFinding,
    AccountChange,
    Authentication,
    EntityManagement,
    UserAccess,
    GroupManagement,
    ApiActivity,
    DatastoreActivity,
}

/// An audit event type: FHIR's `rest`, or one of DICOM PS3.16 CID 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventType {
    Rest,
    ApplicationActivity,
    AuditLogUsed,
    Export,
    SecurityAlert,
    UserAuthentication,
}

/// What was done, as DICOM and FHIR abbreviate it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Create,
    Read,
    Update,
    Delete,
    Execute,
}

use Class::{
    AccountChange, ApiActivity, Authentication, DatastoreActivity, DetectionFinding, EntityManagement,
    EventLog, GroupManagement, UserAccess,
};
use EventType::{ApplicationActivity, AuditLogUsed, Export, Rest, SecurityAlert, UserAuthentication};
use Severity::{Critical, High, Informational, Low, Medium};
use Verb::{Create, Delete, Execute, Read, Update};

const USER_ATTRIBUTES: Option<(&str, &str)> = Some(("110137", "User Security Attributes Changed"));
const ROLES: Option<(&str, &str)> = Some(("110136", "Security Roles Changed"));
const OBJECT_ATTRIBUTES: Option<(&str, &str)> = Some(("110135", "Object Security Attributes Changed"));
const CONFIGURATION: Option<(&str, &str)> = Some(("110129", "Security Configuration"));
const RESTRICTED: Option<(&str, &str)> = Some(("110132", "Use of Restricted Function"));

/// What an entry tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Event(Action),
    /// An event that this release has no word for.
    Unknown,
    /// The end of an epoch.
    Seal,
}

impl What {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Event(action) => action.words(),
            Self::Unknown => "an event of a later release",
            Self::Seal => "epoch sealed",
        }
    }

    /// The number of the action, or what there is instead.
    pub(super) fn code(self) -> String {
        match self {
            Self::Event(action) => action.code().to_string(),
            Self::Unknown => "unknown".to_owned(),
            Self::Seal => "seal".to_owned(),
        }
    }

    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Event(action) => kind(action).unwrap_or(UNKNOWN),
            Self::Unknown => UNKNOWN,
            Self::Seal => SEAL,
        }
    }
}

const UNKNOWN: Kind = row(Informational, Class::Base, (0, "Unknown"), ApplicationActivity, None, Execute);
const SEAL: Kind = row(Informational, EventLog, (99, "Seal"), ApplicationActivity, None, Execute);

/// Does not compile while an action has no row below.
const _: () = {
    let mut actions = Action::ALL;
    while let Some((action, rest)) = actions.split_first() {
        assert!(kind(*action).is_some(), "an action of the vocabulary has no row in export/kind.rs");
        actions = rest;
    }
};

#[rustfmt::skip]
const fn kind(action: Action) -> Option<Kind> {
    use Action as A;
    Some(match action {
        A::StaffEnrolled => row(Informational, AccountChange, (1, "Create"), SecurityAlert, USER_ATTRIBUTES, Create),
        A::StaffSuspended => row(Informational, AccountChange, (5, "Disable"), SecurityAlert, USER_ATTRIBUTES, Update),
        A::StaffReinstated => row(Informational, AccountChange, (2, "Enable"), SecurityAlert, USER_ATTRIBUTES, Update),
        A::StaffRemoved => row(Informational, AccountChange, (6, "Delete"), SecurityAlert, USER_ATTRIBUTES, Delete),
        A::PassphraseSet => row(Informational, AccountChange, (3, "Password Change"), SecurityAlert, USER_ATTRIBUTES, Update),
        A::PassphraseChecked | A::FactorChecked => row(Informational, Authentication, (6, "Preauth"), UserAuthentication, None, Execute),
        A::PassphraseChangeForced => row(Low, AccountChange, (99, "Password Change Forced"), SecurityAlert, USER_ATTRIBUTES, Update),
        A::AddressProofSent | A::OutOfBandCodeSent => row(Informational, Authentication, (99, "Code Sent"), UserAuthentication, None, Execute),
        A::AddressProved => row(Informational, AccountChange, (99, "Address Proved"), SecurityAlert, USER_ATTRIBUTES, Create),
        A::AddressRemoved => row(Informational, AccountChange, (99, "Address Removed"), SecurityAlert, USER_ATTRIBUTES, Delete),
        A::FactorEnrolled => row(Informational, AccountChange, (10, "MFA Factor Enable"), SecurityAlert, USER_ATTRIBUTES, Create),
        A::FactorRemoved => row(Low, AccountChange, (11, "MFA Factor Disable"), SecurityAlert, USER_ATTRIBUTES, Delete),
        A::FactorRenamed => row(Informational, AccountChange, (99, "MFA Factor Rename"), SecurityAlert, USER_ATTRIBUTES, Update),
        A::FactorSuspended | A::AuthenticatorDisabled => row(Low, AccountChange, (11, "MFA Factor Disable"), SecurityAlert, USER_ATTRIBUTES, Update),
        A::FactorReinstated => row(Low, AccountChange, (10, "MFA Factor Enable"), SecurityAlert, USER_ATTRIBUTES, Update),
        A::FactorSuspected | A::RefreshReused => row(High, DetectionFinding, (1, "Create"), SecurityAlert, RESTRICTED, Execute),
        A::RecoveryCodesIssued => row(Informational, AccountChange, (10, "MFA Factor Enable"), SecurityAlert, USER_ATTRIBUTES, Create),
        A::SessionStarted => row(Informational, Authentication, (1, "Logon"), UserAuthentication, Some(("110122", "Login")), Execute),
        A::SessionRotated => row(Informational, Authentication, (99, "Session Rotated"), UserAuthentication, None, Execute),
        A::SessionEnded => row(Informational, Authentication, (2, "Logoff"), UserAuthentication, Some(("110123", "Logout")), Execute),
        A::StepUpGranted | A::StepUpUsed => row(Informational, Authentication, (99, "Step-up"), UserAuthentication, None, Execute),
        A::RecoveryStarted | A::RecoveryStepProved => row(Low, Authentication, (99, "Recovery"), UserAuthentication, None, Execute),
        A::RecoveryApproved => row(Medium, AccountChange, (99, "Recovery Approved"), SecurityAlert, USER_ATTRIBUTES, Update),
        A::RecoveryCancelled => row(Low, AccountChange, (99, "Recovery Cancelled"), SecurityAlert, USER_ATTRIBUTES, Update),
        A::RecoveryCompleted => row(Medium, AccountChange, (99, "Recovery Completed"), SecurityAlert, USER_ATTRIBUTES, Update),
        A::AttemptThrottled => row(Low, Authentication, (99, "Throttled"), UserAuthentication, None, Execute),
        A::DeviceTrusted => row(Informational, AccountChange, (99, "Device Trusted"), SecurityAlert, USER_ATTRIBUTES, Create),
        A::DevicesForgotten => row(Low, AccountChange, (99, "Devices Forgotten"), SecurityAlert, USER_ATTRIBUTES, Delete),
        A::NoticeSent | A::NoticeWithheld | A::NoticeFailed => row(Informational, ApiActivity, (99, "Notify"), ApplicationActivity, None, Execute),
        A::RoleGranted => row(Low, UserAccess, (1, "Assign Privileges"), SecurityAlert, ROLES, Create),
        A::RoleRevoked => row(Informational, UserAccess, (2, "Revoke Privileges"), SecurityAlert, ROLES, Delete),
        A::AssignmentMade => row(Informational, UserAccess, (1, "Assign Privileges"), SecurityAlert, OBJECT_ATTRIBUTES, Create),
        A::AssignmentEnded => row(Informational, UserAccess, (2, "Revoke Privileges"), SecurityAlert, OBJECT_ATTRIBUTES, Delete),
        A::RelationshipChanged => row(Informational, UserAccess, (1, "Assign Privileges"), SecurityAlert, OBJECT_ATTRIBUTES, Update),
        A::DutyChanged | A::TrainingRecorded => row(Informational, AccountChange, (99, "Standing Changed"), SecurityAlert, USER_ATTRIBUTES, Update),
        A::ConflictLifted => row(Low, UserAccess, (1, "Assign Privileges"), SecurityAlert, OBJECT_ATTRIBUTES, Delete),
        A::PolicyAdopted => row(Medium, EntityManagement, (3, "Update"), SecurityAlert, CONFIGURATION, Update),
        A::DecisionImpossible => row(High, DetectionFinding, (1, "Create"), SecurityAlert, RESTRICTED, Execute),
        A::AccessDecided => row(Informational, ApiActivity, (99, "Decide"), SecurityAlert, RESTRICTED, Execute),
        A::BreakGlassOpened => row(Medium, UserAccess, (1, "Assign Privileges"), SecurityAlert, Some(("110127", "Emergency Override Started")), Execute),
        A::BreakGlassClosed => row(Low, UserAccess, (2, "Revoke Privileges"), SecurityAlert, Some(("110138", "Emergency Override Stopped")), Execute),
        A::BreakGlassReviewed => row(Informational, EntityManagement, (99, "Review"), SecurityAlert, None, Read),
        A::ApprovalRequested | A::ApprovalUsed => row(Low, UserAccess, (99, "Second Approval"), SecurityAlert, RESTRICTED, Execute),
        A::ApprovalGiven => row(Low, UserAccess, (1, "Assign Privileges"), SecurityAlert, RESTRICTED, Create),
        A::ApprovalRefused => row(Low, UserAccess, (2, "Revoke Privileges"), SecurityAlert, RESTRICTED, Delete),
        A::ConsentRecorded => row(Informational, EntityManagement, (99, "Consent"), Rest, OBJECT_ATTRIBUTES, Create),
        A::ConsentRevoked => row(Informational, EntityManagement, (99, "Consent"), Rest, OBJECT_ATTRIBUTES, Delete),
        A::ConversationOpened => row(Informational, EntityManagement, (1, "Create"), Rest, None, Create),
        A::MemberAdded => row(Informational, GroupManagement, (3, "Add User"), SecurityAlert, OBJECT_ATTRIBUTES, Create),
        A::MemberRemoved => row(Informational, GroupManagement, (4, "Remove User"), SecurityAlert, OBJECT_ATTRIBUTES, Delete),
        A::ConversationClosed => row(Informational, EntityManagement, (11, "Deactivate"), Rest, None, Update),
        A::MemberJoined => row(Informational, GroupManagement, (99, "Join"), SecurityAlert, OBJECT_ATTRIBUTES, Update),
        A::EntrySkipped => row(Low, DatastoreActivity, (99, "Skip"), Rest, None, Update),
        A::KeysRefreshed => row(Informational, EntityManagement, (3, "Update"), SecurityAlert, CONFIGURATION, Update),
        A::MemberReadmitted => row(Low, GroupManagement, (3, "Add User"), SecurityAlert, OBJECT_ATTRIBUTES, Update),
        A::RollbackDetected => row(High, DetectionFinding, (1, "Create"), SecurityAlert, CONFIGURATION, Execute),
        A::RecordRead => row(Informational, DatastoreActivity, (1, "Read"), Rest, None, Read),
        A::RecordWritten => row(Informational, DatastoreActivity, (5, "Write"), Rest, None, Update),
        A::RecordDeleted => row(Low, DatastoreActivity, (7, "Delete"), Rest, None, Delete),
        A::RecordExported => row(Low, DatastoreActivity, (99, "Export"), Export, None, Read),
        A::MessageReported => row(Medium, DetectionFinding, (1, "Create"), SecurityAlert, RESTRICTED, Create),
        A::TranscriptPolicyChanged => row(Low, EntityManagement, (3, "Update"), SecurityAlert, CONFIGURATION, Update),
        A::TranscriptExported => row(Low, DatastoreActivity, (99, "Export"), Export, None, Read),
        A::VaultOpened => row(Informational, DatastoreActivity, (3, "Connect"), ApplicationActivity, Some(("110120", "Application Start")), Execute),
        A::KeyRotated => row(Informational, EntityManagement, (3, "Update"), SecurityAlert, CONFIGURATION, Update),
        A::SubjectErased => row(Low, EntityManagement, (4, "Delete"), Rest, None, Delete),
        A::LegalHoldPlaced => row(Low, EntityManagement, (8, "Enable"), SecurityAlert, OBJECT_ATTRIBUTES, Update),
        A::LegalHoldLifted => row(Low, EntityManagement, (9, "Disable"), SecurityAlert, OBJECT_ATTRIBUTES, Update),
        A::CanaryOpened => row(Critical, DetectionFinding, (1, "Create"), SecurityAlert, RESTRICTED, Read),
        A::OldKeysDestroyed => row(Informational, EntityManagement, (4, "Delete"), SecurityAlert, CONFIGURATION, Delete),
        A::EscrowDeposited => row(Informational, EntityManagement, (1, "Create"), SecurityAlert, OBJECT_ATTRIBUTES, Create),
        A::EscrowRequested => row(Medium, ApiActivity, (99, "Escrow Request"), SecurityAlert, RESTRICTED, Execute),
        A::EscrowConsented | A::EscrowRefused => row(Medium, ApiActivity, (99, "Escrow Decide"), SecurityAlert, RESTRICTED, Execute),
        A::EscrowOpened => row(High, UserAccess, (1, "Assign Privileges"), SecurityAlert, Some(("110127", "Emergency Override Started")), Execute),
        A::EscrowClosed => row(Low, ApiActivity, (99, "Escrow Close"), SecurityAlert, RESTRICTED, Update),
        A::EscrowRehearsed | A::EscrowRehearsalBegun => row(Informational, ApiActivity, (99, "Escrow Rehearse"), SecurityAlert, RESTRICTED, Execute),
        A::EscrowReshared => row(Low, EntityManagement, (3, "Update"), SecurityAlert, OBJECT_ATTRIBUTES, Update),
        A::EscrowShredded => row(Low, EntityManagement, (4, "Delete"), SecurityAlert, OBJECT_ATTRIBUTES, Delete),
        A::TrusteeChanged => row(Low, UserAccess, (1, "Assign Privileges"), SecurityAlert, ROLES, Update),
        A::LogOpened => row(Informational, EventLog, (6, "Start"), SecurityAlert, Some(("110134", "Audit Recording Started")), Execute),
        A::LogRead => row(Informational, EventLog, (99, "Read"), AuditLogUsed, None, Read),
        A::LogGap => row(High, EventLog, (99, "Gap"), SecurityAlert, Some(("110133", "Audit Recording Stopped")), Execute),
        A::LogShortened => row(Low, EventLog, (2, "Delete"), AuditLogUsed, None, Delete),
        _ => return None,
    })
}

const fn row(
    severity: Severity,
    class: Class,
    activity: (u8, &'static str),
    event: EventType,
    subtype: Option<(&'static str, &'static str)>,
    verb: Verb,
) -> Kind {
    Kind { severity, class, activity, event, subtype, verb }
}
