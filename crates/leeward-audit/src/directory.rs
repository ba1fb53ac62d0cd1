use crate::{
    AuditError, Checkpoint,
    note::{MAX_NOTE, VerifierKey},
    off_thread::off_thread,
    tiles::{CHECKPOINT_FILE, VKEY_FILE},
};
use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where a file is written before it gets its name. One at a time, under the lock.
const UNFINISHED: &str = ".unfinished";

/// Where a log is published.
#[derive(Clone, Debug)]
pub(crate) struct Directory {
    path: Arc<Path>,
    #[cfg(test)]
    pub(crate) fuse: Arc<fuse::Fuse>,
}

/// The right to write to a [`Directory`], held until dropped: against other processes too.
#[derive(Clone, Debug)]
pub(crate) struct Locked {
    directory: Directory,
    _lock: Arc<File>,
}

/// Files to write and directories to remove, in this order, and then made durable together.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) write: Vec<(String, Vec<u8>)>,
    pub(crate) remove: Vec<String>,
}

impl Directory {
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: path.into(),
            #[cfg(test)]
            fuse: Arc::default(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the directory and its key file where they are missing, and waits until no other publisher
    /// is at work.
    pub(crate) async fn lock(&self, vkey: &VerifierKey) -> Result<Locked, AuditError> {
        let (directory, vkey) = (self.clone(), vkey.clone());
        off_thread(move || directory.lock_now(&vkey)).await
    }

    fn lock_now(self, key: &VerifierKey) -> Result<Locked, AuditError> {
        let vkey = format!("{key}\n");
        let mut dirty = BTreeSet::new();
        self.create_dirs(&self.path, &mut dirty)?;
        let path = self.path.join(VKEY_FILE);
        let mut file = self.at(&path, || {
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)
        })?;
        self.at(&path, || file.lock())?;
        let mut found = Vec::new();
        let limit = u64::try_from(vkey.len()).unwrap_or(u64::MAX).saturating_add(1);
        self.at(&path, || (&mut file).take(limit).read_to_end(&mut found))?;
        if found != vkey.as_bytes() {
            // A beginning of the key is what an interrupted first publication leaves.
            if !vkey.as_bytes().starts_with(&found) {
                self.check_changes_key(&found, key)?;
            }
            // In place, since the file is the lock; a new key is as long as the old one.
            self.at(&path, || file.seek(SeekFrom::Start(0)))?;
            self.at(&path, || file.write_all(vkey.as_bytes()))?;
            self.at(&path, || file.sync_all())?;
        }
        dirty.insert(self.path.to_path_buf());
        self.sync(&dirty)?;
        let locked = Locked { directory: self, _lock: Arc::new(file) };
        locked.remove_unfinished()?;
        Ok(locked)
    }

    /// Refuses a directory of another log. It is this log's when it has another key of the same name, and a
    /// checkpoint that both signed. What is no key is left by a change that was interrupted: then this
    /// key's signature is enough.
    fn check_changes_key(&self, found: &[u8], key: &VerifierKey) -> Result<(), AuditError> {
        let line = str::from_utf8(found).unwrap_or_default();
        let length = key.to_string().len().saturating_add(1);
        if found.len() != length || !line.starts_with(&format!("{}+", key.name())) {
            return Err(AuditError::ForeignDirectory { what: "the key of another log" });
        }
        let path = self.path.join(CHECKPOINT_FILE);
        let limit = u64::try_from(MAX_NOTE).unwrap_or(u64::MAX).saturating_add(1);
        let mut note = Vec::new();
        match self.at(&path, || File::open(&path)?.take(limit).read_to_end(&mut note)) {
            Err(AuditError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            read => drop(read?),
        }
        let found_key = line.trim_end().parse::<VerifierKey>().ok();
        let mut keys = std::iter::once(key).chain(&found_key);
        if keys.all(|key| Checkpoint::open(&note, key).is_ok()) {
            return Ok(());
        }
        Err(AuditError::ForeignDirectory {
            what: "another key of this log and no checkpoint signed by both (publish with both keys first)",
        })
    }

    /// Creates a directory and its parents, and notes which directories changed.
    fn create_dirs(&self, path: &Path, dirty: &mut BTreeSet<PathBuf>) -> Result<(), AuditError> {
        if path.as_os_str().is_empty() || path.is_dir() {
            return Ok(());
        }
        if let Some(parent) = path.parent() {
            self.create_dirs(parent, dirty)?;
            dirty.insert(parent.to_path_buf());
        }
        match self.at(path, || fs::create_dir(path)) {
            Err(AuditError::Io { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            done => done,
        }
    }

    /// Makes the names in these directories durable.
    fn sync(&self, dirty: &BTreeSet<PathBuf>) -> Result<(), AuditError> {
        for path in dirty.iter().filter(|_| cfg!(unix)) {
            let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
            self.at(path, || File::open(path)?.sync_all())?;
        }
        Ok(())
    }

    /// Every operation on a file passes here.
    fn at<T>(&self, path: &Path, operation: impl FnOnce() -> io::Result<T>) -> Result<T, AuditError> {
        #[cfg(test)]
        self.fuse.burn().map_err(AuditError::io(path))?;
        operation().map_err(AuditError::io(path))
    }
}

impl Locked {
    /// The file's bytes, of which `limit` at most are read; `None` when there is no such file.
    pub(crate) async fn read(&self, file: &str, limit: u64) -> Result<Option<Vec<u8>>, AuditError> {
        let path = self.directory.path.join(file);
        let directory = self.directory.clone();
        off_thread(move || {
            let opened = match directory.at(&path, || File::open(&path)) {
                Err(AuditError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                    return Ok(None);
                }
                opened => opened?,
            };
            let mut bytes = Vec::new();
            directory.at(&path, || opened.take(limit).read_to_end(&mut bytes))?;
            Ok(Some(bytes))
        })
        .await
    }

    /// Applies the changes. When it returns they are durable; when it was interrupted, each file is
    /// wholly there or as it was before.
    pub(crate) async fn apply(&self, changes: Changes) -> Result<(), AuditError> {
        let this = self.clone();
        off_thread(move || this.apply_now(&changes)).await
    }

    fn apply_now(&self, changes: &Changes) -> Result<(), AuditError> {
        let mut dirty = BTreeSet::new();
        for (file, bytes) in &changes.write {
            self.write(file, bytes, &mut dirty)?;
        }
        self.directory.sync(&std::mem::take(&mut dirty))?;
        for file in &changes.remove {
            self.remove_dir(file, &mut dirty)?;
        }
        self.directory.sync(&dirty)
    }

    fn write(&self, file: &str, bytes: &[u8], dirty: &mut BTreeSet<PathBuf>) -> Result<(), AuditError> {
        let directory = &self.directory;
        let (path, unfinished) = (directory.path.join(file), directory.path.join(UNFINISHED));
        if let Some(parent) = path.parent() {
            directory.create_dirs(parent, dirty)?;
            dirty.insert(parent.to_path_buf());
        }
        let mut new = directory.at(&unfinished, || File::create(&unfinished))?;
        // In two parts, so that a test can stop between them.
        let (first, second) = bytes.split_at(bytes.len() / 2);
        directory.at(&unfinished, || new.write_all(first))?;
        directory.at(&unfinished, || new.write_all(second))?;
        directory.at(&unfinished, || new.sync_all())?;
        directory.at(&path, || fs::rename(&unfinished, &path))
    }

    /// Removes a directory of files, if it is there.
    fn remove_dir(&self, name: &str, dirty: &mut BTreeSet<PathBuf>) -> Result<(), AuditError> {
        let path = self.directory.path.join(name);
        // Behind a link would lie files that are not the log's.
        match self.directory.at(&path, || fs::symlink_metadata(&path)) {
            Ok(found) if found.is_dir() => {}
            Err(AuditError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => return Ok(()),
            found => {
                found?;
                return Err(AuditError::ForeignDirectory {
                    what: "something else where old tiles should be",
                });
            }
        }
        for file in self.directory.at(&path, || fs::read_dir(&path)?.collect::<io::Result<Vec<_>>>())? {
            self.directory.at(&file.path(), || fs::remove_file(file.path()))?;
        }
        self.directory.at(&path, || fs::remove_dir(&path))?;
        dirty.extend(path.parent().map(Path::to_path_buf));
        Ok(())
    }

    /// Removes the files below `dir` that are `gone`, and the directories that this leaves empty.
    pub(crate) async fn remove_files(
        &self,
        dir: &'static str,
        gone: impl Fn(&str) -> bool + Send + 'static,
    ) -> Result<(), AuditError> {
        let this = self.clone();
        off_thread(move || {
            let mut dirty = BTreeSet::new();
            this.remove_files_in(dir, &gone, &mut dirty)?;
            // A directory that was removed itself is told by its parent.
            dirty.retain(|path| path.is_dir());
            this.directory.sync(&dirty)
        })
        .await
    }

    fn remove_files_in(
        &self,
        name: &str,
        gone: &dyn Fn(&str) -> bool,
        dirty: &mut BTreeSet<PathBuf>,
    ) -> Result<(), AuditError> {
        let path = self.directory.path.join(name);
        let listed = self.directory.at(&path, || fs::read_dir(&path)?.collect::<io::Result<Vec<_>>>());
        let listed = match listed {
            Err(AuditError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Vec::new(),
            listed => listed?,
        };
        for entry in listed {
            // A name that is no text is not the log's.
            let Ok(file) = entry.file_name().into_string() else { continue };
            let (file, path) = (format!("{name}/{file}"), entry.path());
            // Behind a link would lie files that are not the log's.
            if self.directory.at(&path, || entry.file_type())?.is_dir() {
                self.remove_files_in(&file, gone, dirty)?;
                if self.directory.at(&path, || Ok(fs::read_dir(&path)?.next().is_none()))? {
                    self.directory.at(&path, || fs::remove_dir(&path))?;
                    dirty.extend(path.parent().map(Path::to_path_buf));
                }
            } else if gone(&file) {
                self.directory.at(&path, || fs::remove_file(&path))?;
                dirty.extend(path.parent().map(Path::to_path_buf));
            }
        }
        Ok(())
    }

    fn remove_unfinished(&self) -> Result<(), AuditError> {
        let path = self.directory.path.join(UNFINISHED);
        match self.directory.at(&path, || fs::remove_file(&path)) {
            Err(AuditError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }
}

#[cfg(test)]
pub(crate) mod fuse {
    use std::{
        io,
        sync::atomic::{AtomicU64, Ordering},
    };

    /// Fails every operation from the n-th on, as when the process had stopped there.
    #[derive(Debug)]
    pub(crate) struct Fuse(pub(crate) AtomicU64);

    impl Default for Fuse {
        fn default() -> Self {
            Self(AtomicU64::new(u64::MAX))
        }
    }

    impl Fuse {
        pub(super) fn burn(&self) -> io::Result<()> {
            let left = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            // The disk is full from there on.
            left.map(drop).map_err(|_| io::ErrorKind::StorageFull.into())
        }
    }
}
