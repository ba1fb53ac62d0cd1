//! Behaviour of `leeward-mfa` through its public API.
