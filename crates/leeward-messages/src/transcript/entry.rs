use crate::{MemberId, bytes::Reader, franking::FrankingTag};
use ring::digest::{SHA256, digest};

/// A message that the service accepted, as far as it knows it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its place in the delivery log.
    pub seq: u64,
    /// Whom the service authenticated as its sender.
    pub sender: MemberId,
    /// When it was accepted, in milliseconds since 1970.
    pub accepted_ms: u64,
    /// What its sender committed to.
    pub tag: FrankingTag,
}

impl Entry {
    pub(super) const LEN: usize = 8 + MemberId::IDENTITY_LEN + 8 + FrankingTag::LEN;

    /// `seq(u64) || sender(17) || accepted, ms since 1970 (u64) || tag(32)`.
    pub(super) fn encode(&self) -> [u8; Self::LEN] {
        let parts =
            [&self.seq.to_be_bytes()[..], &self.sender.to_identity(), &self.accepted_ms.to_be_bytes()];
        let bytes = [&parts.concat()[..], self.tag.as_bytes()].concat();
        // The parts have these lengths: the fallback is never taken.
        bytes.try_into().unwrap_or([0; Self::LEN])
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        let seq = reader.u64()?;
        let identity: [u8; MemberId::IDENTITY_LEN] = reader.array()?;
        let sender = MemberId::from_identity(&identity).ok()?;
        let (accepted_ms, tag) = (reader.u64()?, FrankingTag::from_bytes(reader.array()?));
        Some(Self { seq, sender, accepted_ms, tag })
    }

    /// What the ledger holds of it: `SHA-256(0 || entry)`. Once a message has ended, this alone is kept, and
    /// tells nothing: the tag in it is as good as random.
    pub(super) fn leaf(&self) -> [u8; 32] {
        hash(&[&[0], &self.encode()[..]])
    }
}

pub(super) fn hash(parts: &[&[u8]]) -> [u8; 32] {
    // A digest of SHA-256 has 32 bytes: the fallback is never taken.
    digest(&SHA256, &parts.concat()).as_ref().try_into().unwrap_or_default()
}
