use super::{MAX_LEVEL, TILE_WIDTH, hashes_at};
use std::fmt;

/// The longest path there is: `tile/entries/` and seven groups, then `.p/255`.
const MAX_PATH: usize = 64;

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// The entries themselves: an entry bundle.
    Entries,
    /// Hashes of this level: 0 for those of leaves, 1 for the roots of full tiles of level 0, ...
    Hashes(u8),
}

/// Where a tile lies, relative to the log's directory.
///
/// ```
/// use leeward_tlog::tiles::{TileKind, TilePath};
/// let path = TilePath::new(TileKind::Hashes(0), 1_234_067, 256).unwrap();
/// assert_eq!(path.to_string(), "tile/0/x001/x234/067");
/// assert_eq!(TilePath::parse("tile/entries/002.p/88").unwrap().width(), 88);
/// assert!(TilePath::parse("tile/0/2").is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilePath {
    kind: TileKind,
    index: u64,
    width: u16,
}

impl TilePath {
    /// The tile number `index` from the left, with this many hashes or entries; `None` when there is
    /// no such level or width.
    #[must_use]
    pub fn new(kind: TileKind, index: u64, width: u16) -> Option<Self> {
        let level = matches!(kind, TileKind::Hashes(level) if level > MAX_LEVEL);
        (!level && (1..=TILE_WIDTH).contains(&width)).then_some(Self { kind, index, width })
    }

    /// The full bundle number `index` from the left.
    #[must_use]
    pub const fn bundle(index: u64) -> Self {
        Self { kind: TileKind::Entries, index, width: TILE_WIDTH }
    }

    /// The last tile of this kind in a tree of `size` leaves, if it is a partial one.
    #[must_use]
    pub fn partial(kind: TileKind, size: u64) -> Option<Self> {
        let count = hashes_at(kind.level(), size);
        let width = u16::try_from(count % u64::from(TILE_WIDTH)).ok()?;
        Self::new(kind, count / u64::from(TILE_WIDTH), width)
    }

    /// Reads a path in its one spelling.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("tile/").filter(|_| path.len() <= MAX_PATH)?;
        let (kind, rest) = rest.split_once('/')?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes(level.parse().ok()?),
        };
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, width.parse().ok().filter(|width| *width < TILE_WIDTH)?),
            None => (rest, TILE_WIDTH),
        };
        let parsed = Self::new(kind, parse_index(index)?, width)?;
        // Whatever the number parsers let through, only one spelling comes back the same.
        (parsed.to_string() == path).then_some(parsed)
    }

    /// What it holds.
    #[must_use]
    pub const fn kind(&self) -> TileKind {
        self.kind
    }

    /// Which tile it is, from the left, from 0.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or entries it holds: 1 to 256.
    #[must_use]
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// Whether it is full, and so never changes.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The same tile when it is full.
    #[must_use]
    pub const fn full(self) -> Self {
        Self { width: TILE_WIDTH, ..self }
    }
}

impl TileKind {
    /// The level of the tree: that of an entry bundle is 0.
    #[must_use]
    pub const fn level(self) -> u8 {
        match self {
            Self::Entries => 0,
            Self::Hashes(level) => level,
        }
    }

    /// Every kind there is.
    pub fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::Entries).chain((0..=MAX_LEVEL).map(Self::Hashes))
    }
}

fn parse_index(text: &str) -> Option<u64> {
    text.split('/').try_fold(0_u64, |index, group| {
        let digits = group.strip_prefix('x').unwrap_or(group);
        let group: u64 = digits.parse().ok().filter(|_| digits.len() == 3)?;
        index.checked_mul(1000)?.checked_add(group)
    })
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Entries => f.write_str("tile/entries/")?,
            TileKind::Hashes(level) => write!(f, "tile/{level}/")?,
        }
        let groups =
            std::iter::successors(Some(self.index), |rest| Some(rest / 1000).filter(|rest| *rest > 0));
        let mut groups: Vec<u64> = groups.map(|rest| rest % 1000).collect();
        let last = groups.drain(..1).next().unwrap_or(0);
        groups.iter().rev().try_for_each(|group| write!(f, "x{group:03}/"))?;
        write!(f, "{last:03}")?;
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_pinned() {
        let path = |index, width| TilePath::new(TileKind::Hashes(2), index, width).unwrap().to_string();
        assert_eq!(path(0, 1), "tile/2/000.p/1");
        assert_eq!(path(999, 256), "tile/2/999");
        assert_eq!(path(1000, 255), "tile/2/x001/000.p/255");
        assert_eq!(path(u64::MAX, 255).len(), "tile/2/x018/x446/x744/x073/x709/x551/615.p/255".len());
    }

    #[test]
    fn every_path_reads_back_and_nothing_else_does() {
        for index in [0, 1, 999, 1000, 999_999, 1_000_000, u64::MAX] {
            for (kind, width) in [(TileKind::Entries, 256), (TileKind::Hashes(7), 1)] {
                let path = TilePath::new(kind, index, width).unwrap();
                assert_eq!(TilePath::parse(&path.to_string()), Some(path));
            }
        }
        for wrong in [
            "",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "tile/0/00",
            "tile/0/0000",
            "tile/8/000",
            "tile/00/000",
            "tile/+1/000",
            "tile/0/x000/000",
            "tile/0/x001/x000",
            "tile/0/001/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/+1",
            "tile/0/000.p",
            "tile/0/000.p/",
            "tile/0/+01",
            "tile/x/000",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "/tile/0/000",
            "tile/0/000/",
        ] {
            assert_eq!(TilePath::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_worked_example_of_the_specification() {
        // 70,000 leaves.
        let partial = |level| TilePath::partial(TileKind::Hashes(level), 70_000).unwrap().to_string();
        assert_eq!(partial(0), "tile/0/273.p/112");
        assert_eq!(partial(1), "tile/1/001.p/17");
        assert_eq!(partial(2), "tile/2/000.p/1");
        assert_eq!(TilePath::partial(TileKind::Hashes(3), 70_000), None);
        assert_eq!(TilePath::partial(TileKind::Hashes(0), 256), None);
    }
}
