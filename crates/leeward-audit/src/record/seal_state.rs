use super::{FORM, body};
use crate::seal::EpochKey;
use leeward_event::CoarseTime;
use leeward_store::Space;

/// The epoch that is open, and its key: one row, replaced in the batch that seals an epoch.
pub(crate) const SEAL: Space = Space::sealed("audit.seal");

/// `form || index of the first seal || minutes of an epoch || epoch || its first minute || its key`.
#[derive(Debug)]
pub(crate) struct SealState {
    pub(crate) first: u64,
    pub(crate) minutes: u16,
    pub(crate) epoch: u32,
    pub(crate) start: CoarseTime,
    pub(crate) key: EpochKey,
}

impl SealState {
    /// The first minute after the open epoch.
    pub(crate) fn end(&self) -> CoarseTime {
        CoarseTime::from_minutes(self.start.minutes().saturating_add(u32::from(self.minutes)))
    }

    /// Whether it is over in this minute.
    pub(crate) fn is_over(&self, at: CoarseTime) -> bool {
        // At the end of all minutes an epoch has no length.
        self.start < self.end() && self.end() <= at
    }

    /// The epoch after this one, whose key tells nothing of this one's.
    pub(crate) fn next(&self) -> Self {
        let (epoch, start) = (self.epoch.saturating_add(1), self.end());
        Self { epoch, start, key: self.key.next(), ..*self }
    }

    /// The record. Whoever stores it hands it to a `Value`, which wipes it.
    pub(crate) fn encode(&self) -> Vec<u8> {
        // As long as it gets, so that no copy of the key is left behind.
        let mut bytes = Vec::with_capacity(1 + 8 + 2 + 4 + 4 + 32);
        bytes.push(FORM);
        bytes.extend(self.first.to_be_bytes());
        bytes.extend(self.minutes.to_be_bytes());
        bytes.extend(self.epoch.to_be_bytes());
        bytes.extend(self.start.minutes().to_be_bytes());
        bytes.extend(self.key.expose());
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (first, rest) = body(bytes)?.split_first_chunk()?;
        let (minutes, rest) = rest.split_first_chunk()?;
        let (epoch, rest) = rest.split_first_chunk()?;
        let (start, key) = rest.split_first_chunk()?;
        let minutes = u16::from_be_bytes(*minutes);
        let key: &[u8; 32] = key.try_into().ok()?;
        // An epoch without length would never end.
        (minutes > 0).then(|| Self {
            first: u64::from_be_bytes(*first),
            minutes,
            epoch: u32::from_be_bytes(*epoch),
            start: CoarseTime::from_minutes(u32::from_be_bytes(*start)),
            key: EpochKey::new(*key),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_1_is_pinned_and_nothing_secret_is_printed() {
        let (start, key) = (CoarseTime::from_minutes(258), EpochKey::new([6; 32]));
        let state = SealState { first: 1, minutes: 15, epoch: 2, start, key };
        let bytes = state.encode();
        let pinned = [&b"\x01\0\0\0\0\0\0\0\x01\0\x0f\0\0\0\x02\0\0\x01\x02"[..], &[6; 32]].concat();
        assert_eq!(bytes, pinned);
        assert_eq!(SealState::decode(&bytes).unwrap().encode(), pinned);
        assert!(SealState::decode(&[&bytes[..], &[0]].concat()).is_none());
        assert!(SealState::decode(&[&[2], &bytes[1..]].concat()).is_none());
        assert!(format!("{state:?}").contains("key: EpochKey(..)"));
    }

    #[test]
    fn the_next_epoch_begins_where_this_one_ends() {
        let (start, key) = (CoarseTime::from_minutes(30), EpochKey::new([6; 32]));
        let next = SealState { first: 1, minutes: 15, epoch: 2, start, key }.next();
        assert_eq!((next.epoch, next.start.minutes(), next.end().minutes()), (3, 45, 60));
        assert_ne!(next.key.expose(), &[6; 32]);
    }
}
