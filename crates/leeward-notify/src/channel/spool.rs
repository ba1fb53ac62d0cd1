use crate::{Channel, ChannelError, Delivery, Message};
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// A directory into which each message is written as a file, for examples, for tests and for a program of
/// the service's own that sends what it finds there.
///
/// A file is there whole or not at all, is readable by its owner alone, and is named by the message's id,
/// so that a message that comes again is one file. It begins with the lines `To:` and `Subject:` and a
/// blank one. What is written is not encrypted: put it where nobody else reads, and delete what was sent.
/// Writing blocks for as long as the disk takes.
#[derive(Debug)]
pub struct Spool {
    directory: PathBuf,
}

impl Spool {
    /// In `directory`, which is made if it is not there, for its owner alone.
    ///
    /// # Errors
    /// [`io::Error`] when it cannot be made.
    pub fn new(directory: impl Into<PathBuf>) -> io::Result<Self> {
        let directory = directory.into();
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&directory)?;
        Ok(Self { directory })
    }

    /// Where the files lie.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    fn write(&self, message: &Message) -> io::Result<()> {
        let name = message.id().to_string();
        let (half, whole) =
            (self.directory.join(format!(".{name}.new")), self.directory.join(format!("{name}.txt")));
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&half)?;
        write!(file, "To: {}\nSubject: {}\n\n", message.to().expose(), message.subject())?;
        file.write_all(message.expose_body().as_bytes())?;
        file.sync_all()?;
        fs::rename(&half, &whole)?;
        #[cfg(unix)]
        fs::File::open(&self.directory)?.sync_all()?;
        Ok(())
    }
}

impl Channel for Spool {
    fn deliver<'a>(&'a self, message: &'a Message) -> Delivery<'a> {
        Box::pin(std::future::ready(self.write(message).map_err(ChannelError::not_now)))
    }
}
