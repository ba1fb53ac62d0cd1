//! Behaviour of `leeward-policy` through its public API.
