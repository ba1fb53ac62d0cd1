use super::{Access, AccessReport, ErasedAt, Kind, Who};
use leeward_event::{CoarseTime, Outcome};
use std::fmt;

impl fmt::Display for AccessReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "WHO LOOKED AT YOUR RECORD\n")?;
        self.write_period(f)?;
        self.write_counts(f)?;
        let sections = [
            (Kind::Looked, "Who looked"),
            (Kind::Refused, "Who was refused"),
            (Kind::Permitted, "Who was given access, or lost it"),
            (Kind::Changed, "What was written, changed or deleted"),
            (Kind::Other, "What else was recorded about you"),
        ];
        for (kind, title) in sections {
            self.write_section(f, kind, title)?;
        }
        writeln!(
            f,
            "\nTimes are in UTC, to the minute. The number at the end of each line is its place in the log \
             {}. With this report you can get a proof for each line, which anybody can check who has the \
             log's public key.",
            self.origin
        )
    }
}

impl AccessReport {
    fn write_period(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = self.from.map_or_else(|| "the beginning".to_owned(), minute);
        match self.until {
            Some(until) => write!(f, "What was logged from {from} until before {}", minute(until))?,
            None => write!(f, "What was logged from {from} until the last signed entry")?,
        }
        writeln!(f, ", among the first {} entries of the log.", self.size)?;
        if self.kept_from > 0 {
            writeln!(
                f,
                "The first {} entries of the log are no longer kept, and are not in this report.",
                self.kept_from
            )?;
        }
        if let Some(index) = self.stopped_at {
            writeln!(f, "There is more from entry {index} on: ask for a later period as well.")?;
        }
        match self.erased {
            None => Ok(()),
            Some(ErasedAt::Minute(at)) => writeln!(
                f,
                "Your record was erased on {}. What had happened before is gone, and nobody can tell it.",
                minute(at)
            ),
            Some(ErasedAt::Unknown) => {
                writeln!(
                    f,
                    "Your record was erased. What had happened before is gone, and nobody can tell it."
                )
            }
        }
    }

    fn write_counts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |kind| self.accesses.iter().filter(|access| access.kind == kind).count();
        let override_count = self.accesses.iter().filter(|access| access.break_glass).count();
        writeln!(
            f,
            "Looked: {}. Refused: {}. Without being assigned to you, by an override (break-glass): {}.",
            count(Kind::Looked),
            count(Kind::Refused),
            override_count
        )
    }

    fn write_section(&self, f: &mut fmt::Formatter<'_>, kind: Kind, title: &str) -> fmt::Result {
        let mut accesses = self.accesses.iter().filter(|access| access.kind == kind).peekable();
        if accesses.peek().is_none() {
            return Ok(());
        }
        writeln!(f, "\n{title}")?;
        accesses.try_for_each(|access| writeln!(f, "  {access}"))
    }
}

impl fmt::Display for Access {
    /// One line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}: {}", minute(self.when), self.who, self.what.words())?;
        if let Some(which) = self.which {
            write!(f, " ({})", which.words())?;
        }
        match self.how {
            Outcome::Success => {}
            Outcome::Failure => write!(f, ", refused or failed")?,
            other => write!(f, ", outcome {}", other.words())?,
        }
        if let Some(why) = self.why {
            write!(f, "; why: {}", why.words())?;
        }
        if let Some(what_for) = self.what_for {
            write!(f, "; what for: {}", what_for.words())?;
        }
        if self.break_glass {
            write!(f, "; BREAK-GLASS")?;
        }
        write!(f, "  [{}]", self.index)
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // An alias was typed by somebody, and could hold what a terminal obeys.
            Self::Staff(Some(alias)) => write!(f, "{}", alias.escape_debug()),
            Self::Staff(None) => f.write_str("a member of staff"),
            Self::Yourself => f.write_str("yourself"),
            Self::Somebody => f.write_str("somebody else"),
            Self::Component(component) => write!(f, "the software ({})", component.words()),
            Self::Unknown => f.write_str("somebody unknown"),
        }
    }
}

/// A minute as a person reads it: `2026-11-23 16:05`.
fn minute(at: CoarseTime) -> String {
    let text = at.start().to_string();
    let end = text.rfind(':').unwrap_or(text.len());
    text.get(..end).unwrap_or(&text).replace('T', " ")
}
