use crate::codes::codes;

codes! {
    /// Why it happened, or why it was refused: a code, because free text could hold anything.
    Reason

    /// What was presented did not match.
    WrongSecret = 1, "wrong secret";
    /// What was presented had been used before.
    Reused = 2, "reused";
    /// The time was over.
    Expired = 3, "expired";
    /// Too many attempts.
    Throttled = 4, "throttled";
    /// The service had no room for the work.
    Busy = 5, "busy";
    /// Nothing was enrolled that could have matched.
    NotEnrolled = 6, "not enrolled";
    /// What was proposed is too easy to guess.
    WeakSecret = 7, "weak secret";
    /// It had been revoked.
    Revoked = 8, "revoked";
    /// The owner ended it.
    SignedOut = 9, "signed out";
    /// What was stored could not be read.
    Unreadable = 10, "unreadable";
    /// It was made for something else: another account, purpose, request or origin.
    Foreign = 11, "foreign";
    /// The device did not verify its user.
    UserNotVerified = 12, "user not verified";
    /// A counter went back: there may be a copy.
    CloneSuspected = 13, "clone suspected";
    /// The policy does not accept this kind or model.
    NotAccepted = 14, "not accepted";
    /// It is among secrets that have become known.
    BreachedSecret = 15, "breached secret";
    /// It was used before by the same owner.
    ReusedSecret = 16, "reused secret";
    /// It was malformed.
    Malformed = 17, "malformed";
    /// The actor is assigned to the conversation.
    Assigned = 20, "assigned";
    /// The actor supervises the conversation.
    Supervision = 21, "supervision";
    /// The record is the actor's own.
    OwnRecord = 22, "own record";
    /// The actor's role permits it.
    RolePermits = 23, "role permits";
    /// The actor is not assigned to the conversation.
    NotAssigned = 24, "not assigned";
    /// No rule permits it.
    NoRule = 25, "no rule";
    /// The actor is suspended.
    Suspended = 26, "suspended";
    /// The actor has an interest of their own in the record.
    ConflictOfInterest = 27, "conflict of interest";
    /// The actor has not proved themselves strongly enough.
    WeakAssurance = 28, "weak assurance";
    /// What the decision needs could not be read.
    FactsUnavailable = 29, "facts unavailable";
    /// The actor's training is out of date.
    TrainingLapsed = 30, "training lapsed";
    /// The purpose stated does not fit.
    NoPurpose = 31, "no purpose";
    /// The person concerned has not consented, or no longer does.
    NoConsent = 32, "no consent";
    /// An earlier use waits for its review.
    ReviewDue = 33, "review due";
    /// No second person has approved it.
    NotApproved = 34, "not approved";
    /// The actor is not among those who may override.
    NotEligible = 35, "not eligible";
    /// The record is more confidential than the actor may see.
    Confidential = 36, "confidential";
    /// Other rules are in force than those decided by.
    StalePolicy = 37, "stale policy";
    /// The review found it justified.
    Justified = 38, "justified";
    /// The review found it not justified.
    NotJustified = 39, "not justified";
    /// Override: emergency treatment (HL7 OVRER).
    EmergencyTreatment = 40, "emergency treatment";
    /// Override: professional judgement (HL7 OVRPJ).
    ProfessionalJudgement = 41, "professional judgement";
    /// Override: public safety (HL7 OVRPS).
    PublicSafety = 42, "public safety";
    /// Override: safety of a third party (HL7 OVRTPS).
    ThirdPartySafety = 43, "third party safety";
    /// Override: the subject cannot decide at present (HL7 OVRINCOMP).
    IncompetentSubject = 44, "incompetent subject";
    /// The conversation was handed over.
    HandOver = 60, "hand over";
    /// The person concerned asked for it.
    Requested = 61, "requested";
    /// The time for which it may be kept was over.
    RetentionEnded = 62, "retention ended";
    /// It was due.
    Scheduled = 63, "scheduled";
    /// A secret may have become known.
    Compromise = 64, "compromise";
    /// An authenticator of the account was added, changed or taken away.
    FactorChanged = 65, "factor changed";
    /// No address is safe to write to at this time.
    UnsafeToContact = 66, "unsafe to contact";
    /// What may be sent there in this time was spent.
    BudgetSpent = 67, "budget spent";
    /// The time to object is not over.
    CoolingOff = 68, "cooling off";
    /// The owner stopped it.
    Cancelled = 69, "cancelled";
    /// It could not be delivered.
    Undelivered = 70, "undelivered";
}
