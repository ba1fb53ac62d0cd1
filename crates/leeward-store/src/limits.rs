//! How large a key, a value, a batch and a page may be.
//!
//! What is over a limit is refused with a [`LimitError`](crate::LimitError), never cut short.

/// The longest key, encoded, in bytes.
pub const MAX_KEY: usize = 1024;

/// The largest value a caller may put, in bytes.
pub const MAX_VALUE: usize = 1024 * 1024;

/// The most operations a caller may put in one batch.
pub const MAX_OPS: usize = 1_000;

/// The most bytes, keys and values together, a caller may put in one batch.
pub const MAX_BATCH: usize = 8 * 1024 * 1024;

/// The most entries one page of a scan holds.
pub const MAX_PAGE: usize = 1_000;

/// A page stops before its values would pass this many bytes; it always holds one entry at least.
pub const MAX_PAGE_BYTES: usize = 8 * 1024 * 1024;

/// What a decorator may add to one value, in bytes: a backend accepts [`MAX_VALUE`] and this.
///
/// Sealing adds 90 bytes and 16 for each 16 KiB, so that the largest sealed value fits.
pub const VALUE_HEADROOM: usize = 16 * 1024;

/// What decorators may add to one batch: a backend accepts [`MAX_OPS`] and this many operations.
pub const OPS_HEADROOM: usize = 1_100;

/// What decorators may add to one batch in bytes: a backend accepts [`MAX_BATCH`] and this.
pub const BATCH_HEADROOM: usize = 2 * 1024 * 1024;
