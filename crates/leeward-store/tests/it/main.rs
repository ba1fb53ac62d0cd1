//! Behaviour of `leeward-store` through its public API.
