use crate::codes::codes;

codes! {
    /// What happened. The numbers are grouped: 1xx accounts and sign-in, 2xx access, 3xx conversations and
    /// records, 4xx keys, 5xx the log itself.
    Action

    /// A member of staff got an account.
    StaffEnrolled = 100, "staff enrolled";
    /// An account was closed to sign-ins for a time.
    StaffSuspended = 101, "staff suspended";
    /// A suspended account was opened again.
    StaffReinstated = 102, "staff reinstated";
    /// An account was closed for good.
    StaffRemoved = 103, "staff removed";
    /// A passphrase was set or changed.
    PassphraseSet = 110, "passphrase set";
    /// A passphrase was presented and checked.
    PassphraseChecked = 111, "passphrase checked";
    /// A passphrase has to be changed before it is used again.
    PassphraseChangeForced = 112, "passphrase change forced";
    /// A code was sent to an address, to prove that its owner reads it.
    AddressProofSent = 115, "address proof sent";
    /// An address was proved to be read by the account's owner.
    AddressProved = 116, "address proved";
    /// An address was taken from an account.
    AddressRemoved = 117, "address removed";
    /// A second factor was bound to an account.
    FactorEnrolled = 120, "factor enrolled";
    /// A second factor was presented and checked.
    FactorChecked = 121, "factor checked";
    /// A second factor was taken from an account.
    FactorRemoved = 122, "factor removed";
    /// A second factor got another name.
    FactorRenamed = 123, "factor renamed";
    /// A second factor no longer counts, until it is reinstated.
    FactorSuspended = 124, "factor suspended";
    /// A suspended second factor counts again.
    FactorReinstated = 125, "factor reinstated";
    /// A second factor may have been copied.
    FactorSuspected = 126, "factor suspected";
    /// A set of recovery codes was made, and any older set ended.
    RecoveryCodesIssued = 127, "recovery codes issued";
    /// A one-time code was sent by another channel.
    OutOfBandCodeSent = 128, "out-of-band code sent";
    /// A session began.
    SessionStarted = 130, "session started";
    /// A session got a new token after a stronger proof.
    SessionRotated = 131, "session rotated";
    /// A session ended: signed out, revoked or expired.
    SessionEnded = 132, "session ended";
    /// A stronger proof was given for one action of a session.
    StepUpGranted = 133, "step-up granted";
    /// A stronger proof was used for the action it was given for.
    StepUpUsed = 134, "step-up used";
    /// A refresh token was presented a second time: one of its holders is not the owner.
    RefreshReused = 135, "refresh reused";
    /// The way back into an account was asked for.
    RecoveryStarted = 140, "recovery started";
    /// A step of the way back into an account was proved.
    RecoveryStepProved = 141, "recovery step proved";
    /// A member of staff approved that somebody gets back into an account.
    RecoveryApproved = 142, "recovery approved";
    /// The way back into an account was closed before its end.
    RecoveryCancelled = 143, "recovery cancelled";
    /// Somebody got back into an account.
    RecoveryCompleted = 144, "recovery completed";
    /// An attempt was put off, since there were too many.
    AttemptThrottled = 150, "attempt throttled";
    /// An authenticator was disabled after too many wrong attempts in a row.
    AuthenticatorDisabled = 151, "authenticator disabled";
    /// A device got a cookie by which it is known again.
    DeviceTrusted = 152, "device trusted";
    /// The cookies of an account's devices were all ended.
    DevicesForgotten = 153, "devices forgotten";
    /// A notice left.
    NoticeSent = 160, "notice sent";
    /// A notice was due and did not leave: no address was safe, or the budget was spent.
    NoticeWithheld = 161, "notice withheld";
    /// A notice could not be delivered.
    NoticeFailed = 162, "notice failed";
    /// A role was given to a member of staff.
    RoleGranted = 200, "role granted";
    /// A role was taken from a member of staff.
    RoleRevoked = 201, "role revoked";
    /// A member of staff was assigned to a conversation.
    AssignmentMade = 202, "assignment made";
    /// An assignment to a conversation ended.
    AssignmentEnded = 203, "assignment ended";
    /// What ties people, teams and records together was changed.
    RelationshipChanged = 204, "relationship changed";
    /// A member of staff went on duty, or off it.
    DutyChanged = 205, "duty changed";
    /// Until when the training of a member of staff is current was recorded.
    TrainingRecorded = 206, "training recorded";
    /// A conflict of interest no longer stands.
    ConflictLifted = 207, "conflict of interest lifted";
    /// Other rules came into force.
    PolicyAdopted = 208, "policy adopted";
    /// Whether somebody may do something could not be decided, and so it was denied.
    DecisionImpossible = 209, "decision impossible";
    /// Whether somebody may do something was decided.
    AccessDecided = 210, "access decided";
    /// Access without an assignment was opened, for a reason and a time.
    BreakGlassOpened = 211, "break glass opened";
    /// Access opened without an assignment was closed.
    BreakGlassClosed = 212, "break glass closed";
    /// Access opened without an assignment was reviewed afterwards.
    BreakGlassReviewed = 213, "break glass reviewed";
    /// A second person was asked to approve something.
    ApprovalRequested = 214, "approval requested";
    /// A second person approved something.
    ApprovalGiven = 215, "approval given";
    /// A second person refused to approve something.
    ApprovalRefused = 216, "approval refused";
    /// What a second person approved was done.
    ApprovalUsed = 217, "approval used";
    /// A person said what may be done with their records, or that it may be done in an emergency only.
    ConsentRecorded = 218, "consent recorded";
    /// A person took back what they had said may be done with their records.
    ConsentRevoked = 219, "consent revoked";
    /// A conversation began.
    ConversationOpened = 300, "conversation opened";
    /// Somebody joined the visible roster of a conversation.
    MemberAdded = 301, "member added";
    /// Somebody left the visible roster of a conversation.
    MemberRemoved = 302, "member removed";
    /// A conversation ended.
    ConversationClosed = 303, "conversation closed";
    /// Somebody who was added joined a conversation with keys of their own.
    MemberJoined = 304, "member joined";
    /// A member moved past a message that it could not read.
    EntrySkipped = 305, "entry skipped";
    /// A member's keys in a conversation were replaced.
    KeysRefreshed = 306, "keys refreshed";
    /// A member who lost its keys was removed and added again in one step.
    MemberReadmitted = 307, "member readmitted";
    /// A member's keys were found to be an older copy, and are used no more.
    RollbackDetected = 308, "rollback detected";
    /// A record was read.
    RecordRead = 310, "record read";
    /// A record was written or changed.
    RecordWritten = 311, "record written";
    /// A record was deleted.
    RecordDeleted = 312, "record deleted";
    /// A record left the service.
    RecordExported = 313, "record exported";
    /// A message was reported as abuse.
    MessageReported = 314, "message reported";
    /// How long the transcript of a conversation is kept was changed.
    TranscriptPolicyChanged = 315, "transcript policy changed";
    /// The transcript of a conversation was exported.
    TranscriptExported = 316, "transcript exported";
    /// The keys of a store were opened.
    VaultOpened = 400, "vault opened";
    /// A key was replaced by a new one.
    KeyRotated = 401, "key rotated";
    /// The keys of a subject were destroyed, and its data with them.
    SubjectErased = 402, "subject erased";
    /// Erasure of a subject was forbidden.
    LegalHoldPlaced = 403, "legal hold placed";
    /// Erasure of a subject was allowed again.
    LegalHoldLifted = 404, "legal hold lifted";
    /// A decoy record was opened that nobody has a reason to open.
    CanaryOpened = 405, "canary opened";
    /// Keys that were kept to open what is older were destroyed.
    OldKeysDestroyed = 406, "old keys destroyed";
    /// A secret was put in escrow.
    EscrowDeposited = 420, "secret put in escrow";
    /// It was asked that a secret in escrow be opened.
    EscrowRequested = 421, "opening from escrow asked for";
    /// A trustee consented to open a secret in escrow.
    EscrowConsented = 422, "opening from escrow consented to";
    /// A trustee refused to open a secret in escrow, which ends the request.
    EscrowRefused = 423, "opening from escrow refused";
    /// Enough shares of a secret in escrow were handed to who had asked for it.
    EscrowOpened = 424, "opened from escrow";
    /// A request to open a secret in escrow was taken back, or its time was over.
    EscrowClosed = 425, "request to escrow closed";
    /// A trustee proved that they hold their share of a secret in escrow.
    EscrowRehearsed = 426, "escrow rehearsed";
    /// A secret in escrow was given to other trustees, and not opened for it.
    EscrowReshared = 427, "escrow dealt anew";
    /// The shares of a secret in escrow were destroyed.
    EscrowShredded = 428, "escrow shredded";
    /// A trustee of escrow was enrolled, got another key, or left.
    TrusteeChanged = 429, "trustee changed";
    /// Trustees were asked to prove that they hold their shares of a secret in escrow.
    EscrowRehearsalBegun = 430, "escrow rehearsal begun";
    /// The audit log was opened for appending.
    LogOpened = 500, "log opened";
    /// The audit log itself was read.
    LogRead = 501, "log read";
    /// Events were lost, and this stands in their place.
    LogGap = 502, "log gap";
    /// Entries of the audit log were removed, since the time for which they are kept was over.
    LogShortened = 503, "log shortened";
}
