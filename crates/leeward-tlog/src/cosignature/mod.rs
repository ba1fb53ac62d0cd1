//! C2SP tlog-cosignature v1.0.1, and ML-DSA-44 of v1.1.0 behind the feature `ml-dsa`: what a witness
//! signs, which is a checkpoint and the time at which it was the latest that the witness had seen.
//!
//! Times are POSIX seconds.

mod cosigner;
mod key;
#[cfg(feature = "ml-dsa")]
mod ml_dsa;

pub use cosigner::{Cosigner, Ed25519Cosigner, cosign};
pub use key::CosignerKey;

/// The latest time that a cosignature can say.
pub const MAX_TIME: u64 = u64::MAX >> 1;
