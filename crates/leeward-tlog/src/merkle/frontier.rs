use super::{Hash, empty_root, node_hash};

/// The right edge of a tree: all that is needed to append to it and to know its root.
///
/// It holds the root of each perfect subtree, largest first: one for each bit that is set in the size,
/// so at most 64 hashes.
///
/// ```
/// use leeward_tlog::merkle::{Frontier, leaf_hash, node_hash};
/// let (left, right) = (leaf_hash(b"first"), leaf_hash(b"second"));
/// let mut tree = Frontier::new();
/// tree.append(left);
/// tree.append(right);
/// assert_eq!(tree.size(), 2);
/// assert_eq!(tree.root(), node_hash(&left, &right));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The tree without leaves.
    #[must_use]
    pub const fn new() -> Self {
        Self { size: 0, peaks: Vec::new() }
    }

    /// The tree of `size` leaves with these subtree roots; `None` when their number does not fit.
    #[must_use]
    pub fn from_parts(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        let fits = usize::try_from(size.count_ones()).is_ok_and(|ones| ones == peaks.len());
        fits.then_some(Self { size, peaks })
    }

    /// How many leaves there are.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the perfect subtrees, largest first.
    #[must_use]
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Appends a leaf by its hash.
    pub fn append(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            // One peak for each bit that the carry clears.
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size = self.size.saturating_add(1);
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return empty_root() };
        peaks.fold(*last, |right, left| node_hash(left, &right))
    }
}

impl Extend<Hash> for Frontier {
    fn extend<T: IntoIterator<Item = Hash>>(&mut self, leaves: T) {
        leaves.into_iter().for_each(|leaf| self.append(leaf));
    }
}

impl FromIterator<Hash> for Frontier {
    fn from_iter<T: IntoIterator<Item = Hash>>(leaves: T) -> Self {
        let mut tree = Self::new();
        tree.extend(leaves);
        tree
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let hash = empty_root();
        assert!(Frontier::from_parts(3, vec![hash]).is_none());
        assert!(Frontier::from_parts(0, vec![hash]).is_none());
        assert!(Frontier::from_parts(u64::MAX, vec![hash; 64]).is_some());
    }
}
