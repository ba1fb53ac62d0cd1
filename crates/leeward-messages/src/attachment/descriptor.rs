use super::MAX_ATTACHMENT;
use crate::{Error, Refusal, bytes::Reader, padding};
use leeward_seal::{SealKey, cobblestone};
use ring::rand::SecureRandom;
use std::fmt;
use zeroize::Zeroizing;

/// Where a file lies, and what opens it: the body of a message of [`Kind::Attachment`](crate::Kind).
///
/// `version(1) || id(16) || key(32) || SHA-256 of what is stored (32) || length (u64) ||
/// len(u8) || media type || len(u8) || name`.
pub struct Descriptor {
    pub(super) id: [u8; 16],
    pub(super) key: FileKey,
    pub(super) digest: [u8; 32],
    pub(super) len: u64,
    pub(super) media_type: String,
    pub(super) name: String,
}

/// The key of one file, wiped when dropped.
pub struct FileKey(Zeroizing<[u8; SealKey::LEN]>);

const VERSION: u8 = 1;

impl Descriptor {
    /// The most bytes of an encoding.
    pub(crate) const MAX: usize = 1 + 16 + SealKey::LEN + 32 + 8 + 2 * (1 + 255);

    /// What the file is stored under: random, and telling nothing.
    #[must_use]
    pub const fn id(&self) -> &[u8; 16] {
        &self.id
    }

    /// How long the file is, in bytes. Cannot be told from what is stored.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "an empty file is a file")]
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// How long what is stored is, in bytes.
    #[must_use]
    pub fn stored_len(&self) -> u64 {
        // A descriptor of a file with no such length does not exist.
        stored_len(self.len).unwrap_or(u64::MAX)
    }

    /// What the file is, as its sender says (RFC 6838). Not checked against what is in it.
    #[must_use]
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// What the sender called it. To be shown, and never to be used as a path.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The body of the message.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(Self::MAX));
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.id);
        bytes.extend_from_slice(self.key.0.as_slice());
        bytes.extend_from_slice(&self.digest);
        bytes.extend_from_slice(&self.len.to_be_bytes());
        for text in [&self.media_type, &self.name] {
            // Both were cut or refused at 255 bytes.
            bytes.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes
    }

    /// The descriptor in the body of a message.
    ///
    /// # Errors
    /// [`Refusal::Malformed`], also of another version; [`Refusal::TooLarge`] of a file over
    /// [`MAX_ATTACHMENT`].
    pub fn decode(body: &[u8]) -> Result<Self, Refusal> {
        let descriptor = parse(Reader::new(body)).ok_or(Refusal::Malformed)?;
        if descriptor.len > MAX_ATTACHMENT {
            return Err(Refusal::TooLarge);
        }
        let typed = is_media_type(&descriptor.media_type) && is_name(&descriptor.name);
        if typed { Ok(descriptor) } else { Err(Refusal::Malformed) }
    }

    pub(super) fn seal_key(&self) -> SealKey {
        self.key.seal_key()
    }
}

impl FileKey {
    pub(super) fn generate(rng: &dyn SecureRandom) -> Result<Self, Error> {
        let mut bytes = Zeroizing::new([0; SealKey::LEN]);
        rng.fill(bytes.as_mut_slice()).map_err(|_| Error::Random)?;
        Ok(Self(bytes))
    }

    pub(super) fn seal_key(&self) -> SealKey {
        SealKey::from_bytes(&self.0)
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileKey").finish_non_exhaustive()
    }
}

impl fmt::Debug for Descriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Descriptor").finish_non_exhaustive()
    }
}

/// How long a file of this length is once padded.
pub(super) fn padded_len(len: u64) -> Option<u64> {
    let padded = padding::padme(usize::try_from(len).ok()?)?;
    u64::try_from(padded).ok()
}

pub(super) fn stored_len(len: u64) -> Option<u64> {
    let padded = usize::try_from(padded_len(len)?).ok()?;
    u64::try_from(cobblestone::sealed_len(padded)?).ok()
}

/// `type/subtype`, without what could be taken for a header.
pub(super) fn is_media_type(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    text.len() <= 127 && text.split_once('/').is_some_and(|(kind, subtype)| plain(kind) && plain(subtype))
}

/// No separators and no control characters, also none that turn the direction of a text around.
pub(super) fn is_name(text: &str) -> bool {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let forbidden = |c: char| c.is_control() || turns(c) || matches!(c, '/' | '\\');
    text.len() <= 255 && !text.contains(forbidden) && !matches!(text, "." | "..")
}

fn parse(mut reader: Reader<'_>) -> Option<Descriptor> {
    if reader.u8()? != VERSION {
        return None;
    }
    let id = reader.array()?;
    let key = FileKey(Zeroizing::new(reader.array()?));
    let (digest, len) = (reader.array()?, reader.u64()?);
    let (media_type, name) = (text(&mut reader)?, text(&mut reader)?);
    reader.end()?;
    Some(Descriptor { id, key, digest, len, media_type, name })
}

fn text(reader: &mut Reader<'_>) -> Option<String> {
    let len = usize::from(reader.u8()?);
    str::from_utf8(reader.take(len)?).ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descriptor() -> Descriptor {
        let key = FileKey(Zeroizing::new([2; 32]));
        let (media_type, name) = ("image/png".to_owned(), "me.png".to_owned());
        Descriptor { id: [1; 16], key, digest: [3; 32], len: 258, media_type, name }
    }

    #[test]
    fn the_descriptor_is_pinned() {
        let bytes = descriptor().encode();
        let head = [&[1][..], &[1; 16], &[2; 32], &[3; 32], &[0, 0, 0, 0, 0, 0, 1, 2]].concat();
        assert_eq!(*bytes, [&head[..], b"\x09image/png\x06me.png"].concat());
        let read = Descriptor::decode(&bytes).unwrap();
        assert_eq!((read.name(), read.media_type(), read.len()), ("me.png", "image/png", 258));
        assert_eq!(*read.encode(), *bytes);
        for len in 0..bytes.len() {
            assert!(Descriptor::decode(&bytes[..len]).is_err());
        }
        assert!(Descriptor::decode(&[&bytes[..], &[0]].concat()).is_err());
        assert_eq!(format!("{:?} {:?}", read, read.key), "Descriptor { .. } FileKey { .. }");
    }

    #[test]
    fn names_types_and_lengths_are_bounded() {
        let refused = |change: fn(&mut Descriptor)| {
            let mut bad = descriptor();
            change(&mut bad);
            Descriptor::decode(&bad.encode()).unwrap_err()
        };
        assert_eq!(refused(|bad| bad.len = MAX_ATTACHMENT + 1), Refusal::TooLarge);
        assert_eq!(refused(|bad| bad.len = u64::MAX), Refusal::TooLarge);
        assert_eq!(refused(|bad| bad.name = "../../etc".to_owned()), Refusal::Malformed);
        assert_eq!(refused(|bad| bad.name = "gpj.\u{202e}exe".to_owned()), Refusal::Malformed);
        assert_eq!(refused(|bad| bad.media_type = "image".to_owned()), Refusal::Malformed);
        assert_eq!(refused(|bad| bad.media_type = "a/b\r\nc: d".to_owned()), Refusal::Malformed);
        for (len, stored) in [(0, 72), (1, 73), (100, 176), (1_000_000, 1_015_808 + 56 + 16 * 63)] {
            assert_eq!((stored_len(len), padded_len(len) >= Some(len)), (Some(stored), true), "{len}");
        }
    }
}
