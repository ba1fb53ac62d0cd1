use base64::{Engine, engine::general_purpose::STANDARD};
use ring::digest::{Context, SHA256, digest};
use std::fmt;

/// A SHA-256 hash: of a leaf, of a node, or the root of a tree.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// 32 bytes.
    pub const LEN: usize = 32;

    /// The hash with these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// The 44 characters of standard base64 that checkpoints and proofs use.
    #[must_use]
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Reads what [`to_base64`](Self::to_base64) writes, and no other spelling of it.
    #[must_use]
    pub fn from_base64(text: &str) -> Option<Self> {
        // 44 characters decode to 33 bytes at most, less the padding.
        let mut bytes = [0; 33];
        let len = (text.len() == 44).then(|| STANDARD.decode_slice(text, &mut bytes).ok())??;
        bytes.get(..len)?.try_into().ok().map(Self)
    }

    /// As many hashes as `bytes` holds, one after the other; `None` when some bytes are left over.
    #[must_use]
    pub fn split(bytes: &[u8]) -> Option<Vec<Self>> {
        let (hashes, rest) = bytes.as_chunks::<{ Self::LEN }>();
        rest.is_empty().then(|| hashes.iter().copied().map(Self).collect())
    }
}

/// The root of the tree without leaves: `SHA-256("")`.
#[must_use]
pub fn empty_root() -> Hash {
    sha256(&[])
}

/// The hash of a leaf: `SHA-256(0x00 || entry)`.
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    // In one piece, a short entry is hashed faster.
    let mut piece = [0x00; 128];
    let Some(leaf) = piece.get_mut(..=entry.len()) else { return sha256(&[&[0x00], entry]) };
    if let Some((_, rest)) = leaf.split_first_mut() {
        rest.copy_from_slice(entry);
    }
    finish(digest(&SHA256, leaf))
}

/// The hash of a node: `SHA-256(0x01 || left || right)`.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [0x01; 1 + 2 * Hash::LEN];
    let (_, children) = bytes.split_at_mut(1);
    let (first, second) = children.split_at_mut(Hash::LEN);
    first.copy_from_slice(&left.0);
    second.copy_from_slice(&right.0);
    finish(digest(&SHA256, &bytes))
}

fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    finish(context.finish())
}

fn finish(digest: ring::digest::Digest) -> Hash {
    let mut hash = [0; Hash::LEN];
    hash.copy_from_slice(digest.as_ref());
    Hash(hash)
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_base64())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_base64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_of_any_length_is_hashed_the_same() {
        for len in 0..300 {
            let leaf: Vec<u8> = (0..=u8::MAX).cycle().take(len + 1).collect();
            assert_eq!(leaf_hash(&leaf[1..]), finish(digest(&SHA256, &leaf)), "{len}");
        }
    }

    #[test]
    fn base64_has_one_spelling() {
        let hash = leaf_hash(b"");
        let text = hash.to_base64();
        assert_eq!(Hash::from_base64(&text), Some(hash));
        assert_eq!(text, "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=");
        // The last character before the padding carries two bits that must be zero.
        assert_eq!(Hash::from_base64(&text.replace("B0=", "B1=")), None);
        for wrong in ["", "=", "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0", &"A".repeat(44)] {
            assert_eq!(Hash::from_base64(wrong), None, "{wrong}");
        }
    }
}
