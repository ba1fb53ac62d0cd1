use crate::codes::codes;

codes! {
    /// What exactly, where the action alone does not say: which operation was decided on, which role was
    /// given or taken, what was guessed at.
    Detail

    /// To read a case note.
    ReadCaseNote = 1, "read case note";
    /// To write a case note.
    WriteCaseNote = 2, "write case note";
    /// To read who is in a conversation.
    ReadRoster = 3, "read roster";
    /// To read that a conversation exists, and its state.
    ReadMetadata = 4, "read metadata";
    /// To join a conversation.
    JoinConversation = 5, "join conversation";
    /// To assign somebody to a conversation.
    Assign = 6, "assign";
    /// To take somebody's access to a conversation away.
    Restrict = 7, "restrict";
    /// To open a conversation without an assignment.
    OpenBreakGlass = 8, "open break-glass";
    /// To give and take roles, suspend and reinstate.
    ManageStaff = 9, "manage staff";
    /// To read the audit log.
    ReadAuditLog = 10, "read audit log";
    /// To read what was said in a conversation.
    ReadTranscript = 11, "read transcript";
    /// To read what a seeker told about themselves.
    ReadProfile = 12, "read profile";
    /// To change what a seeker told about themselves.
    WriteProfile = 13, "write profile";
    /// To read a safety plan.
    ReadSafetyPlan = 14, "read safety plan";
    /// To write a safety plan.
    WriteSafetyPlan = 15, "write safety plan";
    /// To read how a seeker may be reached safely.
    ReadContactHint = 16, "read contact hint";
    /// To change how a seeker may be reached safely.
    WriteContactHint = 17, "write contact hint";
    /// To tell somebody outside who a seeker is.
    DiscloseIdentity = 18, "disclose identity";
    /// To report something about a conversation.
    WriteReport = 19, "write report";
    /// To read what was reported about a conversation.
    ReadReport = 20, "read report";
    /// To decide what follows from a report.
    ResolveReport = 21, "resolve report";
    /// To take the records of a conversation or a person out of the service.
    ExportRecords = 22, "export records";
    /// To fetch records that were taken out.
    ReadExport = 23, "read export";
    /// To take the audit log out of the service.
    ExportAuditLog = 24, "export audit log";
    /// To destroy what was said in a conversation.
    DeleteTranscript = 25, "delete transcript";
    /// To destroy a case note.
    DeleteCaseNote = 26, "delete case note";
    /// To destroy everything about a seeker.
    ErasePerson = 27, "erase person";
    /// To review what somebody did behind broken glass.
    ReviewBreakGlass = 28, "review break-glass";
    /// To approve, as a second person, what somebody asked for.
    ApproveAccess = 29, "approve access";
    /// To record what a seeker agrees to, or no longer does.
    RecordConsent = 30, "record consent";
    /// To read what a seeker agreed to.
    ReadConsent = 31, "read consent";
    /// To read who accessed a person's records.
    ReadAccessReport = 32, "read access report";
    /// To replace the rules.
    ManagePolicy = 33, "manage policy";
    /// To read the rules.
    ReadPolicy = 34, "read policy";
    /// To put somebody into a team, or take them out of it.
    ManageTeam = 35, "manage team";
    /// To record what somebody was trained in.
    RecordTraining = 36, "record training";
    /// To end a conversation.
    CloseConversation = 37, "close conversation";
    /// To read what is on record about a member of staff.
    ReadStaff = 38, "read staff record";
    /// To read numbers about the service.
    ReadStatistics = 39, "read statistics";
    /// The role of a counsellor.
    Counsellor = 100, "counsellor";
    /// The role of a supervisor.
    Supervisor = 101, "supervisor";
    /// The role of a moderator.
    Moderator = 102, "moderator";
    /// The role of an auditor.
    Auditor = 103, "auditor";
    /// The role of an administrator.
    Administrator = 104, "administrator";
    /// What a person in crisis is to the rules.
    Seeker = 105, "seeker";
    /// The role of a peer supporter.
    PeerSupporter = 106, "peer supporter";
    /// The role of a privacy officer.
    PrivacyOfficer = 107, "privacy officer";
    /// What software is to the rules.
    Service = 108, "service";
    /// The role of a workgroup manager.
    WorkgroupManager = 109, "workgroup manager";
    /// A passphrase.
    Passphrase = 130, "passphrase";
    /// A time-based one-time code.
    Totp = 131, "time-based code";
    /// A counter-based one-time code.
    Hotp = 132, "counter-based code";
    /// A code of a saved list.
    RecoveryCode = 133, "recovery code";
    /// A code that was sent to a telephone.
    OutOfBandCode = 134, "code sent to a telephone";
    /// A code that was sent to an address.
    AddressCode = 135, "code sent to an address";
    /// A step of the way back into an account.
    RecoveryStep = 136, "recovery step";
    /// A receipt.
    Receipt = 137, "receipt";
    /// A passkey.
    Passkey = 138, "passkey";
    /// The team of somebody, or that a record belongs to.
    Team = 140, "team";
    /// Which team somebody supervises.
    Supervision = 141, "supervision";
    /// Whose conversation it is.
    Person = 142, "person";
    /// That a record was begun.
    Opening = 143, "opening";
    /// That a record was ended, or is open again.
    Closing = 144, "closing";
    /// How confidential a record is.
    Confidentiality = 145, "confidentiality";
    /// What the service itself says about a record.
    ServiceFacts = 146, "facts of the service";
}
