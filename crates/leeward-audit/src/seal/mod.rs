//! Seals: what makes a change of the log show that was made between two checkpoints, by whoever held
//! every key from then on.

#[cfg(test)]
mod attacks;
mod checker;
mod epoch_key;
mod epoch_seal;
mod seal_key;

pub use checker::{SealChecker, SealError, Sealed};
pub(crate) use epoch_key::EpochKey;
pub use epoch_seal::EpochSeal;
pub(crate) use epoch_seal::SealBody;
pub use seal_key::{SealKey, SealKeyError};
