use leeward_store::StoreError;

/// Why an event was not made, staged or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// The random source failed; nothing was made.
    #[error("the random source failed: nothing secret can be made without it")]
    Random,
    /// The bytes are no event.
    #[error("the bytes are not an event")]
    Malformed,
    /// The bytes are an event of a later form than this code knows.
    #[error("the event has form {version}, which this release does not know: update it")]
    UnknownVersion {
        /// The form's number.
        version: u8,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
