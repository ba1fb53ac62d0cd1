/// What a [`Governor`](crate::Governor) is doing and has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GovernorStats {
    /// Threads, and so the most hashes at once.
    pub workers: usize,
    /// Hashes being computed.
    pub running: usize,
    /// The most that were ever computed at once.
    pub peak_running: usize,
    /// Hashes that wait for a thread.
    pub queued: usize,
    /// Hashes computed.
    pub computed: u64,
    /// Hashes refused because the queue was full.
    pub refused: u64,
    /// Hashes that were never begun, because the one who asked had gone.
    pub abandoned: u64,
    /// Memory held by the arenas of all threads, in KiB.
    pub memory_kib: usize,
    /// The most that was ever held, in KiB.
    pub peak_memory_kib: usize,
}

impl GovernorStats {
    pub(crate) fn start(&mut self) {
        self.running = self.running.saturating_add(1);
        self.peak_running = self.peak_running.max(self.running);
    }

    pub(crate) fn finish(&mut self) {
        self.running = self.running.saturating_sub(1);
        self.computed = self.computed.saturating_add(1);
    }

    pub(crate) fn abandon(&mut self) {
        self.abandoned = self.abandoned.saturating_add(1);
    }

    pub(crate) fn account(&mut self, before_kib: usize, after_kib: usize) {
        self.memory_kib = self.memory_kib.saturating_sub(before_kib).saturating_add(after_kib);
        self.peak_memory_kib = self.peak_memory_kib.max(self.memory_kib);
    }
}
