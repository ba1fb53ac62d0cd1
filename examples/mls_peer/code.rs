use leeward_messages::{EntryKind, Error, HoldReason, Kind, Refusal};
use serde_json::{Value, json};

/// Why a request was not done.
pub(crate) enum Fault {
    /// It is no request.
    NotUnderstood(&'static str),
    /// A field of it is missing, or is not what it should be.
    Field(&'static str),
    /// What the engine or the delivery service said.
    Messages(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Messages(error)
    }
}

impl Fault {
    /// As it is answered.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::NotUnderstood(message) => json!({ "code": "not_understood", "message": message }),
            Self::Field(name) => {
                json!({ "code": "field", "message": format!("`{name}` is missing or is not what it should be") })
            }
            Self::Messages(error) => answer(error),
        }
    }
}

fn answer(error: &Error) -> Value {
    let mut fault = json!({ "code": code(error), "message": error.to_string() });
    let (why, seq) = match error {
        Error::Refused { seq, why } => (Some(*why), Some(*seq)),
        Error::Missing { seq } | Error::NotRefused { seq } => (None, Some(*seq)),
        Error::WelcomeRefused { why } | Error::SubmissionRefused { why } | Error::Report { why } => {
            (Some(*why), None)
        }
        _ => (None, None),
    };
    if let Some(fields) = fault.as_object_mut() {
        fields.extend(why.map(|why| ("why".to_owned(), json!(reason(why)))));
        fields.extend(seq.map(|seq| ("seq".to_owned(), json!(seq))));
    }
    fault
}

const fn code(error: &Error) -> &'static str {
    match error {
        Error::NotAMember => "not_a_member",
        Error::AlreadyAMember => "already_a_member",
        Error::RemovesItself => "removes_itself",
        Error::TooManyMembers => "too_many_members",
        Error::NoKeyPackage => "no_key_package",
        Error::NoWelcome => "no_welcome",
        Error::WelcomeRefused { .. } => "welcome_refused",
        Error::EpochConflict => "epoch_conflict",
        Error::RolledBack => "rolled_back",
        Error::SubmissionRefused { .. } => "submission_refused",
        Error::Backlog { .. } => "backlog",
        Error::Waiting { .. } => "waiting",
        Error::TooManyKeyPackages => "too_many_key_packages",
        Error::TooManyClaims { .. } => "too_many_claims",
        Error::Credential => "credential",
        Error::BodyTooLong { .. } => "body_too_long",
        Error::Refused { .. } => "refused",
        Error::NotRefused { .. } => "not_refused",
        Error::Missing { .. } => "missing",
        Error::Report { .. } => "report",
        Error::TooManyKeys => "too_many_keys",
        Error::TooManyHolds => "too_many_holds",
        // The store, the random source, or the engine itself: no input was at fault.
        _ => "failed",
    }
}

const fn reason(why: Refusal) -> &'static str {
    match why {
        Refusal::TooLarge => "too_large",
        Refusal::Malformed => "malformed",
        Refusal::Misplaced => "misplaced",
        Refusal::NotAuthentic => "not_authentic",
        Refusal::Identity => "identity",
        Refusal::Forbidden => "forbidden",
        Refusal::NotEncrypted => "not_encrypted",
        Refusal::Suite => "suite",
        Refusal::Lifetime => "lifetime",
        Refusal::Franking => "franking",
        Refusal::UnknownFrankingKey => "unknown_franking_key",
        Refusal::Version => "version",
        _ => "other",
    }
}

pub(crate) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Bytes => "bytes",
        Kind::Attachment => "attachment",
        Kind::SessionDescription => "session_description",
        Kind::DtlsFingerprint => "dtls_fingerprint",
        Kind::Control => "control",
        _ => "other",
    }
}

pub(crate) const fn entry(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Mls => "mls",
        EntryKind::Tombstone => "tombstone",
        EntryKind::Notice => "notice",
        _ => "other",
    }
}

pub(crate) fn hold_reason(name: &str) -> Result<HoldReason, Fault> {
    match name {
        "legal" => Ok(HoldReason::Legal),
        "abuse_report" => Ok(HoldReason::AbuseReport),
        _ => Err(Fault::Field("why")),
    }
}
