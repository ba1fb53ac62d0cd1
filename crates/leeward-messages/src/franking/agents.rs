use super::{Context, Stamp};
use crate::{MemberId, Refusal, bytes::Reader};
use leeward_event::ConversationId;
use ring::signature::{ED25519, UnparsedPublicKey};
use std::collections::BTreeMap;

/// The hub's public franking keys by their numbers (`franking_agents`), which clients hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agents(BTreeMap<u32, [u8; 32]>);

const VERSION: u8 = 1;
const ENTRY_LEN: usize = 4 + 32;

impl Agents {
    /// Ed25519 public keys, by number.
    pub fn new(keys: impl IntoIterator<Item = (u32, [u8; 32])>) -> Self {
        Self(keys.into_iter().collect())
    }

    /// Whether the hub stamped a message with this tag, from this member, here: whoever holds it can report
    /// it.
    ///
    /// # Errors
    /// [`Refusal::UnknownFrankingKey`]: get the hub's new keys, then receive again;
    /// [`Refusal::Franking`] when the stamp belongs to something else, or to nothing.
    pub fn check(
        &self,
        stamp: &Stamp,
        sender: MemberId,
        conversation: ConversationId,
    ) -> Result<(), Refusal> {
        let key = self.0.get(&stamp.key).ok_or(Refusal::UnknownFrankingKey)?;
        let context = Context { sender, conversation, accepted_ms: stamp.accepted_ms };
        if context.accepted_at().is_none() {
            return Err(Refusal::Franking);
        }
        UnparsedPublicKey::new(&ED25519, key)
            .verify(&context.signed_content(&stamp.server_frank), &stamp.signature)
            .map_err(|_| Refusal::Franking)
    }

    pub(super) fn key(&self, number: u32) -> Option<&[u8; 32]> {
        self.0.get(&number)
    }

    /// As they travel: `version(1) || (number(u32) || Ed25519 public key (32))*`, ascending.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let entries = self.0.iter().flat_map(|(number, key)| [&number.to_be_bytes()[..], key].concat());
        [VERSION].into_iter().chain(entries).collect()
    }

    /// The keys in these bytes.
    ///
    /// # Errors
    /// [`Refusal::Malformed`], also of another version; [`Refusal::TooLarge`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > 1 + ENTRY_LEN * 1_024 {
            return Err(Refusal::TooLarge);
        }
        let mut reader = Reader::new(bytes);
        if reader.u8() != Some(VERSION) {
            return Err(Refusal::Malformed);
        }
        let (entries, rest) = reader.rest().as_chunks::<ENTRY_LEN>();
        let keys: Option<Vec<_>> = entries.iter().map(|entry| entry_of(Reader::new(entry))).collect();
        let keys = keys.filter(|keys| keys.is_sorted_by(|one, next| one.0 < next.0));
        keys.filter(|_| rest.is_empty()).map(Self::new).ok_or(Refusal::Malformed)
    }
}

fn entry_of(mut reader: Reader<'_>) -> Option<(u32, [u8; 32])> {
    reader.u32().zip(reader.array())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_pinned() {
        let agents = Agents::new([(2, [8; 32]), (1, [7; 32])]);
        let bytes = [&[1, 0, 0, 0, 1][..], &[7; 32], &[0, 0, 0, 2], &[8; 32]].concat();
        assert_eq!(agents.encode(), bytes);
        assert_eq!(Agents::decode(&bytes).unwrap(), agents);
        assert_eq!(Agents::decode(&[1]).unwrap(), Agents::default());
        let swapped = [&[1][..], &bytes[37..], &bytes[1..37]].concat();
        for bad in [&b""[..], &[2], &bytes[..72], &swapped] {
            assert_eq!(Agents::decode(bad), Err(Refusal::Malformed));
        }
    }
}
