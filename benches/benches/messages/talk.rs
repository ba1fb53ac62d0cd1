use std::time::Instant;

/// Two who talk, by one implementation.
pub(crate) trait Talk {
    /// One says this to the other, who reads it: microseconds of each.
    fn turn(&mut self, body: &[u8]) -> [f64; 2];
}

/// Microseconds, and what came of it.
pub(crate) fn timed<R>(work: impl FnOnce() -> R) -> (f64, R) {
    let start = Instant::now();
    let result = work();
    (start.elapsed().as_secs_f64() * 1e6, result)
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
