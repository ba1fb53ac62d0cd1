use super::local::{LocalKey, wraps_locally};
use crate::VaultError;
use leeward_seal::{SealError, SealKey};
use ring::rand::SecureRandom;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read, Write},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// A root key in a file of its own: 32 random bytes that only the service's user can read.
///
/// Keep it off the disk and out of the backups that hold the store, or it protects nothing; and have one
/// for each store. Owner and mode are checked on Unix alone; elsewhere, restrict access to it by other
/// means. Links are refused: where an orchestrator mounts secrets as links, read the bytes and take a
/// [`MemoryKey`](crate::MemoryKey).
pub struct KeyFile(LocalKey);

/// Why a key file was refused. The application knows the path; the message does not repeat it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// There is none.
    #[error("there is no key file: create one for a new store, or restore the one it was sealed with")]
    Missing,
    /// There is one already.
    #[error("a key file is there already: it is never overwritten")]
    Exists,
    /// Others may read or change it.
    #[error(
        "the key file has mode {mode:04o}: run `chmod 600` on it, and replace the key if others had access"
    )]
    Mode {
        /// The permission bits found.
        mode: u32,
    },
    /// It belongs to another user.
    #[error("the key file belongs to user {owner}: run `chown` so that it belongs to the service's user")]
    Owner {
        /// The user id found.
        owner: u32,
    },
    /// It is a link, a directory or a device.
    #[error("the key file is not a regular file: put the file itself there, not a link")]
    Kind,
    /// It has another size.
    #[error("the key file has {len} bytes instead of 32: restore the right one from a backup")]
    Length {
        /// Bytes found.
        len: u64,
    },
    /// The file system failed.
    #[error("the key file cannot be read or written")]
    Io(#[source] io::Error),
}

impl KeyFile {
    /// Makes a new key and writes it with mode 0600; it is on the disk when this returns. The file appears
    /// whole or not at all, so that of several processes one wins and the others find its key. A process
    /// that is killed meanwhile may leave the key under a second name beside it, which begins with the
    /// same name and `.new-`: remove that.
    ///
    /// # Errors
    /// [`KeyFileError::Exists`] when anything is there already; [`KeyFileError::Io`];
    /// [`VaultError::Seal`] when the random source fails.
    pub fn create(path: impl AsRef<Path>, rng: &dyn SecureRandom) -> Result<Self, VaultError> {
        let path = path.as_ref();
        let key = SealKey::generate(rng)?;
        let beside = beside(path, rng)?;
        let linked = write_new(&beside, key.expose_key_bytes()).and_then(|()| link(&beside, path));
        let removed = fs::remove_file(&beside);
        linked?;
        removed.and_then(|()| sync_directory(path)).map_err(KeyFileError::Io)?;
        Ok(Self(LocalKey::new(key)))
    }

    /// Reads a key that [`create`](Self::create) wrote.
    ///
    /// # Errors
    /// [`KeyFileError::Missing`], [`Kind`](KeyFileError::Kind), [`Owner`](KeyFileError::Owner),
    /// [`Mode`](KeyFileError::Mode), [`Length`](KeyFileError::Length), [`Io`](KeyFileError::Io): the
    /// file is used only if it is a regular file of 32 bytes that belongs to this process's user and
    /// that nobody else may touch.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, VaultError> {
        let mut file = open_regular(path.as_ref())?;
        let mut key = Zeroizing::new([0; SealKey::LEN]);
        file.read_exact(key.as_mut_slice()).map_err(KeyFileError::Io)?;
        Ok(Self(LocalKey::new(SealKey::from_bytes(&key))))
    }

    /// [`open`](Self::open), or [`create`](Self::create) where nothing is yet: for a first start. Where
    /// a sealed store is already, prefer [`open`](Self::open): a file that is lost, or not mounted, is
    /// then [`Missing`](KeyFileError::Missing), and no new key takes its place only to be the
    /// [wrong one](VaultError::WrongRootKey).
    ///
    /// # Errors
    /// As those two.
    pub fn open_or_create(path: impl AsRef<Path>, rng: &dyn SecureRandom) -> Result<Self, VaultError> {
        match Self::open(path.as_ref()) {
            Err(VaultError::KeyFile(KeyFileError::Missing)) => {}
            opened => return opened,
        }
        match Self::create(path.as_ref(), rng) {
            Err(VaultError::KeyFile(KeyFileError::Exists)) => Self::open(path),
            created => created,
        }
    }
}

wraps_locally!(KeyFile);

/// A name in the same directory that nobody else uses.
fn beside(path: &Path, rng: &dyn SecureRandom) -> Result<PathBuf, VaultError> {
    let mut random = [0; 8];
    rng.fill(&mut random).map_err(|_| SealError::Random)?;
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".new-{:016x}", u64::from_be_bytes(random)));
    Ok(name.into())
}

fn write_new(path: &Path, key: &[u8]) -> Result<(), KeyFileError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    restrict(&mut options);
    let mut file = options.open(path).map_err(KeyFileError::Io)?;
    file.write_all(key).and_then(|()| file.sync_all()).map_err(KeyFileError::Io)
}

/// Gives the file its name, unless there is one of that name.
fn link(from: &Path, to: &Path) -> Result<(), KeyFileError> {
    fs::hard_link(from, to).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => KeyFileError::Exists,
        _ => KeyFileError::Io(error),
    })
}

fn open_regular(path: &Path) -> Result<File, KeyFileError> {
    let on_disk = fs::symlink_metadata(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => KeyFileError::Missing,
        _ => KeyFileError::Io(error),
    })?;
    if !on_disk.is_file() {
        return Err(KeyFileError::Kind);
    }
    let mut options = OpenOptions::new();
    options.read(true);
    restrict(&mut options);
    let file = options.open(path).map_err(KeyFileError::Io)?;
    // Asked of the open file: what the path names may have changed since.
    let metadata = file.metadata().map_err(KeyFileError::Io)?;
    examine(&metadata)?;
    Ok(file)
}

fn examine(metadata: &fs::Metadata) -> Result<(), KeyFileError> {
    if !metadata.is_file() {
        return Err(KeyFileError::Kind);
    }
    examine_access(metadata)?;
    let len = metadata.len();
    if len != SealKey::LEN as u64 {
        return Err(KeyFileError::Length { len });
    }
    Ok(())
}

#[cfg(unix)]
fn restrict(options: &mut OpenOptions) {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    // Without NONBLOCK, opening a named pipe would wait for a writer.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options.mode(0o600).custom_flags(flags.bits().cast_signed());
}

#[cfg(not(unix))]
fn restrict(_options: &mut OpenOptions) {}

#[cfg(unix)]
fn examine_access(metadata: &fs::Metadata) -> Result<(), KeyFileError> {
    use std::os::unix::fs::MetadataExt;
    let owner = metadata.uid();
    if owner != rustix::process::geteuid().as_raw() {
        return Err(KeyFileError::Owner { owner });
    }
    let mode = metadata.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Mode { mode });
    }
    Ok(())
}

#[cfg(not(unix))]
fn examine_access(_metadata: &fs::Metadata) -> Result<(), KeyFileError> {
    Ok(())
}

#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_path: &Path) -> io::Result<()> {
    Ok(())
}
