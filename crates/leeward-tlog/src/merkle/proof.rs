use super::{Hash, node_hash};

/// Why a proof shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The leaf lies outside the tree.
    #[error("the tree has no leaf at this index")]
    Index,
    /// The old tree is said to be larger than the new one.
    #[error("the old tree is larger than the new one")]
    Size,
    /// The old tree is empty: every tree begins with it, so there is nothing to show.
    #[error("every tree begins with the empty one: there is nothing to show")]
    Empty,
    /// The proof has too few or too many hashes for these sizes.
    #[error("the proof has the wrong number of hashes")]
    Length,
    /// The hashes lead to another root.
    #[error("the proof leads to another root")]
    Root,
}

/// Checks that `leaf` stands at `index` in the tree of `size` leaves with this `root`
/// (RFC 9162 2.1.3.2).
///
/// # Errors
/// Every variant of [`ProofError`] but [`ProofError::Size`] and [`ProofError::Empty`].
pub fn verify_inclusion(
    proof: &[Hash],
    index: u64,
    leaf: &Hash,
    size: u64,
    root: &Hash,
) -> Result<(), ProofError> {
    let mut last = size.checked_sub(1).filter(|last| index <= *last).ok_or(ProofError::Index)?;
    let mut node = index;
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if is_right(node, last) {
            hash = node_hash(sibling, &hash);
            (node, last) = skip_lone_ancestors(node, last);
        } else {
            hash = node_hash(&hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    finish(last, &[(&hash, root)])
}

/// Checks that the tree of `size` leaves with root `root` begins with the tree of `old_size` leaves
/// with root `old_root` (RFC 9162 2.1.4.2).
///
/// # Errors
/// Every variant of [`ProofError`] but [`ProofError::Index`].
pub fn verify_consistency(
    proof: &[Hash],
    old_size: u64,
    old_root: &Hash,
    size: u64,
    root: &Hash,
) -> Result<(), ProofError> {
    match old_size {
        0 => return Err(ProofError::Empty),
        _ if old_size > size => return Err(ProofError::Size),
        _ if old_size < size => {}
        _ if proof.is_empty() => return finish(0, &[(old_root, root)]),
        _ => return Err(ProofError::Length),
    }
    let (first, rest) = start(proof, old_size, old_root).ok_or(ProofError::Length)?;
    // Where the two trees have the same node, its ancestors on the left edge are shared.
    let shared = (old_size - 1).trailing_ones();
    let (mut node, mut last) = (shr(old_size - 1, shared), shr(size - 1, shared));
    let (mut old, mut new) = (first, first);
    for hash in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if is_right(node, last) {
            old = node_hash(hash, &old);
            new = node_hash(hash, &new);
            (node, last) = skip_lone_ancestors(node, last);
        } else {
            new = node_hash(&new, hash);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    finish(last, &[(&old, old_root), (&new, root)])
}

/// The hash to begin with: the old root itself when the old tree is perfect, else the proof's first.
fn start<'a>(proof: &'a [Hash], old_size: u64, old_root: &Hash) -> Option<(Hash, &'a [Hash])> {
    match proof.split_first() {
        Some(_) if old_size.is_power_of_two() => Some((*old_root, proof)),
        Some((first, rest)) => Some((*first, rest)),
        None => None,
    }
}

/// Whether the next hash of a proof stands to the left of `node`.
const fn is_right(node: u64, last: u64) -> bool {
    node & 1 == 1 || node == last
}

/// A node at the right edge without a sibling is its own parent: climb until it has one.
const fn skip_lone_ancestors(node: u64, last: u64) -> (u64, u64) {
    if node & 1 == 1 || node == 0 {
        return (node, last);
    }
    let lone = node.trailing_zeros();
    (shr(node, lone), shr(last, lone))
}

const fn shr(value: u64, bits: u32) -> u64 {
    match value.checked_shr(bits) {
        Some(shifted) => shifted,
        None => 0,
    }
}

fn finish(last: u64, roots: &[(&Hash, &Hash)]) -> Result<(), ProofError> {
    if last != 0 {
        return Err(ProofError::Length);
    }
    if roots.iter().all(|(computed, expected)| computed == expected) {
        return Ok(());
    }
    Err(ProofError::Root)
}
