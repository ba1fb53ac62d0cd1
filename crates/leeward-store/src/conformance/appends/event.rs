use std::fmt;

/// Names a transaction: which client made it, and its number there. It is also what it appends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// Different for each client of a history, those of other processes included.
    pub client: u32,
    /// Counts the client's own transactions.
    pub number: u32,
}

/// Names a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct List {
    /// Clients go on to the next generation when the lists of one have grown long.
    pub generation: u32,
    /// The place within the generation.
    pub slot: u32,
}

/// What one transaction found in one list, before it appended to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The list.
    pub list: List,
    /// Who had appended to it, in order.
    pub found: Vec<Id>,
}

/// What a client was told about a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// `Ok`.
    Applied,
    /// Other writers were first; nothing was changed.
    Conflict,
    /// It failed, and nothing was changed.
    Refused,
    /// Nobody knows: [`StoreError::OutcomeUnknown`](crate::StoreError::OutcomeUnknown), or the client
    /// died.
    Unknown,
}

/// What a client says before and after each transaction.
///
/// `Display` makes a line of it, without the line break, and [`from_line`](Self::from_line) reads that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It is about to begin.
    Began {
        /// Which transaction.
        id: Id,
        /// When, by the clock of the history.
        at: u64,
        /// The lists it will append to: none if it only reads.
        appends: Vec<List>,
    },
    /// An answer came.
    Ended {
        /// Which transaction.
        id: Id,
        /// When.
        at: u64,
        /// The answer.
        ending: Ending,
        /// What it found, all at one moment; empty when that is not known.
        reads: Vec<Read>,
    },
}

const BEGAN: &str = "leeward:began";
const ENDED: &str = "leeward:ended";
const END: &str = ".";

impl Event {
    /// Reads a line, which may have something else before the event, such as what a test runner says.
    /// `None` when there is no event, or not all of it, as after a kill.
    #[must_use]
    pub fn from_line(line: &str) -> Option<Self> {
        let (_, line) = line.split_at_checked(line.rfind("leeward:")?)?;
        let words: Vec<&str> = line.split(' ').collect();
        let (&[kind, id, at], rest) = words.split_first_chunk()?;
        let (&END, rest) = rest.split_last()? else { return None };
        let (id, at) = (Id::parse(id)?, at.parse().ok()?);
        if kind == BEGAN {
            return Some(Self::Began { id, at, appends: parse_all(rest)? });
        }
        let (ending, reads) = rest.split_first()?;
        (kind == ENDED).then_some(())?;
        Some(Self::Ended { id, at, ending: Ending::from_word(ending)?, reads: parse_all(reads)? })
    }
}

fn parse_all<T: Word>(words: &[&str]) -> Option<Vec<T>> {
    words.iter().map(|word| T::parse(word)).collect()
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Began { id, at, appends } => {
                write!(f, "{BEGAN} {id} {at}")?;
                appends.iter().try_for_each(|list| write!(f, " {list}"))?;
            }
            Self::Ended { id, at, ending, reads } => {
                write!(f, "{ENDED} {id} {at} {}", ending.word())?;
                reads.iter().try_for_each(|read| write!(f, " {read}"))?;
            }
        }
        write!(f, " {END}")
    }
}

impl Ending {
    const ALL: [Self; 4] = [Self::Applied, Self::Conflict, Self::Refused, Self::Unknown];

    const fn word(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Conflict => "conflict",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ending| ending.word() == word)
    }
}

/// One word of a line.
trait Word: Sized {
    fn parse(word: &str) -> Option<Self>;
}

fn pair(word: &str, between: char) -> Option<(u32, u32)> {
    let (first, second) = word.split_once(between)?;
    Some((first.parse().ok()?, second.parse().ok()?))
}

impl Word for Id {
    fn parse(word: &str) -> Option<Self> {
        pair(word, '.').map(|(client, number)| Self { client, number })
    }
}

impl Word for List {
    fn parse(word: &str) -> Option<Self> {
        pair(word, '/').map(|(generation, slot)| Self { generation, slot })
    }
}

impl Word for Read {
    fn parse(word: &str) -> Option<Self> {
        let (list, found) = word.split_once('=')?;
        let found = found.split(',').filter(|id| !id.is_empty()).map(Id::parse);
        Some(Self { list: List::parse(list)?, found: found.collect::<Option<_>>()? })
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.client, self.number)
    }
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.generation, self.slot)
    }
}

impl fmt::Display for Read {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.list)?;
        for (place, id) in self.found.iter().enumerate() {
            let between = if place == 0 { "" } else { "," };
            write!(f, "{between}{id}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events() -> [Event; 3] {
        let id = Id { client: 3, number: 17 };
        let [one, two] = [0, 2].map(|slot| List { generation: 5, slot });
        let found = vec![Id { client: 1, number: 1 }, id];
        let reads = vec![Read { list: one, found }, Read { list: two, found: vec![] }];
        [
            Event::Began { id, at: 1024, appends: vec![one, two] },
            Event::Ended { id, at: 1031, ending: Ending::Applied, reads },
            Event::Ended { id, at: 1031, ending: Ending::Unknown, reads: vec![] },
        ]
    }

    #[test]
    fn lines_are_pinned() {
        let lines = events().map(|event| event.to_string());
        assert_eq!(
            lines,
            [
                "leeward:began 3.17 1024 5/0 5/2 .",
                "leeward:ended 3.17 1031 applied 5/0=1.1,3.17 5/2= .",
                "leeward:ended 3.17 1031 unknown .",
            ]
        );
    }

    #[test]
    fn a_line_is_read_whole_or_not_at_all() {
        for event in events() {
            let line = event.to_string();
            for end in 0..line.len() {
                assert_eq!(line.get(..end).and_then(Event::from_line), None, "{end} bytes of {line}");
            }
            assert_eq!(Event::from_line(&format!("test it ... {line}")), Some(event));
        }
        assert_eq!(Event::from_line("running 1 test"), None);
        assert_eq!(Event::from_line("leeward:began 3.x 1 ."), None);
        assert_eq!(Event::from_line("leeward:ended 3.1 1 perhaps ."), None);
    }
}
