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
}
