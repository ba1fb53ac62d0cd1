//! Behaviour of `leeward-event` through its public API.
