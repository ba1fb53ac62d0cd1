//! Behaviour of `leeward-session` through its public API.
