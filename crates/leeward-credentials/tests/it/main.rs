//! Behaviour of `leeward-credentials` through its public API.
