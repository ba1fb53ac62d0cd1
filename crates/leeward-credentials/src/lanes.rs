use leeward_throttle::Lane;
use std::collections::VecDeque;

/// How many lanes there are.
pub(crate) const LANES: usize = 3;

/// How often a lane that waits is passed over by those above it, at the most: the least share of each.
const PATIENCE: [u32; LANES] = [0, 4, 8];

/// One queue for each lane. The highest lane that waits comes first, except that a lower one is never
/// passed over for ever.
pub(crate) struct Lanes<J> {
    lanes: [Queue<J>; LANES],
}

struct Queue<J> {
    waiting: VecDeque<J>,
    passed_over: u32,
}

impl<J> Lanes<J> {
    pub(crate) const fn new() -> Self {
        Self { lanes: [const { Queue { waiting: VecDeque::new(), passed_over: 0 } }; LANES] }
    }

    pub(crate) fn push(&mut self, lane: Lane, job: J) {
        if let Some(queue) = self.lanes.get_mut(place(lane)) {
            queue.waiting.push_back(job);
        }
    }

    /// The next job to begin.
    pub(crate) fn pop(&mut self) -> Option<J> {
        let chosen = self.due().or_else(|| self.lanes.iter().position(Queue::waits))?;
        for queue in self.lanes.iter_mut().skip(chosen.saturating_add(1)).filter(|queue| queue.waits()) {
            queue.passed_over = queue.passed_over.saturating_add(1);
        }
        let queue = self.lanes.get_mut(chosen)?;
        queue.passed_over = 0;
        queue.waiting.pop_front()
    }

    /// How many wait in a lane.
    pub(crate) fn waiting(&self, lane: Lane) -> usize {
        self.lanes.get(place(lane)).map_or(0, |queue| queue.waiting.len())
    }

    /// How many wait in all.
    pub(crate) fn len(&self) -> usize {
        self.lanes.iter().map(|queue| queue.waiting.len()).sum()
    }

    /// How many a new one in this lane would wait for.
    pub(crate) fn ahead(&self, lane: Lane) -> usize {
        self.lanes.iter().take(place(lane).saturating_add(1)).map(|queue| queue.waiting.len()).sum()
    }

    /// Takes out of a lane's front those that are over.
    pub(crate) fn sweep(&mut self, lane: Lane, over: impl Fn(&J) -> bool) -> Vec<J> {
        let mut swept = Vec::new();
        if let Some(queue) = self.lanes.get_mut(place(lane)) {
            while queue.waiting.front().is_some_and(&over) {
                swept.extend(queue.waiting.pop_front());
            }
        }
        swept
    }

    /// The lowest lane that has been passed over as often as it may.
    fn due(&self) -> Option<usize> {
        let due = |(queue, most): (&Queue<J>, &u32)| queue.waits() && queue.passed_over >= *most;
        let mut lower = self.lanes.iter().zip(&PATIENCE).skip(1);
        lower.rposition(due).map(|place| place.saturating_add(1))
    }
}

impl<J> Queue<J> {
    fn waits(&self) -> bool {
        !self.waiting.is_empty()
    }
}

pub(crate) const fn place(lane: Lane) -> usize {
    match lane {
        Lane::KnownDevice => 0,
        Lane::OnDuty => 1,
        Lane::Unknown => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Lane; LANES] = [Lane::KnownDevice, Lane::OnDuty, Lane::Unknown];

    fn filled(each: usize) -> Lanes<Lane> {
        let mut lanes = Lanes::new();
        ALL.into_iter().for_each(|lane| (0..each).for_each(|_| lanes.push(lane, lane)));
        lanes
    }

    #[test]
    fn known_devices_come_first_and_nobody_starves() {
        let mut lanes = filled(1000);
        let begun: Vec<_> = (0..1000).filter_map(|_| lanes.pop()).collect();
        let count = |lane| begun.iter().filter(|begun| **begun == lane).count();
        assert_eq!(begun[..4], [Lane::KnownDevice; 4]);
        assert!(count(Lane::KnownDevice) > 650, "{}", count(Lane::KnownDevice));
        assert!(count(Lane::OnDuty) >= 150, "{}", count(Lane::OnDuty));
        assert!(count(Lane::Unknown) >= 90, "{}", count(Lane::Unknown));
    }

    #[test]
    fn one_lane_alone_has_everything() {
        for lane in ALL {
            let mut lanes = Lanes::new();
            (0..100).for_each(|n| lanes.push(lane, n));
            assert!((0..100).all(|n| lanes.pop() == Some(n)), "first in, first out");
            assert!(lanes.pop().is_none());
        }
    }

    proptest! {
        /// Whatever arrives when: nothing is lost, and none that waits is passed over more than ten times
        /// in a row by its betters.
        #[test]
        fn the_least_share_holds_for_every_order(steps in prop::collection::vec(0_usize..6, 1..400)) {
            let (mut lanes, mut pushed, mut popped) = (Lanes::new(), 0, 0);
            let mut passed = [0; LANES];
            for step in steps {
                if let Some(lane) = ALL.get(step) {
                    lanes.push(*lane, *lane);
                    pushed += 1;
                } else {
                    let waited = ALL.map(|lane| lanes.waiting(lane) > 0);
                    let Some(lane) = lanes.pop() else { continue };
                    popped += 1;
                    for (n, other) in ALL.into_iter().enumerate() {
                        passed[n] = if other != lane && waited[n] { passed[n] + 1 } else { 0 };
                    }
                    prop_assert!(passed[0] <= 2 && passed[1] <= 5 && passed[2] <= 9, "{passed:?}");
                }
            }
            prop_assert_eq!(lanes.len(), pushed - popped);
        }
    }
}
