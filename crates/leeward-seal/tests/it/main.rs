//! Behaviour of `leeward-seal` through its public API.
