//! Behaviour of `leeward-vault` through its public API.
