use crate::{CredentialError, HashParams};
use argon2::{Argon2, Block};
use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};
use zeroize::Zeroize;

/// The memory of one worker: kept between hashes, because fresh memory costs up to half the time, and
/// wiped after each.
pub(crate) struct Arena {
    blocks: Vec<Block>,
    most_kib: usize,
    meter: Arc<Meter>,
    grew: bool,
}

/// The memory of all workers, and what was filled of it over all passes, in KiB.
#[derive(Default)]
pub(crate) struct Meter {
    held: AtomicUsize,
    peak: AtomicUsize,
    filled: AtomicU64,
}

impl Arena {
    /// One that never holds more than `most_kib`.
    pub(crate) const fn new(most_kib: usize, meter: Arc<Meter>) -> Self {
        Self { blocks: Vec::new(), most_kib, meter, grew: false }
    }

    /// Runs Argon2 in this memory, and wipes it. `params` are those of `argon2`.
    pub(crate) fn argon2(
        &mut self,
        argon2: &Argon2<'_>,
        params: HashParams,
        [input, salt]: [&[u8]; 2],
        tag: &mut [u8],
    ) -> Result<(), CredentialError> {
        let blocks = params.block_count()?;
        self.fit(blocks)?;
        let used = self.blocks.get_mut(..blocks).ok_or(CredentialError::NotComputed)?;
        let hashed = argon2.hash_password_into_with_memory(input, salt, tag, &mut *used);
        used.iter_mut().for_each(Zeroize::zeroize);
        self.meter.fill(params.work());
        hashed.map_err(|_| CredentialError::NotComputed)
    }

    /// Runs what takes `kib` of memory by itself, within what this arena may hold.
    pub(crate) fn lend<T>(&mut self, kib: usize, work: impl FnOnce() -> T) -> Result<T, CredentialError> {
        if kib > self.most_kib {
            return Err(CredentialError::CostlyParams);
        }
        if self.kib().saturating_add(kib) > self.most_kib {
            self.free();
        }
        let lent = Lent::new(&self.meter, kib);
        let done = work();
        drop(lent);
        Ok(done)
    }

    /// Whether memory was taken since this was last asked, which makes a hash take longer than others.
    pub(crate) fn grew(&mut self) -> bool {
        std::mem::take(&mut self.grew)
    }

    /// After a panic: wipes whatever was begun.
    pub(crate) fn wipe(&mut self) {
        self.blocks.iter_mut().for_each(Zeroize::zeroize);
    }

    /// Takes what memory a hash needs beyond what is held.
    fn fit(&mut self, blocks: usize) -> Result<(), CredentialError> {
        if blocks > self.most_kib {
            return Err(CredentialError::CostlyParams);
        }
        if self.blocks.len() < blocks {
            // The old arena goes first: two at once would break the budget.
            self.free();
            self.blocks.try_reserve_exact(blocks).map_err(|_| CredentialError::NotComputed)?;
            self.meter.take(self.kib());
            self.grew = true;
            self.blocks.resize(blocks, Block::new());
        }
        Ok(())
    }

    fn free(&mut self) {
        self.meter.give_back(self.kib());
        self.blocks = Vec::new();
    }

    /// How much is held: a block is one KiB.
    fn kib(&self) -> usize {
        self.blocks.capacity()
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        self.free();
    }
}

impl Meter {
    pub(crate) fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    pub(crate) fn peak(&self) -> usize {
        self.peak.load(Ordering::Relaxed)
    }

    pub(crate) fn filled(&self) -> u64 {
        self.filled.load(Ordering::Relaxed)
    }

    fn fill(&self, kib: u64) {
        self.filled.fetch_add(kib, Ordering::Relaxed);
    }

    fn take(&self, kib: usize) {
        let before = self.held.fetch_add(kib, Ordering::Relaxed);
        self.peak.fetch_max(before.saturating_add(kib), Ordering::Relaxed);
    }

    fn give_back(&self, kib: usize) {
        self.held.fetch_sub(kib, Ordering::Relaxed);
    }
}

/// Accounts for memory while it lives, whatever unwinds.
struct Lent<'a>(&'a Meter, usize);

impl<'a> Lent<'a> {
    fn new(meter: &'a Meter, kib: usize) -> Self {
        meter.take(kib);
        Self(meter, kib)
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.0.give_back(self.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::{Algorithm, Version};

    fn hash(arena: &mut Arena, params: HashParams) -> [u8; 32] {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.to_argon2(32).unwrap());
        let mut tag = [0; 32];
        arena.argon2(&argon2, params, [b"seven lamps above the quay", &[7; 16]], &mut tag).unwrap();
        tag
    }

    #[test]
    fn no_block_keeps_anything_after_a_hash() {
        let mut arena = Arena::new(64, Arc::default());
        hash(&mut arena, HashParams::INSECURE_FOR_TESTS);
        assert_eq!(arena.kib(), 64);
        let words = arena.blocks.iter_mut().flat_map(|block| block.as_mut().iter());
        assert!(words.into_iter().all(|word| *word == 0));
    }

    #[test]
    fn a_used_arena_hashes_like_a_fresh_one() {
        let (small, large) = (HashParams::INSECURE_FOR_TESTS, HashParams::stored(256, 2, 1).unwrap());
        let mut used = Arena::new(256, Arc::default());
        hash(&mut used, large);
        let again = hash(&mut used, small);
        let fresh = hash(&mut Arena::new(256, Arc::default()), small);
        assert_eq!(again, fresh);
        assert_eq!(used.kib(), 256, "an arena is kept, not made anew for a smaller hash");
    }

    #[test]
    fn what_is_lent_is_within_the_same_budget() {
        let meter = Arc::new(Meter::default());
        let mut arena = Arena::new(300, Arc::clone(&meter));
        hash(&mut arena, HashParams::stored(256, 1, 1).unwrap());
        assert_eq!(arena.lend(44, || meter.held()).unwrap(), 300, "beside it");
        assert_eq!(arena.lend(45, || meter.held()).unwrap(), 45, "in its place");
        assert!(matches!(arena.lend(301, || ()), Err(CredentialError::CostlyParams)));
        assert_eq!((meter.held(), meter.peak()), (0, 300));
    }

    #[test]
    fn a_hash_over_the_budget_takes_nothing() {
        let meter = Arc::new(Meter::default());
        let mut arena = Arena::new(100, Arc::clone(&meter));
        assert!(matches!(arena.fit(101), Err(CredentialError::CostlyParams)));
        assert_eq!(meter.peak(), 0);
    }
}
