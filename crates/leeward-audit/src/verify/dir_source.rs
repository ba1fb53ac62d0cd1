use super::source::{Listed, ListedKind, Source, SourceError};
use std::{
    fs::{self, DirEntry, File},
    io::{self, Read},
    path::PathBuf,
};

/// The log that lies in a directory. Plain files are read; a link in the place of one is refused, and one in the
/// place of a directory is found by [`list`](Source::list).
#[derive(Clone, Debug)]
pub struct DirSource {
    dir: PathBuf,
}

impl DirSource {
    /// The log in this directory.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }
}

impl Source for DirSource {
    fn read(&self, file: &str, limit: usize) -> Result<Vec<u8>, SourceError> {
        let path = self.dir.join(file);
        let found = fs::symlink_metadata(&path).map_err(failed)?;
        if !found.is_file() {
            return Err(SourceError::Foreign);
        }
        let over = limit.saturating_add(1);
        // One byte more than there is shows the end of the file without another read.
        let expected = usize::try_from(found.len()).unwrap_or(usize::MAX).saturating_add(1);
        let mut bytes = Vec::with_capacity(expected.min(over));
        let opened = File::open(&path).map_err(failed)?;
        opened.take(u64::try_from(over).unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
        if bytes.len() > limit { Err(SourceError::TooLong) } else { Ok(bytes) }
    }

    fn list(&self, dir: &str, limit: usize) -> Result<Option<Vec<Listed>>, SourceError> {
        let entries = fs::read_dir(self.dir.join(dir)).map_err(failed)?;
        let listed = entries.take(limit.saturating_add(1)).map(|entry| listed(&entry?));
        Ok(Some(listed.collect::<io::Result<_>>()?))
    }
}

fn listed(entry: &DirEntry) -> io::Result<Listed> {
    let kind = match entry.file_type()? {
        kind if kind.is_dir() => ListedKind::Dir,
        kind if kind.is_file() => ListedKind::File,
        _ => ListedKind::Other,
    };
    Ok(match entry.file_name().into_string() {
        Ok(name) => Listed { name, kind },
        Err(name) => Listed { name: name.to_string_lossy().into_owned(), kind: ListedKind::Other },
    })
}

fn failed(error: io::Error) -> SourceError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => SourceError::Missing,
        _ => SourceError::Io(error),
    }
}
