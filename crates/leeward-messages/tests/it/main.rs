//! Behaviour of `leeward-messages` through its public API.
