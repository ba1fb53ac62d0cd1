use super::{Hash, empty_root, node_hash};
use std::ops::Range;

/// A perfect subtree: the `2^level` leaves from `index * 2^level` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// Its height: 0 for a leaf, at most 63.
    pub level: u8,
    /// Which one of that height, from the left, from 0.
    pub index: u64,
}

/// The leaves below each hash of an inclusion proof (RFC 6962 2.1.1), leaf-upward; `None` when the
/// tree has no such leaf.
#[must_use]
pub fn inclusion_ranges(index: u64, size: u64) -> Option<Vec<Range<u64>>> {
    if index >= size {
        return None;
    }
    let mut siblings = Vec::new();
    let mut tree = 0..size;
    while let Some((left, right)) = halves(&tree) {
        let (inside, outside) = if left.contains(&index) { (left, right) } else { (right, left) };
        siblings.push(outside);
        tree = inside;
    }
    siblings.reverse();
    Some(siblings)
}

/// The leaves below each hash of a consistency proof (RFC 6962 2.1.2); `None` when the old tree is
/// larger than the new one. Empty when the old tree is empty or the same.
#[must_use]
pub fn consistency_ranges(old: u64, size: u64) -> Option<Vec<Range<u64>>> {
    if old > size {
        return None;
    }
    let mut ranges = Vec::new();
    let mut tree = 0..size;
    // Whether the old tree's root is the subtree at hand: its holder knows that hash.
    let mut known = true;
    while tree.end != old {
        let Some((left, right)) = halves(&tree).filter(|_| old > 0) else { return Some(Vec::new()) };
        let into_left = old <= left.end;
        known &= into_left;
        let (inside, outside) = if into_left { (left, right) } else { (right, left) };
        ranges.push(outside);
        tree = inside;
    }
    if !known {
        ranges.push(tree);
    }
    ranges.reverse();
    Some(ranges)
}

/// The perfect subtrees that cover `range`, largest first. The range must be one that a tree has:
/// it starts at a multiple of the largest power of two within its length.
#[must_use]
pub fn nodes(range: Range<u64>) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut start = range.start;
    while let Some(level) = range.end.checked_sub(start).and_then(u64::checked_ilog2) {
        nodes.push(Node { level: u8::try_from(level).unwrap_or(u8::MAX), index: start >> level });
        start = start.saturating_add(1 << level);
    }
    nodes
}

/// The hash over `range`, from the hashes of its [`nodes`].
///
/// # Errors
/// The first of `lookup`.
pub fn hash_range<E>(range: Range<u64>, mut lookup: impl FnMut(Node) -> Result<Hash, E>) -> Result<Hash, E> {
    let mut root = None;
    for node in nodes(range).into_iter().rev() {
        let left = lookup(node)?;
        root = Some(root.map_or(left, |right| node_hash(&left, &right)));
    }
    Ok(root.unwrap_or_else(empty_root))
}

/// Splits at the largest power of two below the length; `None` for fewer than two leaves.
fn halves(range: &Range<u64>) -> Option<(Range<u64>, Range<u64>)> {
    let last = range.end.checked_sub(range.start)?.checked_sub(1)?;
    let middle = range.start.saturating_add(1 << last.checked_ilog2()?);
    Some((range.start..middle, middle..range.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proofs_of_rfc_6962_2_1_3() {
        // The tree of seven leaves that the RFC draws.
        assert_eq!(inclusion_ranges(0, 7).unwrap(), [1..2, 2..4, 4..7]);
        assert_eq!(inclusion_ranges(3, 7).unwrap(), [2..3, 0..2, 4..7]);
        assert_eq!(inclusion_ranges(4, 7).unwrap(), [5..6, 6..7, 0..4]);
        assert_eq!(inclusion_ranges(6, 7).unwrap(), [4..6, 0..4]);
        assert_eq!(consistency_ranges(3, 7).unwrap(), [2..3, 3..4, 0..2, 4..7]);
        assert_eq!(consistency_ranges(4, 7).unwrap(), std::slice::from_ref(&(4..7)));
        assert_eq!(consistency_ranges(6, 7).unwrap(), [4..6, 6..7, 0..4]);
    }

    #[test]
    fn the_edges_of_the_domain() {
        assert_eq!(inclusion_ranges(0, 0), None);
        assert_eq!(inclusion_ranges(0, 1), Some(vec![]));
        assert_eq!(inclusion_ranges(u64::MAX - 1, u64::MAX).map(|proof| proof.len()), Some(63));
        assert_eq!(consistency_ranges(0, 7), Some(vec![]));
        assert_eq!(consistency_ranges(7, 7), Some(vec![]));
        assert_eq!(consistency_ranges(8, 7), None);
        assert_eq!(nodes(0..u64::MAX).len(), 64);
    }
}
