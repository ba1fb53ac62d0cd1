//! How numbers and lines are laid out for people.

use leeward_event::CoarseTime;
use std::fmt::{Display, Write};

/// `2026-11-06 21:20 UTC`.
pub(crate) fn minute(minute: CoarseTime) -> String {
    let text = minute.start().to_string();
    match text.strip_suffix(":00Z") {
        Some(text) => format!("{} UTC", text.replace('T', " ")),
        None => text,
    }
}

/// Lines of a name and what there is to say of it.
#[derive(Default)]
pub(crate) struct Facts(String);

impl Facts {
    /// Begins with a headline.
    pub(crate) fn headed(headline: impl Display) -> Self {
        Self(format!("{headline}\n"))
    }

    pub(crate) fn add(&mut self, name: &str, value: impl Display) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.0, "  {name:<13}{value}");
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_without_seconds() {
        assert_eq!(minute(CoarseTime::from_minutes(29_900_000)), "2026-11-06 21:20 UTC");
    }
}
