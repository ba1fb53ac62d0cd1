use std::{collections::BTreeMap, io};

/// Where a published log is read from: a directory ([`DirSource`](super::DirSource)), memory (a map
/// from paths to bytes), a web server.
///
/// The verifier believes nothing that a source says. Several threads read from it at once.
pub trait Source: Sync {
    /// The bytes of a file, by its path below the log's own: `tile/entries/000`. More than `limit` bytes are
    /// never asked for: read no more, however much is there.
    ///
    /// # Errors
    /// The variants of [`SourceError`].
    fn read(&self, file: &str, limit: usize) -> Result<Vec<u8>, SourceError>;

    /// What lies in a directory, by its path below the log's own, which is empty itself. More than `limit`
    /// names are refused: list no more than one over. `None`, as a source has it that does not say, when
    /// nobody can tell, as over HTTP: whatever else lies there then is not looked at.
    ///
    /// # Errors
    /// The variants of [`SourceError`].
    fn list(&self, dir: &str, limit: usize) -> Result<Option<Vec<Listed>>, SourceError> {
        let _ = (dir, limit);
        Ok(None)
    }
}

/// What [`Source::list`] finds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// The name within its directory.
    pub name: String,
    /// What it names.
    pub kind: ListedKind,
}

/// What a name in a directory stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListedKind {
    /// A plain file.
    File,
    /// A directory.
    Dir,
    /// Whatever a log has not: a link, a device, a name that is no text.
    Other,
}

/// Why a [`Source`] has not what it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// There is no such file.
    #[error("there is no such file")]
    Missing,
    /// There is something that is no plain file.
    #[error("this is no plain file")]
    Foreign,
    /// There are more bytes than were asked for.
    #[error("the file is longer than it may be")]
    TooLong,
    /// It could not be read: this says nothing of the log.
    #[error("it could not be read")]
    Io(#[from] io::Error),
}

impl Source for BTreeMap<String, Vec<u8>> {
    fn read(&self, file: &str, limit: usize) -> Result<Vec<u8>, SourceError> {
        let bytes = self.get(file).ok_or(SourceError::Missing)?;
        if bytes.len() > limit { Err(SourceError::TooLong) } else { Ok(bytes.clone()) }
    }

    fn list(&self, dir: &str, limit: usize) -> Result<Option<Vec<Listed>>, SourceError> {
        let parent = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let below = self.range(parent.clone()..).map_while(|(file, _)| file.strip_prefix(&parent));
        let mut listed: Vec<_> = below.map(first_name).collect();
        listed.dedup();
        listed.truncate(limit.saturating_add(1));
        Ok(Some(listed))
    }
}

fn first_name(path: &str) -> Listed {
    match path.split_once('/') {
        Some((name, _)) => Listed { name: name.to_owned(), kind: ListedKind::Dir },
        None => Listed { name: path.to_owned(), kind: ListedKind::File },
    }
}
