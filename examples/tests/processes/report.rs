use leeward_store::conformance::appends::{Event, History};
use std::io::{self, Write};

/// What processes said on their standard output.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) history: History,
    /// Of events that have a correlation id of their own.
    pub(crate) events: Vec<[u8; 16]>,
    /// Signed checkpoints.
    pub(crate) signed: Vec<Vec<u8>>,
    /// How many events were staged, by whatever crate.
    pub(crate) staged: u64,
}

impl Report {
    pub(crate) fn note(&mut self, line: &str) {
        if let Some(event) = Event::from_line(line) {
            return self.history.note(event);
        }
        match line.split_once(' ') {
            Some(("event", id)) => self.events.push(bytes(id).try_into().unwrap()),
            Some(("signed", note)) => self.signed.push(bytes(note)),
            Some(("staged", count)) => self.staged += count.parse::<u64>().unwrap(),
            _ => {}
        }
    }
}

pub(crate) fn say(line: &str) {
    io::stdout().lock().write_all(format!("{line}\n").as_bytes()).unwrap();
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.as_bytes().chunks(2).map(digits).collect()
}
