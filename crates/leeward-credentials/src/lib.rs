//! Passphrases: policy, Argon2id under a memory budget, uniform failure.
