use super::{Hash, empty_root, node_hash};
use std::ops::Range;

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
    /// No tree has such a subtree: it begins at no multiple of a power of two that holds it.
    #[error("no tree has a subtree of this range")]
    Subtree,
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
/// [`ProofError::Index`], [`ProofError::Length`], [`ProofError::Root`].
pub fn verify_inclusion(
    proof: &[Hash],
    index: u64,
    leaf: &Hash,
    size: u64,
    root: &Hash,
) -> Result<(), ProofError> {
    verify_subtree_inclusion(proof, index, leaf, 0..size, root)
}

/// As [`verify_inclusion`], in the subtree over a range of leaves
/// (draft-ietf-plants-merkle-tree-certs, "Subtree Inclusion Proofs").
///
/// # Errors
/// [`ProofError::Index`], [`ProofError::Subtree`], [`ProofError::Length`], [`ProofError::Root`].
pub fn verify_subtree_inclusion(
    proof: &[Hash],
    index: u64,
    leaf: &Hash,
    subtree: Range<u64>,
    root: &Hash,
) -> Result<(), ProofError> {
    if !subtree.contains(&index) {
        return Err(ProofError::Index);
    }
    check_subtree(&subtree)?;
    // The leaf lies inside, so that neither subtraction wraps.
    let mut node = index.wrapping_sub(subtree.start);
    let mut last = subtree.end.wrapping_sub(subtree.start).wrapping_sub(1);
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
/// [`ProofError::Empty`], [`ProofError::Size`], [`ProofError::Length`], [`ProofError::Root`].
pub fn verify_consistency(
    proof: &[Hash],
    old_size: u64,
    old_root: &Hash,
    size: u64,
    root: &Hash,
) -> Result<(), ProofError> {
    if old_size == 0 {
        return Err(ProofError::Empty);
    }
    verify_subtree_consistency(proof, 0..old_size, old_root, size, root)
}

/// Checks that the tree of `size` leaves with root `root` has the subtree over this range with root
/// `subtree_root` (draft-ietf-plants-merkle-tree-certs, "Subtree Consistency Proofs").
///
/// # Errors
/// [`ProofError::Subtree`], [`ProofError::Size`], [`ProofError::Length`], [`ProofError::Root`].
pub fn verify_subtree_consistency(
    proof: &[Hash],
    subtree: Range<u64>,
    subtree_root: &Hash,
    size: u64,
    root: &Hash,
) -> Result<(), ProofError> {
    if subtree.end > size {
        return Err(ProofError::Size);
    }
    if subtree.start == subtree.end {
        return verify_empty(proof, subtree_root);
    }
    check_subtree(&subtree)?;
    // Where the two trees have the same node, its ancestors inside the subtree are shared.
    let edge = subtree.end.wrapping_sub(1);
    let levels = match subtree.end == size {
        true => u64::BITS.wrapping_sub((subtree.start ^ edge).leading_zeros()),
        false => shared_levels(subtree.start, edge),
    };
    let (first, mut node) = (shr(subtree.start, levels), shr(edge, levels));
    let mut last = shr(size.wrapping_sub(1), levels);
    let (start, rest) = match proof.split_first() {
        _ if first == node => (subtree_root, proof),
        Some(split) => split,
        None => return Err(ProofError::Length),
    };
    let (mut first, mut old, mut new) = (first, *start, *start);
    for hash in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if is_right(node, last) {
            if first < node {
                old = node_hash(hash, &old);
            }
            new = node_hash(hash, &new);
            let lone = if node & 1 == 1 { 0 } else { node.trailing_zeros() };
            (first, node, last) = (shr(first, lone), shr(node, lone), shr(last, lone));
        } else {
            new = node_hash(&new, hash);
        }
        (first, node, last) = (first >> 1, node >> 1, last >> 1);
    }
    finish(last, &[(&old, subtree_root), (&new, root)])
}

/// A subtree without leaves is in every tree.
fn verify_empty(proof: &[Hash], root: &Hash) -> Result<(), ProofError> {
    if proof.is_empty() { finish(0, &[(&empty_root(), root)]) } else { Err(ProofError::Length) }
}

/// A subtree begins at a multiple of the smallest power of two that holds it.
fn check_subtree(range: &Range<u64>) -> Result<(), ProofError> {
    let last = range.end.checked_sub(range.start).and_then(|len| len.checked_sub(1));
    let height = last.ok_or(ProofError::Subtree)?.checked_ilog2().map_or(0, |bits| bits.saturating_add(1));
    if range.start.trailing_zeros() >= height { Ok(()) } else { Err(ProofError::Subtree) }
}

/// How often `edge` is a right child on the way up to where `start` is the same node.
fn shared_levels(start: u64, edge: u64) -> u32 {
    let apart = u64::BITS.wrapping_sub((start ^ edge).leading_zeros());
    edge.trailing_ones().min(apart)
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
