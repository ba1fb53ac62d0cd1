use crate::{
    raw::Member,
    room::{Room, service},
    talk::{median, timed},
};
use leeward_store::Store;
use pollster::block_on;

/// One counsellor comes and another goes: key package, commit and join, then the commit that removes; and what
/// each of the others takes to follow both.
pub(crate) fn measure(rounds: usize, sizes: &[usize]) {
    println!("\nhand-over, in memory, median of {rounds} rounds, µs");
    println!(
        "{:>8} {:>16} {:>16} {:>9} {:>16} {:>16} {:>9}",
        "members", "openmls", "leeward", "of raw", "openmls, others", "leeward, others", "of raw"
    );
    for &size in sizes {
        let (mut raw, mut ours) = (Raw::new(size), Ours::new(size));
        let mut taken: [Vec<f64>; 4] = Default::default();
        for _ in 0..rounds {
            let [one, other] = [raw.hand_over(), ours.hand_over()];
            let both = [one.0, one.1, other.0, other.1];
            taken.iter_mut().zip(both).for_each(|(taken, value)| taken.push(value));
        }
        let [raw, raw_others, ours, our_others] = taken.map(median);
        let (ratio, others) = (ours / raw, our_others / raw_others);
        println!(
            "{size:>8} {raw:>16.0} {ours:>16.0} {ratio:>9.2} {raw_others:>16.0} {our_others:>16.0} {others:>9.2}"
        );
    }
}

/// A group whose founder acts. `watcher` is one of the others; the rest are leaves of the tree.
struct Raw {
    founder: Member,
    watcher: Option<Member>,
    counsellor: Member,
}

impl Raw {
    fn new(size: usize) -> Self {
        let mut founder = Member::found();
        let mut watcher: Option<Member> = None;
        let follow = |watcher: &mut Option<Member>, commit: &[u8]| {
            if let Some(watcher) = watcher {
                watcher.hear(commit);
            }
        };
        for _ in 2..size {
            let (commit, new) = founder.add();
            follow(&mut watcher, &commit);
            watcher.get_or_insert(new);
        }
        let (commit, counsellor) = founder.add();
        follow(&mut watcher, &commit);
        Self { founder, watcher, counsellor }
    }

    fn hand_over(&mut self) -> (f64, f64) {
        let (acting, (commits, new)) = timed(|| {
            let (added, new) = self.founder.add();
            let removed = self.founder.remove(&self.counsellor);
            ([added, removed], new)
        });
        self.counsellor = new;
        self.counsellor.hear(&commits[1]);
        let follower = self.watcher.as_mut().unwrap_or(&mut self.counsellor);
        if follower.group.epoch() == self.founder.group.epoch() {
            return (acting, f64::NAN);
        }
        (acting, timed(|| commits.iter().for_each(|commit| drop(follower.hear(commit)))).0)
    }
}

struct Ours {
    room: Room,
    watcher: Option<leeward_messages::MemberId>,
}

impl Ours {
    fn new(size: usize) -> Self {
        let store = Store::memory().assume_sealed();
        let room = block_on(Room::open(&service(&store, &store)));
        let mut watcher = None;
        for _ in 2..size {
            let new = block_on(room.add());
            watcher.get_or_insert(new);
        }
        if let Some(watcher) = watcher {
            block_on(room.hear(watcher));
        }
        Self { room, watcher }
    }

    fn hand_over(&mut self) -> (f64, f64) {
        let out = self.room.counsellor;
        let (acting, new) = timed(|| {
            block_on(async {
                let new = self.room.add().await;
                self.room.remove(out).await;
                new
            })
        });
        self.room.counsellor = new;
        block_on(self.room.hear(new));
        let following =
            self.watcher.map_or(f64::NAN, |watcher| timed(|| block_on(self.room.hear(watcher))).0);
        (acting, following)
    }
}
