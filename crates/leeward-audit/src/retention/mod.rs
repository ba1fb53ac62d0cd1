//! How long entries are kept.

mod minimum_index;

pub use minimum_index::{MINIMUM_INDEX_FILE, MinimumIndex};
