use leeward_store::{Action, Batch, Expect, Key, Op};
use std::collections::{BTreeMap, HashMap};

/// The most keys that one transaction locks one by one. PostgreSQL's table of locks is shared by all
/// sessions and holds 64 for each by default; half of ours commit.
pub(crate) const MOST: usize = 120;

/// The lock that every transaction shares, and one with too many keys takes for itself.
const WHOLE: i32 = 0;

/// Advisory locks in ascending order, the one order in which everyone takes them: so nobody waits in a
/// circle. Two keys may share one, which makes them wait for each other and nothing worse.
#[derive(Clone, Debug)]
pub(crate) struct Locks {
    ids: Vec<(i32, bool)>,
    whole: bool,
}

impl Locks {
    /// What a batch needs: for itself where it writes, shared where it only looks.
    pub(crate) fn of(batch: &Batch) -> Self {
        let mut ids = BTreeMap::new();
        for op in batch.ops() {
            if let Some(exclusive) = need(op) {
                *ids.entry(id(&op.key)).or_insert(false) |= exclusive;
            }
        }
        let whole = ids.len() > MOST;
        Self { ids: if whole { Vec::new() } else { ids.into_iter().collect() }, whole }
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether it bars everyone else.
    pub(crate) const fn is_whole(&self) -> bool {
        self.whole
    }

    /// The locks of a transaction that does the work of all of these, and which of them are exclusive.
    pub(crate) fn join<'a>(all: impl Iterator<Item = &'a Self>) -> (Vec<i32>, Vec<bool>) {
        let (mut ids, mut whole) = (BTreeMap::new(), false);
        for locks in all {
            whole |= locks.whole;
            for (id, exclusive) in &locks.ids {
                *ids.entry(*id).or_insert(false) |= *exclusive;
            }
        }
        let first = std::iter::once((WHOLE, whole));
        let mut joined: Vec<_> = first.chain(ids).collect();
        joined.sort_unstable();
        joined.into_iter().unzip()
    }
}

fn need(op: &Op) -> Option<bool> {
    match (&op.action, op.expect) {
        (Action::Check, Expect::Any) => None,
        (Action::Check, _) => Some(false),
        _ => Some(true),
    }
}

/// The advisory lock of a key: FNV-1a of 64 bits, folded. Every program that writes to the same schema
/// must reckon it alike, so that it belongs to the schema's version.
pub(crate) fn id(key: &Key) -> i32 {
    id_of(key.as_bytes())
}

pub(crate) fn id_of(key: &[u8]) -> i32 {
    let hash = fnv(key);
    let folded = (hash ^ (hash >> 32)) & u64::from(u32::MAX);
    let id = u32::try_from(folded).unwrap_or(u32::MAX).cast_signed();
    if id == WHOLE { 1 } else { id }
}

/// The first number of the two that name an advisory lock: one for each schema of a database.
pub(crate) fn class_of(schema: &str) -> i32 {
    id_of(format!("leeward.{schema}").as_bytes())
}

fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// What is locked at the moment by this process, so that no transaction of ours waits for another of ours
/// with a connection in its hands.
#[derive(Default)]
pub(crate) struct Held {
    ids: HashMap<i32, Use>,
    /// How many jobs hold anything.
    jobs: usize,
    whole: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Shared(usize),
    Exclusive,
}

impl Held {
    /// Whether these can be taken beside what is held.
    pub(crate) fn admits(&self, locks: &Locks) -> bool {
        if self.whole || (locks.whole && self.jobs > 0) {
            return false;
        }
        locks.ids.iter().all(|(id, exclusive)| match self.ids.get(id) {
            None => true,
            Some(Use::Shared(_)) => !exclusive,
            Some(Use::Exclusive) => false,
        })
    }

    pub(crate) fn add(&mut self, locks: &Locks) {
        self.jobs = self.jobs.saturating_add(1);
        self.whole |= locks.whole;
        for (id, exclusive) in &locks.ids {
            let held = self.ids.entry(*id).or_insert(Use::Shared(0));
            *held = match *held {
                Use::Shared(count) if !exclusive => Use::Shared(count.saturating_add(1)),
                _ => Use::Exclusive,
            };
        }
    }

    pub(crate) fn remove(&mut self, locks: &Locks) {
        self.jobs = self.jobs.saturating_sub(1);
        if locks.whole {
            self.whole = false;
        }
        for (id, _) in &locks.ids {
            match self.ids.get_mut(id) {
                Some(Use::Shared(count)) if *count > 1 => *count = count.saturating_sub(1),
                _ => drop(self.ids.remove(id)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leeward_store::{Space, Version};

    const T: Space = Space::public("t");

    fn key(name: u64) -> Key {
        T.key(&[&name.to_be_bytes()]).unwrap()
    }

    fn locks(checks: &[u64], puts: &[u64]) -> Locks {
        let mut batch = Batch::new();
        for name in checks {
            batch.check(key(*name), Expect::Absent);
        }
        for name in puts {
            batch.put(key(*name), Expect::Any, b"");
        }
        Locks::of(&batch)
    }

    #[test]
    fn the_lock_of_a_key_never_changes() {
        assert_eq!(id_of(b"\x74\x00\x01\x61\x00\x01"), 201_367_776);
        assert_eq!(class_of("leeward"), 1_373_812_155);
    }

    #[test]
    fn locks_are_joined_in_one_order() {
        let (ids, exclusive) = Locks::join([&locks(&[1, 2], &[3]), &locks(&[3], &[2, 4])].into_iter());
        assert!(ids.is_sorted() && ids.len() == 5);
        let shared: Vec<_> = ids.iter().zip(&exclusive).filter(|(_, x)| !**x).map(|(id, _)| *id).collect();
        let mut wanted = vec![0, id(&key(1))];
        wanted.sort_unstable();
        assert_eq!(shared, wanted);
    }

    #[test]
    fn what_is_only_looked_at_is_shared() {
        let mut held = Held::default();
        held.add(&locks(&[1], &[2]));
        held.add(&locks(&[1], &[3]));
        assert!(held.admits(&locks(&[1], &[4])));
        assert!(!held.admits(&locks(&[], &[1])));
        assert!(!held.admits(&locks(&[2], &[])));
        held.remove(&locks(&[1], &[2]));
        assert!(!held.admits(&locks(&[], &[1])) && held.admits(&locks(&[2], &[])));
        held.remove(&locks(&[1], &[3]));
        assert!(held.admits(&locks(&[], &[1, 2, 3])));
    }

    #[test]
    fn a_large_batch_bars_everyone() {
        let many: Vec<u64> = (0..=120).collect();
        let large = locks(&[], &many);
        assert!(large.is_whole());
        assert_eq!(Locks::join([&large].into_iter()), (vec![0], vec![true]));
        let mut held = Held::default();
        held.add(&locks(&[], &[500]));
        assert!(!held.admits(&large));
        held.remove(&locks(&[], &[500]));
        held.add(&large);
        assert!(!held.admits(&locks(&[500], &[])));
        held.remove(&large);
        assert!(held.admits(&large));
    }

    #[test]
    fn a_check_of_nothing_locks_nothing() {
        let mut batch = Batch::new();
        batch.check(key(1), Expect::Any);
        assert_eq!(Locks::of(&batch).len(), 0);
        batch.check(key(2), Expect::Exactly(Version::from_u64(1).unwrap()));
        assert_eq!(Locks::of(&batch).len(), 1);
    }
}
