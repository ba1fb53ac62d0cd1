//! A published log over HTTP, in any framework: from a path to bytes and headers.
//!
//! [`Resource`] knows what a log has and how it is cached, and touches nothing; [`PublishedDir`] reads it from
//! the directory that [`publish`](crate::AuditLog::publish) writes. A handler is a few lines:
//!
//! ```
//! use leeward_audit::serve::PublishedDir;
//!
//! type Answer = (u16, Vec<(&'static str, &'static str)>, Vec<u8>);
//!
//! /// For a GET below the log's prefix: `path` is what follows the prefix, as it stands in the URL.
//! fn handle(log: &PublishedDir, path: &str) -> Answer {
//!     match log.get(path) {
//!         Ok(served) => (200, served.headers().to_vec(), served.bytes),
//!         Err(error) => (error.status(), error.headers().to_vec(), error.to_string().into_bytes()),
//!     }
//! }
//!
//! let dir = tempfile::tempdir()?;
//! std::fs::write(dir.path().join("root.key"), b"not to be served")?;
//! let log = PublishedDir::new(dir.path());
//! assert_eq!(handle(&log, "checkpoint").0, 404);
//! assert_eq!(handle(&log, "root.key").0, 400);
//! assert_eq!(handle(&log, "../etc/passwd").0, 400);
//! # Ok::<(), std::io::Error>(())
//! ```

use crate::{
    MINIMUM_INDEX_FILE, MinimumIndex,
    merkle::Hash,
    note::MAX_NOTE,
    tiles::{CHECKPOINT_FILE, MAX_ENTRY, TILE_WIDTH, TileKind, TilePath, VKEY_FILE},
};
use std::{
    fmt,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

/// The longest key file, in bytes.
const MAX_VKEY: usize = 8 * 1024;

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

/// Something that a log publishes, by its path (C2SP tlog-tiles v0.1.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resource {
    /// The signed size and root.
    Checkpoint,
    /// The key that verifies it.
    VerifierKey,
    /// From which entry on the log is kept.
    MinimumIndex,
    /// A tile of hashes, or a bundle of entries.
    Tile(TilePath),
}

/// A file to answer with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Served {
    /// What it is.
    pub resource: Resource,
    /// The body.
    pub bytes: Vec<u8>,
}

/// Why there is no file to answer with. The messages are fit to be sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// 400: the path is none that a log has.
    #[error("this is no path of a log")]
    Path,
    /// 404: the log has no such file, or not yet.
    #[error("the log has no such file")]
    NotFound,
    /// 410: the log no longer keeps these entries.
    #[error("the log no longer keeps these entries")]
    Gone,
    /// 500: what lies there is not what should.
    #[error("the file is damaged")]
    Damaged,
    /// 500: the file could not be read.
    #[error("the file could not be read")]
    Io(#[source] io::Error),
}

/// The directory of a published log, for reading.
#[derive(Clone, Debug)]
pub struct PublishedDir {
    dir: PathBuf,
}

impl Resource {
    /// What a path names, in its one spelling: what follows the log's prefix in a URL, with a slash before it
    /// or none. No path of a log has anything to unescape.
    ///
    /// # Errors
    /// [`ServeError::Path`].
    pub fn parse(path: &str) -> Result<Self, ServeError> {
        match path.strip_prefix('/').unwrap_or(path) {
            CHECKPOINT_FILE => Ok(Self::Checkpoint),
            VKEY_FILE => Ok(Self::VerifierKey),
            MINIMUM_INDEX_FILE => Ok(Self::MinimumIndex),
            tile => TilePath::parse(tile).map(Self::Tile).ok_or(ServeError::Path),
        }
    }

    /// The value of `Content-Type`.
    #[must_use]
    pub const fn content_type(&self) -> &'static str {
        match self {
            Self::Tile(_) => BYTES,
            Self::Checkpoint | Self::VerifierKey | Self::MinimumIndex => TEXT,
        }
    }

    /// The value of `Cache-Control`. A tile never changes, a partial one included; a checkpoint does with
    /// every publication.
    #[must_use]
    pub const fn cache_control(&self) -> &'static str {
        match self {
            Self::Tile(_) => "public, max-age=31536000, immutable",
            Self::Checkpoint => "public, max-age=5",
            Self::VerifierKey | Self::MinimumIndex => "public, max-age=300",
        }
    }

    /// The most bytes that it has.
    fn max_len(&self) -> usize {
        match self {
            Self::Checkpoint | Self::MinimumIndex => MAX_NOTE,
            Self::VerifierKey => MAX_VKEY,
            Self::Tile(tile) => {
                let each = match tile.kind() {
                    TileKind::Entries => MAX_ENTRY.saturating_add(2),
                    TileKind::Hashes(_) => Hash::LEN,
                };
                usize::from(tile.width()).saturating_mul(each)
            }
        }
    }
}

impl fmt::Display for Resource {
    /// The path, without a slash before it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checkpoint => f.write_str(CHECKPOINT_FILE),
            Self::VerifierKey => f.write_str(VKEY_FILE),
            Self::MinimumIndex => f.write_str(MINIMUM_INDEX_FILE),
            Self::Tile(tile) => tile.fmt(f),
        }
    }
}

impl Served {
    /// The headers to answer with.
    #[must_use]
    pub const fn headers(&self) -> [(&'static str, &'static str); 3] {
        [
            ("content-type", self.resource.content_type()),
            ("cache-control", self.resource.cache_control()),
            ("x-content-type-options", "nosniff"),
        ]
    }
}

impl ServeError {
    /// The HTTP status to answer with.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Path => 400,
            Self::NotFound => 404,
            Self::Gone => 410,
            Self::Damaged | Self::Io(_) => 500,
        }
    }

    /// The headers to answer with. Nothing that is not there yet is remembered as missing.
    #[must_use]
    pub const fn headers(&self) -> [(&'static str, &'static str); 3] {
        [("content-type", TEXT), ("cache-control", "no-store"), ("x-content-type-options", "nosniff")]
    }
}

impl PublishedDir {
    /// The log published in `dir`.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// Answers a GET of this path. It reads a file, which blocks for a moment.
    ///
    /// Nothing but the files of a log is ever read: no other name, nothing behind a link, nothing longer than
    /// such a file may be. Whoever can write to the directory can still exchange a file for a link while it is
    /// opened: let only the log do so. Entries below the log's [`MinimumIndex`] are gone, whether or not they still lie
    /// there.
    ///
    /// # Errors
    /// [`ServeError`], each with its [`status`](ServeError::status).
    pub fn get(&self, path: &str) -> Result<Served, ServeError> {
        let resource = Resource::parse(path)?;
        if let Resource::Tile(tile) = resource
            && tile.kind() == TileKind::Entries
            && tile.index() < self.minimum_index() / u64::from(TILE_WIDTH)
        {
            return Err(ServeError::Gone);
        }
        Ok(Served { resource, bytes: self.read(resource)? })
    }

    /// The first entry that is kept, as the log's own note says.
    fn minimum_index(&self) -> u64 {
        let note = self.read(Resource::MinimumIndex).ok();
        note.and_then(|note| MinimumIndex::read_unverified(&note)).map_or(0, |minimum| minimum.index())
    }

    fn read(&self, resource: Resource) -> Result<Vec<u8>, ServeError> {
        let path = self.plain_file(&resource.to_string())?;
        let over = u64::try_from(resource.max_len()).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        let opened = File::open(path).map_err(missing_or_io)?;
        opened.take(over).read_to_end(&mut bytes).map_err(ServeError::Io)?;
        let is_whole = match resource {
            Resource::Tile(tile) if tile.kind() != TileKind::Entries => bytes.len() == resource.max_len(),
            _ => bytes.len() <= resource.max_len(),
        };
        if is_whole { Ok(bytes) } else { Err(ServeError::Damaged) }
    }

    /// Where the file lies, after a look at each step: directories, and then a plain file.
    fn plain_file(&self, file: &str) -> Result<PathBuf, ServeError> {
        let mut path = self.dir.clone();
        let mut steps = Path::new(file).components().peekable();
        while let Some(step) = steps.next() {
            path.push(step);
            let kind = fs::symlink_metadata(&path).map_err(missing_or_io)?;
            let fits = if steps.peek().is_some() { kind.is_dir() } else { kind.is_file() };
            if !fits {
                return Err(ServeError::NotFound);
            }
        }
        Ok(path)
    }
}

fn missing_or_io(error: io::Error) -> ServeError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ServeError::NotFound,
        _ => ServeError::Io(error),
    }
}
