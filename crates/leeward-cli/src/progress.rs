//! A bar on standard error, when somebody watches.

use crate::{clock, number::grouped};
use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

const WIDTH: u64 = 30;

/// How often it is drawn.
const EVERY: Duration = Duration::from_millis(100);

/// A bar, which goes away when it is dropped.
pub(crate) struct Progress {
    shown: bool,
    what: &'static str,
    of: &'static str,
    next: Instant,
    drawn: bool,
}

impl Progress {
    /// A bar that says what is being done, and of what. It appears after a moment, so that short work shows none.
    pub(crate) fn new(what: &'static str, of: &'static str) -> Self {
        let now = clock::instant();
        let shown = io::stderr().is_terminal();
        Self { shown, what, of, next: now.checked_add(EVERY.saturating_mul(3)).unwrap_or(now), drawn: false }
    }

    /// How far it is.
    pub(crate) fn at(&mut self, done: u64, of: u64) {
        let now = clock::instant();
        if self.shown && now >= self.next {
            self.next = now.checked_add(EVERY).unwrap_or(now);
            self.drawn = true;
            // Who cannot be shown a bar needs none.
            let _ = write!(io::stderr().lock(), "\r\x1b[2K{}", bar(self.what, done, of, self.of));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.drawn {
            let _ = write!(io::stderr().lock(), "\r\x1b[2K");
        }
    }
}

fn bar(what: &str, done: u64, of: u64, things: &str) -> String {
    let share = |whole: u64| done.min(of).saturating_mul(whole).checked_div(of).unwrap_or(whole);
    let full: String = (0..WIDTH).map(|place| if place < share(WIDTH) { '#' } else { '.' }).collect();
    format!("{what} [{full}] {:>3}%  {} of {} {things}", share(100), grouped(done), grouped(of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_fills_and_never_overflows() {
        assert_eq!(bar("v", 0, 10, "entries"), "v [..............................]   0%  0 of 10 entries");
        assert_eq!(bar("v", 5, 10, "entries"), "v [###############...............]  50%  5 of 10 entries");
        assert!(bar("v", u64::MAX, u64::MAX, "entries").contains('%'));
        assert!(bar("v", 0, 0, "entries").contains("100%"));
    }
}
