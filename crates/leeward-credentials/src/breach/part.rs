//! A filter in the making.

use super::{
    BreachError, FilterHeader,
    build::Built,
    filter::{checksum, read_header},
    header::{DATA, ENTRY_LEN, Entry, HEADER_LEN, State, TABLE_LEN, sha256},
    positioned::Positioned,
};
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// The file beside the one that is made: as that one will be, but for its header.
///
/// Nothing in it is believed when it is opened again: a part counts when its bytes have the hash that its
/// entry has, so that it does not matter in which order a crash left them.
pub(super) struct Unfinished {
    file: Positioned,
    beside: PathBuf,
    header: FilterHeader,
    table: Vec<u8>,
    done: u16,
    end: u64,
}

impl Unfinished {
    /// Opens what was begun with the same settings of the same set, or begins.
    pub(super) fn open(
        path: &Path,
        header: &FilterHeader,
        mark: [u8; 32],
        allow_missing: bool,
    ) -> Result<Self, BreachError> {
        let beside = beside(path);
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&beside)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(BreachError::InUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
            // Who finished it since it was opened gave it its name: what is locked is the filter that services ask.
            Ok(()) if !is_named(&file, &beside)? => return Err(BreachError::InUse),
            Ok(()) => {}
        }
        let file = Positioned::new(file);
        let mut unfinished = Self {
            file,
            beside,
            header: header.clone(),
            table: Vec::with_capacity(TABLE_LEN),
            done: 0,
            end: DATA,
        };
        let state = State::Unfinished(mark);
        if unfinished.was_begun(header, state)? {
            unfinished.resume(allow_missing)?;
        } else {
            unfinished.file.file().set_len(0)?;
            unfinished.write(0, &header.encode(state))?;
        }
        unfinished.file.file().set_len(unfinished.end)?;
        Ok(unfinished)
    }

    /// How many parts are there.
    pub(super) const fn done(&self) -> u16 {
        self.done
    }

    pub(super) fn push(&mut self, built: &Built) -> Result<(), BreachError> {
        self.write(self.end, &built.bytes)?;
        self.write(self.next_entry(), &built.entry.encode())?;
        self.took(&built.entry);
        Ok(())
    }

    /// Makes it durable, and gives it its name.
    pub(super) fn finish(self, path: &Path) -> Result<FilterHeader, BreachError> {
        self.write(0, &self.header.encode(State::Finished(sha256(&self.table))))?;
        self.file.file().sync_all()?;
        fs::rename(&self.beside, path)?;
        sync_directory(path)?;
        Ok(self.header)
    }

    fn was_begun(&self, header: &FilterHeader, state: State) -> Result<bool, BreachError> {
        if self.file.len()? == 0 {
            return Ok(false);
        }
        match read_header(&self.file) {
            Ok((there, State::Unfinished(mark), _)) => {
                Ok((&there, State::Unfinished(mark)) == (header, state))
            }
            // Killed before it was renamed.
            Ok((_, State::Finished(_), _)) => Ok(false),
            Err(BreachError::Io(error)) => Err(error.into()),
            Err(_) => Err(BreachError::InTheWay { name: self.beside.display().to_string() }),
        }
    }

    /// Counts the parts that are whole, up to the first that a build with these settings would refuse.
    fn resume(&mut self, allow_missing: bool) -> Result<(), BreachError> {
        let len = self.file.len()?;
        while usize::from(self.done).saturating_mul(ENTRY_LEN) < TABLE_LEN {
            let mut bytes = [0; ENTRY_LEN];
            if self.next_entry().saturating_add(ENTRY_LEN as u64) > len {
                break;
            }
            self.file.read_exact(&mut bytes, self.next_entry())?;
            let Ok(entry) = Entry::decode(&bytes) else { break };
            let there = self.end.saturating_add(entry.len()) <= len;
            let allowed = allow_missing || entry.missing_ranges == 0;
            if !there || !allowed || checksum(&self.file, self.end, entry.len())? != entry.sha256 {
                break;
            }
            self.took(&entry);
        }
        Ok(())
    }

    fn took(&mut self, entry: &Entry) {
        self.table.extend(entry.encode());
        self.done = self.done.saturating_add(1);
        self.end = self.end.saturating_add(entry.len());
        self.header.keys = self.header.keys.saturating_add(u64::from(entry.keys));
        self.header.missing_ranges =
            self.header.missing_ranges.saturating_add(u32::from(entry.missing_ranges));
    }

    fn next_entry(&self) -> u64 {
        let entries = u64::from(self.done).saturating_mul(ENTRY_LEN as u64);
        entries.saturating_add(HEADER_LEN as u64)
    }

    fn write(&self, at: u64, bytes: &[u8]) -> Result<(), BreachError> {
        let mut file = self.file.file();
        file.seek(SeekFrom::Start(at))?;
        Ok(file.write_all(bytes)?)
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".part");
    name.into()
}

/// Whether the name leads to this file.
#[cfg(unix)]
fn is_named(file: &File, name: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let of = |found: fs::Metadata| (found.dev(), found.ino());
    match fs::metadata(name) {
        Ok(named) => Ok(of(named) == of(file.metadata()?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Elsewhere what is open cannot be renamed.
#[cfg(not(unix))]
const fn is_named(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

/// A name is durable when its directory is.
fn sync_directory(path: &Path) -> Result<(), BreachError> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    #[cfg(unix)]
    File::open(parent.unwrap_or_else(|| Path::new(".")))?.sync_all()?;
    #[cfg(not(unix))]
    let _ = parent;
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_renamed_is_no_longer_named() {
        let dir = tempfile::tempdir().unwrap();
        let name = dir.path().join("filter.part");
        let file = File::create(&name).unwrap();
        assert!(is_named(&file, &name).unwrap());
        fs::rename(&name, dir.path().join("filter")).unwrap();
        assert!(!is_named(&file, &name).unwrap());
        File::create(&name).unwrap();
        assert!(!is_named(&file, &name).unwrap());
    }
}
