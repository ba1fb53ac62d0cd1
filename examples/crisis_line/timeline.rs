//! What the program prints: one line for each thing that happens, with how long it took.

use crate::failure::Failure;
use std::{
    fmt::Display,
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

/// Prints to standard output, in colour if that is a terminal.
pub(crate) struct Timeline {
    out: io::Stdout,
    coloured: bool,
}

/// How a line is meant.
#[derive(Clone, Copy)]
pub(crate) enum Tone {
    Done,
    Refused,
    Said,
}

impl Timeline {
    pub(crate) fn new() -> Self {
        let out = io::stdout();
        let coloured = out.is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { out, coloured }
    }

    /// Begins to time something.
    #[expect(clippy::disallowed_methods, reason = "an application may read the clock")]
    pub(crate) fn timer(&self) -> Instant {
        Instant::now()
    }

    /// The title of a part.
    pub(crate) fn part(&self, title: &str) -> Result<(), Failure> {
        self.print(format_args!("\n{}", self.paint("1", title)))
    }

    /// Something that happened, and how long it took.
    pub(crate) fn event(&self, tone: Tone, took: Duration, text: impl Display) -> Result<(), Failure> {
        let (mark, colour) = match tone {
            Tone::Done => ("ok", "32"),
            Tone::Refused => ("no", "33"),
            Tone::Said => ("··", "36"),
        };
        let text = self.printable(&text.to_string());
        self.print(format_args!("{:>10}  {}  {text}", millis(took), self.paint(colour, mark)))
    }

    /// A line without a time.
    pub(crate) fn note(&self, text: impl Display) -> Result<(), Failure> {
        let text = self.printable(&text.to_string());
        self.print(format_args!("{:>10}      {text}", ""))
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.coloured { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// At a terminal, control characters in what people wrote must not steer it.
    fn printable(&self, text: &str) -> String {
        if !self.out.is_terminal() {
            return text.to_owned();
        }
        let safe = |c: char| if c.is_control() && c != '\t' { '\u{fffd}' } else { c };
        text.chars().map(safe).collect()
    }

    fn print(&self, line: impl Display) -> Result<(), Failure> {
        match writeln!(self.out.lock(), "{line}") {
            // Whoever read along has heard enough; the conversation goes on.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result.map_err(|error| Failure::new(format!("cannot print: {error}"))),
        }
    }
}

/// Milliseconds, to a hundredth.
pub(crate) fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}
