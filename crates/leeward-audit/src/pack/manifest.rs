use super::MAX_PACKED;
use leeward_event::CoarseTime;
use leeward_store::Timestamp;
use std::fmt;

const HEADER: &str = "leeward evidence-pack v1";

/// What is in a pack: the first of its files.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) origin: String,
    pub(super) size: String,
    pub(super) made: CoarseTime,
    /// In ascending order.
    pub(super) entries: Vec<(u64, Part)>,
}

/// What there is of the event of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Shown,
    Withheld,
    Erased,
    None,
}

const PARTS: [(Part, &str); 4] =
    [(Part::Shown, "shown"), (Part::Withheld, "withheld"), (Part::Erased, "erased"), (Part::None, "none")];

impl Manifest {
    /// Reads a manifest in its one spelling.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut lines = text.lines().skip(1);
        let origin = lines.next()?.strip_prefix("origin ")?.to_owned();
        let size = lines.next()?.strip_prefix("size ")?.to_owned();
        let made: Timestamp = lines.next()?.strip_prefix("made ")?.parse().ok()?;
        let mut entries = Vec::new();
        for line in lines {
            let (index, part) = line.strip_prefix("entry ")?.split_once(' ')?;
            let (index, part) = (index.parse().ok()?, Part::parse(part)?);
            if entries.len() >= MAX_PACKED || entries.last().is_some_and(|(last, _)| *last >= index) {
                return None;
            }
            entries.push((index, part));
        }
        let manifest = Self { origin, size, made: CoarseTime::of(made), entries };
        (manifest.to_string() == text).then_some(manifest)
    }
}

impl Part {
    fn parse(word: &str) -> Option<Self> {
        PARTS.iter().find(|(_, known)| *known == word).map(|(part, _)| *part)
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, size, made, .. } = self;
        writeln!(f, "{HEADER}\norigin {origin}\nsize {size}\nmade {}", made.start())?;
        for (index, part) in &self.entries {
            let word = PARTS.iter().find(|(known, _)| known == part).map_or("", |(_, word)| *word);
            writeln!(f, "entry {index} {word}")?;
        }
        Ok(())
    }
}
