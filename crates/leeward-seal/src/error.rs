/// Why something was not sealed, opened or indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The ciphertext does not open: another key, another context, changed, cut short or extended.
    /// Which of these it was is never told.
    #[error("the sealed data cannot be opened with this key in this context")]
    CannotOpen,
    /// The random source gave nothing.
    #[error("the random source failed: nothing was sealed")]
    Random,
    /// A key is 32 bytes, uniformly random.
    #[error("a key must be exactly 32 bytes")]
    KeyLength,
    /// A field of a [`Context`](crate::Context) or an [`Index`](crate::Index) is over 65,535 bytes.
    #[error("the field `{field}` must not be over 65,535 bytes")]
    FieldTooLong {
        /// The name of the field.
        field: &'static str,
    },
    /// A blind-index tag has 8 to 256 bits.
    #[error("a blind-index tag must have 8 to 256 bits")]
    TagBits,
    /// A message has at most 2^38 chunks (4 PiB).
    #[error("a message must not be over 4 PiB: divide it")]
    MessageTooLong,
    /// `ring` refused what it is documented to accept.
    #[error("the cryptographic library refused its input: report this as a defect")]
    Primitive,
}
