use super::{
    BUFFER, MAX_ATTACHMENT, context,
    descriptor::{Descriptor, FileKey, is_media_type, is_name, padded_len},
    refused,
};
use crate::{Error, Refusal};
use leeward_event::ConversationId;
use leeward_seal::cobblestone::Sealer;
use ring::{
    digest::{self, SHA256},
    rand::SecureRandom,
};
use std::io::{Read, Write};
use zeroize::Zeroizing;

/// What a file is, for those who receive it. Nobody else sees it.
#[derive(Clone, Copy, Debug)]
pub struct FileType<'a> {
    /// `image/png` (RFC 6838), of 127 bytes at most.
    pub media_type: &'a str,
    /// What to call it, of 255 bytes at most: without separators and control characters.
    pub name: &'a str,
}

/// Seals a file for one conversation: reads `file` to its end, and writes to `stored` what may lie anywhere.
/// Send the descriptor once that is stored.
///
/// Each call draws a new key, and makes other bytes of the same file: keep what was written, to resume an
/// interrupted upload from.
///
/// # Errors
/// [`Error::Attachment`] with [`Refusal::TooLarge`] over [`MAX_ATTACHMENT`], or [`Refusal::Malformed`] of a
/// file type; [`Error::Io`], [`Error::Random`], [`Error::Seal`]. What was written by then is worthless.
pub fn encrypt(
    conversation: ConversationId,
    kind: FileType<'_>,
    file: impl Read,
    stored: impl Write,
    rng: &dyn SecureRandom,
) -> Result<Descriptor, Error> {
    if !is_media_type(kind.media_type) || !is_name(kind.name) {
        return Err(refused(Refusal::Malformed));
    }
    let mut id = [0; 16];
    rng.fill(&mut id).map_err(|_| Error::Random)?;
    let key = FileKey::generate(rng)?;
    let mut output = Output::new(stored);
    let sealer = Sealer::new(&key.seal_key(), &context(conversation, &id)?, rng, &mut output.pending)?;
    let len = seal(file, sealer, &mut output)?;
    let digest = output.finish()?;
    let (media_type, name) = (kind.media_type.to_owned(), kind.name.to_owned());
    Ok(Descriptor { id, key, digest, len, media_type, name })
}

/// Seals a file and the zeros that hide its length. Returns the length without them.
fn seal(file: impl Read, mut sealer: Sealer, output: &mut Output<impl Write>) -> Result<u64, Error> {
    let mut buffer = Zeroizing::new(vec![0; BUFFER]);
    // One byte more than is allowed tells a file that is too long from one that is not.
    let mut file = file.take(MAX_ATTACHMENT.saturating_add(1));
    let mut len: u64 = 0;
    loop {
        let read = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => buffer.get(..read).unwrap_or_default(),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        len = len.saturating_add(u64::try_from(read.len()).unwrap_or(u64::MAX));
        if len > MAX_ATTACHMENT {
            return Err(refused(Refusal::TooLarge));
        }
        sealer.update(read, &mut output.pending)?;
        output.write()?;
    }
    let padded = padded_len(len).ok_or(refused(Refusal::TooLarge))?;
    pad(padded.saturating_sub(len), &mut sealer, output)?;
    sealer.finish(&mut output.pending)?;
    output.write()?;
    Ok(len)
}

fn pad(mut zeros: u64, sealer: &mut Sealer, output: &mut Output<impl Write>) -> Result<(), Error> {
    let buffer = [0; 4096];
    while zeros > 0 {
        let some = usize::try_from(zeros).unwrap_or(usize::MAX).min(buffer.len());
        sealer.update(buffer.get(..some).unwrap_or_default(), &mut output.pending)?;
        output.write()?;
        zeros = zeros.saturating_sub(u64::try_from(some).unwrap_or(u64::MAX));
    }
    Ok(())
}

/// What was sealed, on its way out, hashed as it goes.
struct Output<W> {
    to: W,
    pending: Vec<u8>,
    digest: digest::Context,
}

impl<W: Write> Output<W> {
    fn new(to: W) -> Self {
        Self { to, pending: Vec::with_capacity(2 * BUFFER), digest: digest::Context::new(&SHA256) }
    }

    fn write(&mut self) -> Result<(), Error> {
        self.digest.update(&self.pending);
        self.to.write_all(&self.pending)?;
        self.pending.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<[u8; 32], Error> {
        self.to.flush()?;
        Ok(self.digest.finish().as_ref().try_into().unwrap_or_default())
    }
}
