use crate::lanes::{LANES, place};
use leeward_throttle::Lane;

/// What a [`Governor`](crate::Governor) is doing and has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GovernorStats {
    /// Threads, and so the most jobs at once.
    pub workers: usize,
    /// Jobs in work.
    pub running: usize,
    /// The most that were ever in work at once.
    pub peak_running: usize,
    /// Jobs that wait for a thread.
    pub queued: usize,
    /// Checks and new hashes computed.
    pub computed: u64,
    /// Other jobs done, such as estimates of strength.
    pub others: u64,
    /// Jobs refused at once, because they would have waited too long.
    pub refused: u64,
    /// Jobs that were never begun, because their time was over.
    pub expired: u64,
    /// Jobs that were never begun, because the one who asked had gone.
    pub abandoned: u64,
    /// Memory held by all threads, in KiB.
    pub memory_kib: usize,
    /// The most that was ever held, in KiB.
    pub peak_memory_kib: usize,
    /// What Argon2 has filled, over all passes, in KiB: the work that was done.
    pub filled_kib: u64,
    pub(crate) lanes: [LaneStats; LANES],
}

/// The part of one lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LaneStats {
    /// Jobs that wait.
    pub queued: usize,
    /// Jobs begun.
    pub begun: u64,
    /// Jobs refused at once.
    pub refused: u64,
    /// Jobs whose time was over before they were begun.
    pub expired: u64,
}

impl GovernorStats {
    /// The part of one lane.
    #[must_use]
    pub fn lane(&self, lane: Lane) -> LaneStats {
        self.lanes.get(place(lane)).copied().unwrap_or_default()
    }

    pub(crate) fn set_queued(&mut self, lane: Lane, queued: usize) {
        self.lane_mut(lane).queued = queued;
    }

    pub(crate) fn start(&mut self, lane: Lane) {
        self.running = self.running.saturating_add(1);
        self.peak_running = self.peak_running.max(self.running);
        count(&mut self.lane_mut(lane).begun);
    }

    pub(crate) fn finish(&mut self, hashed: bool) {
        self.running = self.running.saturating_sub(1);
        count(if hashed { &mut self.computed } else { &mut self.others });
    }

    pub(crate) fn refuse(&mut self, lane: Lane) {
        count(&mut self.refused);
        count(&mut self.lane_mut(lane).refused);
    }

    pub(crate) fn expire(&mut self, lane: Lane) {
        count(&mut self.expired);
        count(&mut self.lane_mut(lane).expired);
    }

    pub(crate) fn abandon(&mut self) {
        count(&mut self.abandoned);
    }

    fn lane_mut(&mut self, lane: Lane) -> &mut LaneStats {
        let [known, on_duty, unknown] = &mut self.lanes;
        match lane {
            Lane::KnownDevice => known,
            Lane::OnDuty => on_duty,
            Lane::Unknown => unknown,
        }
    }
}

fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}
