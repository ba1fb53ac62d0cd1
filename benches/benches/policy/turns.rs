use std::{hint::black_box, time::Instant};

/// One of those who are compared: what it does once, for how many requests, and how often in a round.
pub(crate) struct Contestant<'a> {
    pub(crate) name: &'a str,
    pub(crate) times: usize,
    pub(crate) run: Box<dyn FnMut() + 'a>,
}

impl<'a> Contestant<'a> {
    pub(crate) fn new<R>(name: &'a str, times: usize, mut run: impl FnMut() -> R + 'a) -> Self {
        let run = move || {
            black_box(run());
        };
        Self { name, times, run: Box::new(run) }
    }
}

/// The median nanoseconds of each for one of `items`: they take turns, so that a busy machine disturbs all alike.
pub(crate) fn medians(contestants: &mut [Contestant<'_>], rounds: usize, items: usize) -> Vec<f64> {
    let mut taken = vec![Vec::new(); contestants.len()];
    for _ in 0..rounds {
        for (contestant, taken) in contestants.iter_mut().zip(&mut taken) {
            let start = Instant::now();
            (0..contestant.times).for_each(|_| (contestant.run)());
            taken.push(start.elapsed().as_secs_f64() * 1e9 / (contestant.times * items) as f64);
        }
    }
    taken.into_iter().map(median).collect()
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

pub(crate) const fn verdict(holds: bool) -> &'static str {
    if holds { "holds" } else { "MISSED" }
}
