use super::TimeToLive;
use crate::{Refusal, bytes::Reader, franking::FrankingTag};

/// What MLS authenticates beside the ciphertext, and the delivery service reads:
/// `franking tag (32) || seconds to live, or 0 (u32)`.
#[derive(Clone, Copy, Debug)]
pub struct Aad {
    /// What the sender committed to.
    pub tag: FrankingTag,
    /// When the delivery service is to delete it.
    pub time_to_live: Option<TimeToLive>,
}

impl Aad {
    /// How many bytes it has.
    pub const LEN: usize = FrankingTag::LEN + 4;

    /// As it travels.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        let (tag, time_to_live) = bytes.split_at_mut(FrankingTag::LEN);
        tag.copy_from_slice(self.tag.as_bytes());
        time_to_live.copy_from_slice(&TimeToLive::encode(self.time_to_live));
        bytes
    }

    /// The data in these bytes, which are all of them.
    ///
    /// # Errors
    /// [`Refusal::Malformed`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Refusal> {
        let mut reader = Reader::new(bytes);
        let fields = reader.array().zip(reader.array()).zip(reader.end());
        let ((tag, time_to_live), ()) = fields.ok_or(Refusal::Malformed)?;
        Ok(Self { tag: FrankingTag::from_bytes(tag), time_to_live: TimeToLive::decode(time_to_live)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authenticated_data_are_pinned() {
        let tag = FrankingTag::from_bytes([3; 32]);
        let aad = Aad { tag, time_to_live: Some(TimeToLive::minutes(5).unwrap()) };
        let bytes = [&[3; 32][..], &[0, 0, 1, 44]].concat();
        assert_eq!(aad.encode(), bytes[..]);
        assert_eq!(Aad::decode(&bytes).unwrap().encode(), bytes[..]);
        for bad in [&bytes[..35], &[&bytes[..], &[0]].concat(), &[0xff; 36], b""] {
            assert_eq!(Aad::decode(bad).unwrap_err(), Refusal::Malformed);
        }
    }
}
