//! Encryption at rest: key hierarchy, rotation, crypto-shredding, blind indexes, and a store that seals what passes.
