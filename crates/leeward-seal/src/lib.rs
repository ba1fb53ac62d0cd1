//! Sealed records and streams: Cobblestone-256 with typed context, and blind-index tags.
