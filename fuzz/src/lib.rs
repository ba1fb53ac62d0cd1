//! Hostile input: one plain function a target.
