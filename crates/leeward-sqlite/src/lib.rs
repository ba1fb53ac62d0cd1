//! The embedded backend of leeward-store: SQLite with group commit.
