use super::{Descriptor, refused};
use crate::{Error, Refusal};
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload, path::Path};
use std::{
    fmt,
    io::{Read, Seek, SeekFrom, Write},
    sync::Arc,
};

/// How much of a sealed file lies in one object, in bytes: 4 MiB.
pub const PART_LEN: u64 = 4 << 20;

/// Sealed files in a blob store: a disk, or what speaks S3; which one is configuration of `object_store`.
///
/// A file lies in objects of [`PART_LEN`] under its random identifier. The store is not believed: what it
/// gives is checked by [`decrypt`](super::decrypt). Whoever has the message finds the file, so that
/// deleting it is for the application, when the message goes.
#[derive(Clone)]
pub struct Attachments {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    at_most: u64,
}

impl Attachments {
    /// Files below `prefix`, of [`MAX_ATTACHMENT`](super::MAX_ATTACHMENT) at most.
    #[must_use]
    pub fn new(store: Arc<dyn ObjectStore>, prefix: &str) -> Self {
        Self { store, prefix: Path::from(prefix), at_most: super::MAX_ATTACHMENT }
    }

    /// The same, for shorter files.
    #[must_use]
    pub fn at_most(self, bytes: u64) -> Self {
        Self { at_most: bytes.min(self.at_most), ..self }
    }

    /// Stores what [`encrypt`](super::encrypt) wrote. Called again after an interruption, it leaves the
    /// parts that lie there and stores the others. Holds one part in memory.
    ///
    /// # Errors
    /// [`Error::Attachment`] with [`Refusal::TooLarge`], or [`Refusal::NotAuthentic`] when `stored` is not
    /// as long as the descriptor says; [`Error::Io`], [`Error::Blob`].
    pub async fn upload(&self, descriptor: &Descriptor, mut stored: impl Read + Seek) -> Result<(), Error> {
        let len = self.allowed(descriptor)?;
        if stored.seek(SeekFrom::End(0))? != len {
            return Err(refused(Refusal::NotAuthentic));
        }
        for part in parts(len) {
            let path = self.path(descriptor, part.index);
            if self.size_of(&path).await? == Some(part.len) {
                continue;
            }
            stored.seek(SeekFrom::Start(part.start))?;
            let bytes = read_part(&mut stored, part.len)?;
            self.store.put(&path, PutPayload::from(bytes)).await.map_err(blob)?;
        }
        Ok(())
    }

    /// Fetches what was stored into `stored`, from the last whole part that it holds on. Open it with
    /// [`decrypt`](super::decrypt), which finds out whether it is genuine; if not, empty it and fetch again.
    /// Holds one part in memory.
    ///
    /// # Errors
    /// [`Error::Attachment`] with [`Refusal::TooLarge`], or [`Refusal::NotAuthentic`] when a part is missing
    /// or not as long as it has to be; [`Error::Io`], [`Error::Blob`].
    pub async fn download(
        &self,
        descriptor: &Descriptor,
        mut stored: impl Write + Seek,
    ) -> Result<(), Error> {
        let len = self.allowed(descriptor)?;
        let have = stored.seek(SeekFrom::End(0))?;
        for part in parts(len) {
            if part.start.saturating_add(part.len) <= have {
                continue;
            }
            let bytes = self.fetch(&self.path(descriptor, part.index), part.len).await?;
            stored.seek(SeekFrom::Start(part.start))?;
            stored.write_all(bytes.as_ref())?;
        }
        Ok(stored.flush()?)
    }

    /// Deletes a file. To delete what is not there is no error.
    ///
    /// # Errors
    /// [`Error::Attachment`] with [`Refusal::TooLarge`]; [`Error::Blob`].
    pub async fn delete(&self, descriptor: &Descriptor) -> Result<(), Error> {
        for part in parts(self.allowed(descriptor)?) {
            match self.store.delete(&self.path(descriptor, part.index)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(blob(error)),
            }
        }
        Ok(())
    }

    fn allowed(&self, descriptor: &Descriptor) -> Result<u64, Error> {
        if descriptor.len() > self.at_most {
            return Err(refused(Refusal::TooLarge));
        }
        Ok(descriptor.stored_len())
    }

    fn path(&self, descriptor: &Descriptor, part: u64) -> Path {
        let id = u128::from_be_bytes(*descriptor.id());
        self.prefix.clone().join(format!("{id:032x}")).join(format!("{part:08}"))
    }

    async fn size_of(&self, path: &Path) -> Result<Option<u64>, Error> {
        match self.store.head(path).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(blob(error)),
        }
    }

    /// One part, whose size is compared before it is read.
    async fn fetch(&self, path: &Path, len: u64) -> Result<impl AsRef<[u8]> + use<>, Error> {
        let found = match self.store.get(path).await {
            Ok(found) if found.meta.size == len => found,
            Ok(_) | Err(object_store::Error::NotFound { .. }) => return Err(refused(Refusal::NotAuthentic)),
            Err(error) => return Err(blob(error)),
        };
        let bytes = found.bytes().await.map_err(blob)?;
        let whole = u64::try_from(bytes.len()) == Ok(len);
        if whole { Ok(bytes) } else { Err(refused(Refusal::NotAuthentic)) }
    }
}

impl fmt::Debug for Attachments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachments").field("at_most", &self.at_most).finish_non_exhaustive()
    }
}

/// A piece of a sealed file that lies in one object.
struct Part {
    index: u64,
    start: u64,
    len: u64,
}

fn parts(len: u64) -> impl Iterator<Item = Part> {
    (0..len.div_ceil(PART_LEN)).map(move |index| {
        let start = index.saturating_mul(PART_LEN);
        Part { index, start, len: PART_LEN.min(len.saturating_sub(start)) }
    })
}

fn read_part(stored: &mut impl Read, len: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or_default());
    stored.take(len).read_to_end(&mut bytes)?;
    let whole = u64::try_from(bytes.len()) == Ok(len);
    if whole { Ok(bytes) } else { Err(refused(Refusal::NotAuthentic)) }
}

fn blob(error: object_store::Error) -> Error {
    Error::Blob(error.into())
}
