use super::bundle::Bundle;
use crate::{SealChecker, SealError, merkle::Hash, tiles::readable_entries};

/// The seals of a log, checked as its entries are read.
#[derive(Debug)]
pub(super) struct Seals {
    checker: SealChecker,
    /// What does not hold: told only if the entries are those that were signed.
    failed: Option<SealError>,
}

impl Seals {
    pub(super) const fn new(checker: SealChecker) -> Self {
        Self { checker, failed: None }
    }

    /// Takes the next bundle. `root` makes the root of the tree that ends with these of its leaves.
    pub(super) fn take(&mut self, bundle: &Bundle, width: u16, root: impl Fn(&[Hash]) -> Hash) {
        let Some(bytes) = &bundle.entries else { return self.checker.skip(u64::from(width)) };
        let (entries, _) = readable_entries(bytes, width);
        for (before, entry) in entries.into_iter().enumerate() {
            if self.failed.is_none() {
                let root = || root(bundle.leaves.get(..before).unwrap_or_default());
                self.failed = self.checker.entry(entry, root).err();
            }
        }
    }

    /// The checker, when everything held so far.
    pub(super) fn finish(self) -> Result<SealChecker, SealError> {
        self.failed.map_or(Ok(self.checker), Err)
    }
}
