use leeward_event::EventError;
use leeward_store::StoreError;
use std::time::Duration;

/// Why something was not sent, kept or read. None holds an address or a code.
///
/// To somebody who asked for a code, none of this is said: whether an address is known, safe or within
/// its budget is the owner's business alone.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// A code is too short, too long, or has characters that a message could mangle.
    #[error("a code has 6 to 64 digits, or 1 to 64 letters, digits and hyphens")]
    CodeForm,
    /// The text is no e-mail address of at most 254 bytes.
    #[error("that is not an e-mail address: use local-part@domain, 254 bytes at most")]
    EmailForm,
    /// The text is no telephone number in E.164.
    #[error("that is not a telephone number in E.164: use + and 7 to 15 digits, the country first")]
    PhoneForm,
    /// The country of the number is not on the list of those that are written to, or its range is one
    /// that costs the service money.
    #[error("the service does not send to that country or range: add it to the list if it should")]
    CountryNotAllowed,
    /// Hours or a time zone that cannot be.
    #[error(
        "hours are two different minutes of the day and a POSIX time zone such as CET-1CEST,M3.5.0,M10.5.0/3"
    )]
    HoursForm,
    /// A language that is no tag of BCP 47.
    #[error("a language is a BCP 47 tag of at most 16 characters such as en or de-AT")]
    LanguageForm,
    /// A wording would show too much before a phone is unlocked, or cannot be sent.
    #[error("the wording has {what}")]
    Wording {
        /// What is wrong with it.
        what: &'static str,
    },
    /// An account has as many addresses as are kept.
    #[error("the account has {} addresses: take one away first", crate::MAX_ADDRESSES)]
    TooManyAddresses,
    /// No such address of this account.
    #[error("the account has no such address")]
    NoSuchAddress,
    /// Nothing may be sent to this address: its owner said that it is not safe, or it belongs to a
    /// designee, who gets notices and no codes.
    #[error("the address is not one to send a code to")]
    NotSafe,
    /// Nothing may be sent to this address at this time of day.
    #[error("the owner does not want to be written to at this hour: wait {} s", retry_after.as_secs())]
    OutsideHours {
        /// When the next hours begin.
        retry_after: Duration,
    },
    /// As much as is allowed was sent there, or to that country.
    #[error("the budget of this destination is spent: wait {} s", retry_after.as_secs())]
    BudgetSpent {
        /// When one more may be sent.
        retry_after: Duration,
    },
    /// No channel was set up for this kind of address.
    #[error("no channel was set up for this kind of address")]
    NoChannel,
    /// The channel did not take the message.
    #[error("the message could not be handed on")]
    Channel(#[from] crate::ChannelError),
    /// The random source failed; nothing was made.
    #[error("the random source failed: nothing can be sent without it")]
    Random,
    /// A key could not be derived.
    #[error("a key could not be derived")]
    Key(#[source] leeward_seal::SealError),
    /// What is stored is not what this code writes.
    #[error("the store holds {what}")]
    Corrupt {
        /// What was found.
        what: &'static str,
    },
    /// What is stored has a later form than this code knows.
    #[error("a record has form {version}, which this release does not know: update it")]
    UnknownVersion {
        /// The form's number.
        version: u8,
    },
    /// The event could not be staged, and so nothing was written.
    #[error("the event could not be staged")]
    Event(#[source] EventError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<EventError> for NotifyError {
    fn from(error: EventError) -> Self {
        match error {
            EventError::Random => Self::Random,
            EventError::Store(error) => Self::Store(error),
            other => Self::Event(other),
        }
    }
}
