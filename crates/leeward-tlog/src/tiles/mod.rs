//! C2SP tlog-tiles v0.1.0: how a log lies in files that any web server can serve.
//!
//! Here are the paths and the bytes; nothing here reads or writes files.

mod bundle;
mod path;

pub use bundle::{BundleError, MAX_ENTRY, push_entry, readable_entries, split_bundle};
pub use path::{TileKind, TilePath};

/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// The highest level that a tree of fewer than 2^64 leaves has.
pub const MAX_LEVEL: u8 = 7;

/// The file that holds the signed checkpoint.
pub const CHECKPOINT_FILE: &str = "checkpoint";

/// The file that holds the log's verifier key on one line.
pub const VKEY_FILE: &str = "log.vkey";

/// How many hashes the tiles of `level` hold in a tree of `size` leaves: `size / 256^level`.
#[must_use]
pub fn hashes_at(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level).saturating_mul(8)).unwrap_or(0)
}
