use super::{FORM, body};
use leeward_event::CoarseTime;
use leeward_store::Space;

/// The last signed checkpoint: one row, replaced by compare-and-set before anybody sees the new one.
pub(crate) const CHECKPOINT: Space = Space::public("audit.checkpoint");

/// The last checkpoint that enough witnesses cosigned, replaced in the same way.
pub(crate) const COSIGNED: Space = Space::public("audit.cosigned");

/// A checkpoint that was signed: `form || minute || note`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Signed {
    pub(crate) at: CoarseTime,
    pub(crate) note: Vec<u8>,
}

impl Signed {
    pub(crate) fn encode(&self) -> Vec<u8> {
        [&[FORM], &self.at.minutes().to_be_bytes()[..], &self.note].concat()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (minutes, note) = body(bytes)?.split_first_chunk()?;
        Some(Self { at: CoarseTime::from_minutes(u32::from_be_bytes(*minutes)), note: note.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_1_is_pinned() {
        let signed = Signed { at: CoarseTime::from_minutes(258), note: b"note".to_vec() };
        assert_eq!(signed.encode(), b"\x01\0\0\x01\x02note");
        assert_eq!(Signed::decode(&signed.encode()), Some(signed));
        assert_eq!(Signed::decode(b"\x02\0\0\x01\x02note"), None);
    }
}
