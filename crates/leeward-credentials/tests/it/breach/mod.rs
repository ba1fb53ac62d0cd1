//! Breached passphrases, offline and online.

mod check;
mod filter;
mod hostile;
#[cfg(feature = "online")]
mod online;
mod ranges;
mod resume;
mod support;
