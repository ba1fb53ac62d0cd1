//! The Merkle tree of RFC 6962 2.1, which is that of RFC 9162 2.1 with SHA-256.
//!
//! Nothing here reads or writes: hashes go in, hashes and proofs come out.

mod frontier;
mod hash;
mod proof;
mod range;

pub use frontier::Frontier;
pub use hash::{Hash, empty_root, leaf_hash, node_hash};
pub use proof::{
    ProofError, verify_consistency, verify_inclusion, verify_subtree_consistency, verify_subtree_inclusion,
};
pub use range::{Node, consistency_ranges, hash_range, inclusion_ranges, nodes};
