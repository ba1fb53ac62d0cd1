//! Reads at a place of a file, from many threads at once.
//!
//! Not a memory map: to read through one is unsafe, because a file that somebody cuts short then ends the
//! process. Here it is an error.

use std::{
    fs::File,
    io::{self, Read},
};

/// A file whose place nobody moves.
#[derive(Debug)]
pub(super) struct Positioned {
    file: File,
    #[cfg(not(unix))]
    place: std::sync::Mutex<()>,
}

/// Reads on from a place.
pub(super) struct From<'a> {
    file: &'a Positioned,
    at: u64,
}

impl Positioned {
    pub(super) const fn new(file: File) -> Self {
        Self {
            file,
            #[cfg(not(unix))]
            place: std::sync::Mutex::new(()),
        }
    }

    pub(super) fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    pub(super) const fn file(&self) -> &File {
        &self.file
    }

    /// Fills `buffer` with what lies at `at`.
    pub(super) fn read_exact(&self, buffer: &mut [u8], at: u64) -> io::Result<()> {
        self.from(at).read_exact(buffer)
    }

    pub(super) const fn from(&self, at: u64) -> From<'_> {
        From { file: self, at }
    }

    #[cfg(unix)]
    fn read(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.file, buffer, at)
    }

    #[cfg(not(unix))]
    fn read(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        use std::io::{Seek, SeekFrom};
        let _held = self.place.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut file = &self.file;
        file.seek(SeekFrom::Start(at))?;
        file.read(buffer)
    }
}

impl Read for From<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer, self.at)?;
        self.at = self.at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }
}
