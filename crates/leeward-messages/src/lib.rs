//! End-to-end encrypted conversations on MLS (RFC 9420).
