//! Behaviour of `leeward-sqlite` through its public API.
