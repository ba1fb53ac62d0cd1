use super::{FORM, body};
use crate::merkle::{Frontier, Hash};
use leeward_event::CoarseTime;
use leeward_store::Space;

/// The end of the log: one row, which every sequencer replaces by compare-and-set.
pub(crate) const HEAD: Space = Space::sealed("audit.head");

/// How far the log goes: `form || minute of the last append || size || length of origin || origin ||
/// hashes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) origin: String,
    pub(crate) at: CoarseTime,
    pub(crate) tree: Frontier,
}

impl Head {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![FORM];
        bytes.extend(self.at.minutes().to_be_bytes());
        bytes.extend(self.tree.size().to_be_bytes());
        // An origin is a key name, which is far shorter than this can say.
        bytes.extend(u16::try_from(self.origin.len()).unwrap_or(u16::MAX).to_be_bytes());
        bytes.extend(self.origin.as_bytes());
        self.tree.peaks().iter().for_each(|peak| bytes.extend(peak.as_bytes()));
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (minutes, rest) = body(bytes)?.split_first_chunk()?;
        let (size, rest) = rest.split_first_chunk()?;
        let (len, rest) = rest.split_first_chunk()?;
        let (origin, peaks) = rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
        Some(Self {
            origin: String::from_utf8(origin.to_vec()).ok()?,
            at: CoarseTime::from_minutes(u32::from_be_bytes(*minutes)),
            tree: Frontier::from_parts(u64::from_be_bytes(*size), Hash::split(peaks)?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_1_is_pinned() {
        let tree: Frontier = [Hash::new([3; 32])].into_iter().collect();
        let head = Head { origin: "a.b/c".to_owned(), at: CoarseTime::from_minutes(258), tree };
        let bytes = head.encode();
        let pinned = [b"\x01\0\0\x01\x02\0\0\0\0\0\0\0\x01\0\x05a.b/c", &[3; 32][..]].concat();
        assert_eq!(bytes, pinned);
        assert_eq!(Head::decode(&bytes), Some(head));
        assert_eq!(Head::decode(&[&bytes[..], &[0]].concat()), None);
        assert_eq!(Head::decode(&bytes[..bytes.len() - 32]), None);
        assert_eq!(Head::decode(&[&[2], &bytes[1..]].concat()), None);
    }
}
