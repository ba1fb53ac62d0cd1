//! Behaviour of `leeward-audit` through its public API.
