//! Opaque sessions: hashed at rest, with idle and absolute limits.
