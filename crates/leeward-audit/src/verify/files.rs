use super::VerifyError;
use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

/// The most names one directory of a log has: a thousand tiles, a thousand groups, a few partial tiles.
const MAX_LISTED: usize = 3_000;

/// The files of a directory, read with care: plain files only, and no more than they may hold.
pub(super) struct Files {
    dir: PathBuf,
}

impl Files {
    pub(super) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_path_buf() }
    }

    /// The bytes of a file of at most `limit`.
    pub(super) fn read(&self, file: &str, limit: usize) -> Result<Vec<u8>, VerifyError> {
        let path = self.dir.join(file);
        let kind = fs::symlink_metadata(&path).map_err(|source| failed(file, source))?;
        if !kind.is_file() {
            return Err(VerifyError::Foreign { file: file.to_owned() });
        }
        let over = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        let opened = File::open(&path).map_err(|source| failed(file, source))?;
        opened.take(over).read_to_end(&mut bytes).map_err(|source| failed(file, source))?;
        if bytes.len() > limit { Err(VerifyError::Length { file: file.to_owned() }) } else { Ok(bytes) }
    }

    /// What lies in a directory, which has no more than a log's may have: names, and whether each is a
    /// directory itself.
    pub(super) fn list(&self, name: &str) -> Result<Vec<(String, bool)>, VerifyError> {
        let io = |source| VerifyError::Io { file: name.to_owned(), source };
        let mut listed = Vec::new();
        for entry in fs::read_dir(self.dir.join(name)).map_err(io)? {
            let entry = entry.map_err(io)?;
            let kind = entry.file_type().map_err(io)?;
            let (file, is_text) = match entry.file_name().into_string() {
                Ok(file) => (file, true),
                Err(file) => (file.to_string_lossy().into_owned(), false),
            };
            let file = if name.is_empty() { file } else { format!("{name}/{file}") };
            let is_plain = kind.is_dir() || kind.is_file();
            if !is_text || !is_plain || listed.len() >= MAX_LISTED {
                return Err(VerifyError::Foreign { file });
            }
            listed.push((file, kind.is_dir()));
        }
        listed.sort();
        Ok(listed)
    }
}

fn failed(file: &str, source: io::Error) -> VerifyError {
    let file = file.to_owned();
    match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => VerifyError::Missing { file },
        _ => VerifyError::Io { file, source },
    }
}
