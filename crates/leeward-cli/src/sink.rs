//! Where an export is written to.

use crate::{failure::Failure, output::unwritable};
use std::{
    ffi::OsStr,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// Standard output, or a file that appears when it is whole.
pub(crate) struct Sink {
    out: BufWriter<Box<dyn Write>>,
    file: Option<Unfinished>,
}

/// A file under another name, which is removed again unless it is finished.
struct Unfinished {
    file: File,
    beside: PathBuf,
    path: PathBuf,
}

impl Sink {
    pub(crate) fn open(path: Option<&OsStr>) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Ok(Self { out: BufWriter::new(Box::new(io::stdout())), file: None });
        };
        let path = PathBuf::from(path);
        // A device would be replaced by a file, and a directory cannot be.
        if path.metadata().is_ok_and(|there| !there.is_file()) {
            return Err(Failure::new(format!("`{}` is no plain file: nothing was written", path.display())));
        }
        let mut beside = path.clone().into_os_string();
        beside.push(format!(".{}.part", std::process::id()));
        let beside = PathBuf::from(beside);
        let made = private().open(&beside);
        let file = made.map_err(|error| unmade(&path, &error))?;
        let copy = file.try_clone().map_err(|error| unmade(&path, &error))?;
        let file = Unfinished { file, beside, path };
        Ok(Self { out: BufWriter::new(Box::new(copy)), file: Some(file) })
    }

    pub(crate) fn write(&mut self, line: &str) -> Result<(), Failure> {
        self.write_bytes(line.as_bytes())
    }

    pub(crate) fn write_bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.out.write_all(bytes).map_err(|error| unwritable(&error))
    }

    /// All of it was written, and holds.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        self.out.flush().map_err(|error| unwritable(&error))?;
        let Some(file) = self.file.take() else { return Ok(()) };
        let finished = file.file.sync_all().and_then(|()| fs::rename(&file.beside, &file.path));
        finished.map_err(|error| unmade(&file.path, &error))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Renamed already, if it was finished.
        let _ = fs::remove_file(&self.beside);
    }
}

/// A new file that its owner alone may read: what is exported may name people.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn unmade(path: &Path, error: &io::Error) -> Failure {
    Failure::unwritable(path.display(), error)
}
