use super::{BUFFER, Descriptor, context, descriptor::padded_len, refused};
use crate::{Error, Refusal};
use leeward_event::ConversationId;
use leeward_seal::cobblestone::{HEADER_LEN, Opener};
use ring::digest::{self, SHA256};
use std::io::{Read, Seek, Write};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// Opens a file: reads `stored` twice, from its beginning, and writes the file to `to`. Nothing is written
/// unless the length and the hash are those that the descriptor names; each chunk is proved again while it
/// is opened.
///
/// # Errors
/// [`Error::Attachment`] with [`Refusal::NotAuthentic`] when anything was changed, cut short, extended,
/// reordered or swapped, or belongs to another conversation; [`Error::Io`], [`Error::Seal`]. After an error
/// in the second reading, as when `stored` changed meanwhile, delete what was written.
pub fn decrypt(
    conversation: ConversationId,
    descriptor: &Descriptor,
    mut stored: impl Read + Seek,
    to: impl Write,
) -> Result<(), Error> {
    stored.rewind()?;
    check_digest(descriptor, &mut stored)?;
    stored.rewind()?;
    open(conversation, descriptor, stored, to)
}

fn check_digest(descriptor: &Descriptor, stored: &mut impl Read) -> Result<(), Error> {
    let expected = descriptor.stored_len();
    let mut context = digest::Context::new(&SHA256);
    let mut len: u64 = 0;
    for_each_piece(stored.take(expected.saturating_add(1)), |piece| {
        context.update(piece);
        len = len.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        Ok(())
    })?;
    let same = context.finish().as_ref().ct_eq(&descriptor.digest);
    if len == expected && bool::from(same) { Ok(()) } else { Err(refused(Refusal::NotAuthentic)) }
}

fn open(
    conversation: ConversationId,
    descriptor: &Descriptor,
    stored: impl Read,
    to: impl Write,
) -> Result<(), Error> {
    let mut stored = stored.take(descriptor.stored_len());
    let mut header = [0; HEADER_LEN];
    stored.read_exact(&mut header)?;
    let place = context(conversation, &descriptor.id)?;
    let mut opener = Opener::new(&descriptor.seal_key(), &place, &header).map_err(not_authentic)?;
    let mut output = Output { to, left: descriptor.len, padding: padding_of(descriptor)? };
    let mut plain = Zeroizing::new(Vec::with_capacity(3 * BUFFER));
    for_each_piece(stored, |piece| {
        opener.update(piece, &mut plain).map_err(not_authentic)?;
        output.take(&plain)?;
        plain.clear();
        Ok(())
    })?;
    opener.finish(&mut plain).map_err(not_authentic)?;
    output.take(&plain)?;
    output.finish()
}

fn padding_of(descriptor: &Descriptor) -> Result<u64, Error> {
    let padded = padded_len(descriptor.len).ok_or(refused(Refusal::TooLarge))?;
    Ok(padded.saturating_sub(descriptor.len))
}

/// The file on its way out, without what hid its length.
struct Output<W> {
    to: W,
    left: u64,
    padding: u64,
}

impl<W: Write> Output<W> {
    fn take(&mut self, plain: &[u8]) -> Result<(), Error> {
        let some = usize::try_from(self.left).unwrap_or(usize::MAX).min(plain.len());
        let (file, zeros) = plain.split_at_checked(some).unwrap_or_default();
        self.to.write_all(file)?;
        self.left = self.left.saturating_sub(u64::try_from(file.len()).unwrap_or(u64::MAX));
        let padding = self.padding.checked_sub(u64::try_from(zeros.len()).unwrap_or(u64::MAX));
        self.padding = padding.ok_or(refused(Refusal::Malformed))?;
        if zeros.iter().all(|byte| *byte == 0) { Ok(()) } else { Err(refused(Refusal::Malformed)) }
    }

    fn finish(mut self) -> Result<(), Error> {
        if self.left > 0 || self.padding > 0 {
            return Err(refused(Refusal::Malformed));
        }
        Ok(self.to.flush()?)
    }
}

fn for_each_piece(
    mut source: impl Read,
    mut take: impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => take(buffer.get(..read).unwrap_or_default())?,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn not_authentic(_: leeward_seal::SealError) -> Error {
    refused(Refusal::NotAuthentic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attachment::{FileType, encrypt};
    use leeward_seal::cobblestone;
    use ring::rand::SystemRandom;
    use std::io::Cursor;

    const ROOM: ConversationId = ConversationId::from_bytes([7; 16]);
    const PNG: FileType<'_> = FileType { media_type: "image/png", name: "me.png" };

    fn sealed(file: &[u8]) -> (Descriptor, Vec<u8>) {
        let mut stored = Vec::new();
        let descriptor = encrypt(ROOM, PNG, file, &mut stored, &SystemRandom::new()).unwrap();
        (descriptor, stored)
    }

    fn opened(descriptor: &Descriptor, stored: &[u8]) -> Result<Vec<u8>, Error> {
        let mut file = Vec::new();
        decrypt(ROOM, descriptor, Cursor::new(stored), &mut file)?;
        Ok(file)
    }

    #[test]
    fn files_of_every_length_come_back() {
        for len in [0, 1, 2, 255, 16_383, 16_384, 16_385, 100_000] {
            let file: Vec<u8> = (0..len).map(|at: usize| at.to_le_bytes()[0] ^ 0x5a).collect();
            let (descriptor, stored) = sealed(&file);
            assert_eq!(descriptor.stored_len(), stored.len() as u64);
            assert_eq!(opened(&descriptor, &stored).unwrap(), file);
        }
    }

    #[test]
    fn every_changed_byte_is_refused_and_releases_nothing() {
        let (descriptor, stored) = sealed(b"a small file");
        for index in 0..stored.len() {
            let mut bad = stored.clone();
            bad[index] ^= 1;
            let mut file = Vec::new();
            assert!(decrypt(ROOM, &descriptor, Cursor::new(&bad), &mut file).is_err(), "{index}");
            assert!(file.is_empty());
            assert!(opened(&descriptor, &stored[..index]).is_err());
        }
        assert!(opened(&descriptor, &[&stored[..], &[0]].concat()).is_err());
        let elsewhere = ConversationId::from_bytes([8; 16]);
        assert!(decrypt(elsewhere, &descriptor, Cursor::new(&stored), Vec::new()).is_err());
    }

    /// Somebody who knows the key, and lets the hash agree, still cannot show another file.
    #[test]
    fn chunks_that_moved_are_refused_even_under_the_right_hash() {
        let (mut descriptor, stored) = sealed(&vec![1; 50_000]);
        let chunk = cobblestone::CHUNK_LEN + cobblestone::TAG_LEN;
        let (first, second) = (HEADER_LEN..HEADER_LEN + chunk, HEADER_LEN + chunk..HEADER_LEN + 2 * chunk);
        let swapped = [&stored[..HEADER_LEN], &stored[second.clone()], &stored[first.clone()]].concat();
        let swapped = [&swapped[..], &stored[second.end..]].concat();
        let repeated = [&stored[..second.start], &stored[first], &stored[second.end..]].concat();
        for bad in [swapped, repeated] {
            assert_eq!(bad.len(), stored.len());
            descriptor.digest = digest::digest(&SHA256, &bad).as_ref().try_into().unwrap();
            let refused = opened(&descriptor, &bad).unwrap_err();
            assert!(matches!(refused, Error::Attachment { why: Refusal::NotAuthentic }));
        }
    }

    #[test]
    fn one_ciphertext_opens_under_one_key() {
        let (mut descriptor, stored) = sealed(b"harmless");
        let (other, _) = sealed(b"harmful!");
        descriptor.key = other.key;
        let refused = opened(&descriptor, &stored).unwrap_err();
        assert!(matches!(refused, Error::Attachment { why: Refusal::NotAuthentic }));
    }

    #[test]
    fn a_hidden_tail_and_a_wrong_length_are_refused() {
        let rng = SystemRandom::new();
        for (tail, len) in [(0, 100), (1, 100), (0, 99), (0, 105)] {
            let (mut descriptor, _) = sealed(&[5; 100]);
            let plain = [&[5; 100][..], &[tail; 4]].concat();
            let place = context(ROOM, &descriptor.id).unwrap();
            let stored = cobblestone::seal(&descriptor.seal_key(), &place, &plain, &rng).unwrap();
            descriptor.len = len;
            descriptor.digest = digest::digest(&SHA256, &stored).as_ref().try_into().unwrap();
            assert_eq!(opened(&descriptor, &stored).is_ok(), (tail, len) == (0, 100), "{tail} {len}");
        }
    }

    #[test]
    fn nothing_of_the_head_stands_in_clear() {
        let (descriptor, stored) = sealed(&b"GIF89a ".repeat(1_000));
        let holds = |needle: &[u8]| stored.windows(needle.len()).any(|window| window == needle);
        assert!(!holds(b"GIF8") && !holds(b"image") && !holds(b"me.png") && !holds(&descriptor.id));
    }

    #[test]
    fn a_type_that_is_none_is_refused_before_anything_is_read() {
        struct Unread;
        impl Read for Unread {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                panic!("the file was read")
            }
        }
        let bad = FileType { media_type: "image", name: "" };
        let refused = encrypt(ROOM, bad, Unread, Vec::new(), &SystemRandom::new()).unwrap_err();
        assert!(matches!(refused, Error::Attachment { why: Refusal::Malformed }));
    }
}
