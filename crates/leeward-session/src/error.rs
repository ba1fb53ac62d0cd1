use leeward_event::EventError;
use leeward_store::StoreError;
use leeward_throttle::ThrottleError;

/// Why there is no session.
///
/// Whoever presented a token learns of [`NotFound`](Self::NotFound) and no more: whether it was
/// malformed, never issued, expired or revoked is not told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// There is no live session for this token.
    #[error("there is no such session: sign in")]
    NotFound,
    /// The sign-in is not of now: too old, in the future, or older than a revocation of all sessions.
    #[error("the sign-in is not recent: sign in again")]
    StaleSignIn,
    /// The sign-in is of another account than the session.
    #[error("the sign-in belongs to another account: end the session and start a new one")]
    OtherAccount,
    /// The sign-in is weaker than the session.
    #[error("the sign-in is weaker than the session: end the session and start a new one")]
    WeakerSignIn,
    /// The account is disabled.
    #[error("the account is disabled: it starts no session")]
    Disabled,
    /// The gate does not open for this sign-in.
    #[error("the gate is not for this sign-in")]
    Gate(#[from] ThrottleError),
    /// The session is kept up by refresh tokens.
    #[error("the session is refreshed: re-authenticate by its refresh token")]
    NeedsRefreshToken,
    /// A refresh token was presented a second time, and every token of its family is dead.
    #[error("a refresh token was used twice: the session was ended, sign in")]
    RefreshReused,
    /// There is no grant for this action in this session.
    #[error("there is no such step-up: prove yourself for this action")]
    NoStepUp,
    /// The request does not come from a page of this session.
    #[error("the request carries no token of this session: load the page again")]
    Csrf,
    /// Two keys have the same id.
    #[error("two session keys have the id {id}: give each one of its own")]
    DuplicateKey {
        /// The id.
        id: u32,
    },
    /// A limit is longer than NIST SP 800-63B-4 allows at this level, or not positive.
    #[error("a session limit is longer than the standard allows, or not positive")]
    Limit,
    /// A record is there, and is not what this code writes.
    #[error("a {what} record cannot be read: it was not written by this release")]
    Corrupt {
        /// Which kind of record.
        what: &'static str,
    },
    /// The random source failed.
    #[error("the random source failed: nothing was changed")]
    Random,
    /// An event was not staged.
    #[error("the event was not recorded, and so nothing was changed")]
    Event(#[source] EventError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<EventError> for SessionError {
    fn from(error: EventError) -> Self {
        match error {
            EventError::Random => Self::Random,
            EventError::Store(error) => Self::Store(error),
            other => Self::Event(other),
        }
    }
}
