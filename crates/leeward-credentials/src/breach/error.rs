use super::RangePrefix;
use std::{
    io,
    path::{Path, PathBuf},
};

/// Why nothing is known of a passphrase, or why no filter was made. None holds a passphrase or its hash.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BreachError {
    /// A file could not be read or written.
    #[error("a file could not be read or written")]
    Io(#[from] io::Error),
    /// The file is something else.
    #[error("the file is no breach filter: make one with `leeward-breach build`")]
    NotAFilter,
    /// A later release made it.
    #[error("the breach filter has version {version}, which this release does not know: update it")]
    Version {
        /// The version it states.
        version: u16,
    },
    /// The header or the table behind it contradicts itself.
    #[error("the breach filter is damaged: {what}")]
    Damaged {
        /// What is wrong.
        what: &'static str,
    },
    /// The file is longer or shorter than its table says.
    #[error("the breach filter has {is} bytes and should have {should}: copy it again")]
    Length {
        /// Bytes it has.
        is: u64,
        /// Bytes its table accounts for.
        should: u64,
    },
    /// A part of the filter is not what was built.
    #[error("part {shard} of the breach filter is not what was built: copy it again")]
    Checksum {
        /// Which part, from 0.
        shard: u16,
    },
    /// A range has no file, or no line.
    #[error("range {prefix} is missing: complete the download, or allow it to be missing")]
    MissingRange {
        /// Which range.
        prefix: RangePrefix,
    },
    /// What should be a range is something else.
    #[error("{} has {what}", named(file.as_deref()))]
    Malformed {
        /// What was found.
        what: &'static str,
        /// Where, unless it was sent.
        file: Option<PathBuf>,
    },
    /// A file of whole hashes is not sorted by them.
    #[error("the hashes are not in order: take the file that is ordered by hash")]
    Unsorted,
    /// More hashes share three digits than any set of real ones has.
    #[error("part {shard} of the set has more hashes than can be: the set is not one of SHA-1 hashes")]
    TooManyKeys {
        /// Which part, from 0.
        shard: u16,
    },
    /// No filter could be made of these hashes, which happens to no set of real ones.
    #[error("no filter could be made of part {shard}: the set is not one of SHA-1 hashes")]
    NotBuilt {
        /// Which part, from 0.
        shard: u16,
    },
    /// Another process is making this filter.
    #[error("another process is making this filter")]
    InUse,
    /// What lies where the unfinished filter would is something else.
    #[error("a file that is no unfinished filter is in the way: move `{name}`")]
    InTheWay {
        /// Its name.
        name: String,
    },
    /// The address is not one of HTTPS.
    #[error("the address of a range server begins with https://")]
    NotHttps,
    /// The server answered with something else than a range.
    #[error("the range server answered {status}")]
    Status {
        /// The HTTP status code.
        status: u16,
    },
    /// The server could not be asked, or took too long.
    #[error("the range server could not be asked")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl BreachError {
    pub(super) const fn malformed(what: &'static str) -> Self {
        Self::Malformed { what, file: None }
    }

    /// Says of what is malformed where it stands.
    pub(super) fn in_file(self, path: &Path) -> Self {
        match self {
            Self::Malformed { what, file: None } => Self::Malformed { what, file: Some(path.to_owned()) },
            other => other,
        }
    }
}

fn named(file: Option<&Path>) -> String {
    file.map_or_else(|| "a range".to_owned(), |path| format!("the file of ranges `{}`", path.display()))
}
