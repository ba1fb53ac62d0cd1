use crate::{LimitError, Space, StoreError, limits};
use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

/// Where a record lies: a [`Space`] and segments, encoded so that byte order is the order of the
/// segments, one after the other, and no segment is the beginning of another.
///
/// Each segment is any bytes: `0x00` becomes `0x00 0xFF`, and `0x00 0x01` ends the segment. Keys are
/// not encrypted: put opaque identifiers and blind-index tags in them, never a name or an address.
/// Two keys are equal when their bytes are.
///
/// ```
/// use leeward_store::Space;
/// const NOTE: Space = Space::sealed_for("app.note", 0);
/// let first = NOTE.key(&[b"subject-1", &1u64.to_be_bytes()])?;
/// let tenth = NOTE.key(&[b"subject-1", &10u64.to_be_bytes()])?;
/// assert!(first < tenth);
/// assert_eq!(tenth.subject().as_deref(), Some(&b"subject-1"[..]));
/// # Ok::<(), leeward_store::StoreError>(())
/// ```
#[derive(Clone)]
pub struct Key {
    space: Space,
    bytes: Arc<[u8]>,
}

/// The beginning of keys: a [`Space`] and its first segments. What a [`Scan`](crate::Scan) walks over.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Prefix {
    space: Space,
    bytes: Arc<[u8]>,
}

impl Space {
    /// A key in this space. A `u64` that should sort as a number goes in as `to_be_bytes()`.
    ///
    /// # Errors
    /// [`LimitError::Key`] when the encoded key is over [`limits::MAX_KEY`];
    /// [`StoreError::NoSubject`] when the space names a subject segment that is missing or empty.
    pub fn key(&self, segments: &[&[u8]]) -> Result<Key, StoreError> {
        if let Some(index) = self.subject_segment() {
            let subject = segments.get(index);
            if subject.is_none_or(|segment| segment.is_empty()) {
                return Err(StoreError::NoSubject { space: self.name() });
            }
        }
        Ok(Key { space: *self, bytes: encode(self, segments)? })
    }

    /// The beginning shared by all keys of this space that start with `segments`.
    ///
    /// # Errors
    /// [`LimitError::Key`] when the encoded prefix is over [`limits::MAX_KEY`].
    pub fn prefix(&self, segments: &[&[u8]]) -> Result<Prefix, StoreError> {
        Ok(Prefix { space: *self, bytes: encode(self, segments)? })
    }
}

impl Key {
    /// Rebuilds a key of `space` from the bytes that a backend kept.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the bytes are no key of that space.
    pub fn from_bytes(space: Space, bytes: &[u8]) -> Result<Self, StoreError> {
        let corrupt = || StoreError::Corrupt { what: "a key that does not decode" };
        if bytes.len() > limits::MAX_KEY {
            return Err(corrupt());
        }
        let segments = decode(bytes).ok_or_else(corrupt)?;
        let (name, segments) = segments.split_first().ok_or_else(corrupt)?;
        let subject = space.subject_segment().map(|index| segments.get(index));
        let nameless = subject.is_some_and(|subject| subject.is_none_or(Vec::is_empty));
        if name != space.name().as_bytes() || nameless {
            return Err(corrupt());
        }
        Ok(Self { space, bytes: bytes.into() })
    }

    /// The space this key lies in.
    #[must_use]
    pub const fn space(&self) -> Space {
        self.space
    }

    /// The encoded key: what a backend stores and sorts by.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The segments after the space.
    #[must_use]
    pub fn segments(&self) -> Vec<Vec<u8>> {
        let mut segments = decode(&self.bytes).unwrap_or_default();
        if !segments.is_empty() {
            segments.remove(0);
        }
        segments
    }

    /// The id of the person or conversation whose key seals this record, if the space names one.
    #[must_use]
    pub fn subject(&self) -> Option<Vec<u8>> {
        let index = self.space.subject_segment()?;
        self.segments().into_iter().nth(index)
    }
}

impl Prefix {
    /// The space walked over.
    #[must_use]
    pub const fn space(&self) -> Space {
        self.space
    }

    /// The encoded beginning.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether `key` begins with this prefix.
    #[must_use]
    pub fn contains(&self, key: &Key) -> bool {
        key.bytes.starts_with(&self.bytes)
    }

    /// The least byte string above every key with this prefix: the exclusive end of its range.
    ///
    /// A prefix ends in `0x01`, the end of a segment, so that one more is always in range.
    #[must_use]
    pub fn end(&self) -> Vec<u8> {
        let mut end = self.bytes.to_vec();
        if let Some(last) = end.last_mut() {
            *last = last.saturating_add(1);
        }
        end
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.bytes.cmp(&other.bytes)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_path(f, &self.bytes)
    }
}

impl fmt::Debug for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_path(f, &self.bytes)
    }
}

const END: u8 = 0x01;
const ESCAPED: u8 = 0xFF;

fn encode(space: &Space, segments: &[&[u8]]) -> Result<Arc<[u8]>, StoreError> {
    let mut bytes = Vec::with_capacity(64);
    push_segment(&mut bytes, space.name().as_bytes())?;
    for segment in segments {
        push_segment(&mut bytes, segment)?;
    }
    Ok(bytes.into())
}

fn push_segment(bytes: &mut Vec<u8>, segment: &[u8]) -> Result<(), StoreError> {
    // Refused before it is copied, so that a huge segment costs nothing.
    if segment.len() > limits::MAX_KEY {
        return Err(LimitError::Key { len: segment.len() }.into());
    }
    for &byte in segment {
        bytes.push(byte);
        if byte == 0 {
            bytes.push(ESCAPED);
        }
    }
    bytes.extend_from_slice(&[0, END]);
    if bytes.len() > limits::MAX_KEY {
        return Err(LimitError::Key { len: bytes.len() }.into());
    }
    Ok(())
}

fn decode(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut segments = Vec::new();
    let mut segment = Vec::new();
    let mut rest = bytes.iter();
    let mut open = false;
    while let Some(&byte) = rest.next() {
        open = true;
        match byte {
            0 => match rest.next() {
                Some(&ESCAPED) => segment.push(0),
                Some(&END) => {
                    segments.push(std::mem::take(&mut segment));
                    open = false;
                }
                _ => return None,
            },
            _ => segment.push(byte),
        }
    }
    (!open && !segments.is_empty()).then_some(segments)
}

fn write_path(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    let segments = decode(bytes).unwrap_or_default();
    for (index, segment) in segments.iter().enumerate() {
        if index == 0 {
            f.write_str(&String::from_utf8_lossy(segment))?;
        } else {
            f.write_str("/")?;
            for byte in segment {
                write!(f, "{byte:02x}")?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPACE: Space = Space::public("t");

    #[test]
    fn a_key_is_pinned_byte_for_byte() {
        let key = SPACE.key(&[b"a\0b", b"", b"\xff"]).unwrap();
        assert_eq!(key.as_bytes(), b"t\0\x01a\0\xffb\0\x01\0\x01\xff\0\x01");
        assert_eq!(key.segments(), [b"a\0b".to_vec(), vec![], vec![0xff]]);
        assert_eq!(format!("{key:?}"), "t/610062//ff");
    }

    #[test]
    fn a_missing_subject_is_refused() {
        const FOR: Space = Space::sealed_for("f", 1);
        assert!(matches!(FOR.key(&[b"a"]), Err(StoreError::NoSubject { space: "f" })));
        assert!(matches!(FOR.key(&[b"a", b""]), Err(StoreError::NoSubject { .. })));
        assert_eq!(FOR.key(&[b"a", b"s"]).unwrap().subject().unwrap(), b"s");
    }

    #[test]
    fn foreign_bytes_are_no_key() {
        for bytes in [&b""[..], b"t", b"t\0", b"t\0\x02", b"u\0\x01", b"t\0\x01x"] {
            assert!(Key::from_bytes(SPACE, bytes).is_err(), "{bytes:?}");
        }
        let long = [b"t\0\x01", &[b'x'; limits::MAX_KEY][..], b"\0\x01"].concat();
        assert!(Key::from_bytes(SPACE, &long).is_err());
        assert!(Key::from_bytes(Space::sealed_for("t", 0), b"t\0\x01").is_err());
        assert!(Key::from_bytes(Space::sealed_for("t", 0), b"t\0\x01\0\x01").is_err());
    }
}
