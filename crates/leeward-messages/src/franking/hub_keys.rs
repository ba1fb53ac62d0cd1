use super::{AbuseReport, Agents, Context, FrankingTag, Stamp, VerifiedReport, hub_key::HubKey};
use crate::{Error, MemberId, Refusal, bytes::Reader};
use jiff::{SignedDuration, Timestamp};
use leeward_event::ConversationId;
use ring::rand::SecureRandom;
use std::fmt;
use zeroize::Zeroizing;

/// The hub's franking keys: one that stamps, and those before it that verify for as long as messages may be
/// reported. Kept by whoever runs the delivery service, and by nobody else: who has them can make reports
/// of what was never said.
pub struct HubKeys {
    current: HubKey,
    /// The newest last.
    retired: Vec<HubKey>,
}

/// Ten years, at one a month.
const MAX_KEYS: usize = 128;

const VERSION: u8 = 1;

impl HubKeys {
    /// The first key.
    ///
    /// # Errors
    /// [`Error::Random`].
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, Error> {
        Ok(Self { current: HubKey::generate(1, rng)?, retired: Vec::new() })
    }

    /// Stamps with a new key from now on. Once a month is often enough. Clients need the new
    /// [`agents`](Self::agents) before they can take what it stamps.
    ///
    /// # Errors
    /// [`Error::Random`]; [`Error::TooManyKeys`]: [`forget`](Self::forget) some.
    pub fn rotate(&mut self, now: Timestamp, rng: &dyn SecureRandom) -> Result<(), Error> {
        let number = self.current.number.checked_add(1).ok_or(Error::TooManyKeys)?;
        if self.retired.len() >= MAX_KEYS {
            return Err(Error::TooManyKeys);
        }
        let mut old = std::mem::replace(&mut self.current, HubKey::generate(number, rng)?);
        old.retired_at = Some(now);
        self.retired.push(old);
        Ok(())
    }

    /// Deletes the keys that were retired longer ago than messages may be reported. Returns how many.
    pub fn forget(&mut self, retention: SignedDuration, now: Timestamp) -> usize {
        let before = self.retired.len();
        self.retired.retain(|key| key.retired_at.is_none_or(|at| now.duration_since(at) <= retention));
        before.saturating_sub(self.retired.len())
    }

    /// The public halves, for clients.
    #[must_use]
    pub fn agents(&self) -> Agents {
        let keys = self.retired.iter().chain([&self.current]);
        Agents::new(keys.map(|key| (key.number, key.public())))
    }

    /// Stamps a message on acceptance. `sender` is whom the hub authenticated, not what the message says.
    ///
    /// # Errors
    /// [`Error::Corrupt`] of a time before 1970.
    pub fn stamp(
        &self,
        tag: &FrankingTag,
        sender: MemberId,
        conversation: ConversationId,
        now: Timestamp,
    ) -> Result<Stamp, Error> {
        let before_1970 = |_| Error::Corrupt { what: "a clock that runs before 1970" };
        let accepted_ms = u64::try_from(now.as_millisecond()).map_err(before_1970)?;
        self.current.stamp(tag, &Context { sender, conversation, accepted_ms })
    }

    /// Whether a report is true. It proves that its sender said this, in this conversation, and that it was
    /// accepted then.
    ///
    /// # Errors
    /// [`Error::Report`] with [`Refusal::NotAuthentic`] when it was forged, changed, or put into another
    /// mouth, conversation or time; [`Refusal::UnknownFrankingKey`] when the key is forgotten;
    /// [`Refusal::Malformed`], [`Refusal::TooLarge`].
    pub fn verify(&self, report: &AbuseReport) -> Result<VerifiedReport, Error> {
        report.verify(self).map_err(|why| Error::Report { why })
    }

    /// The number of the key in use, and its signature.
    pub(super) fn sign(&self, content: &[u8]) -> Result<(u32, [u8; 64]), Error> {
        Ok((self.current.number, self.current.sign(content)?))
    }

    pub(super) fn check(
        &self,
        number: u32,
        tag: &FrankingTag,
        context: &Context,
        server_frank: &[u8; 32],
    ) -> Result<(), Refusal> {
        let mut keys = self.retired.iter().chain([&self.current]);
        let key = keys.find(|key| key.number == number).ok_or(Refusal::UnknownFrankingKey)?;
        key.verify(tag, context, server_frank)
    }

    /// As they are kept, sealed: `version(1) || count(u16) || keys, the current one last`.
    ///
    /// # Errors
    /// [`Error::TooManyKeys`].
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let count = self.retired.len().saturating_add(1);
        let size = count.saturating_mul(HubKey::ENCODED_LEN).saturating_add(3);
        let mut bytes = Zeroizing::new(Vec::with_capacity(size));
        bytes.push(VERSION);
        bytes.extend_from_slice(&u16::try_from(count).map_err(|_| Error::TooManyKeys)?.to_be_bytes());
        for key in self.retired.iter().chain([&self.current]) {
            key.encode_into(&mut bytes);
        }
        Ok(bytes)
    }

    /// The keys in these bytes.
    ///
    /// # Errors
    /// [`Error::Corrupt`], also of another version.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        parse(Reader::new(bytes)).ok_or(Error::Corrupt { what: "malformed franking keys" })
    }
}

impl fmt::Debug for HubKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubKeys").field("current", &self.current.number).finish_non_exhaustive()
    }
}

fn parse(mut reader: Reader<'_>) -> Option<HubKeys> {
    if reader.u8()? != VERSION {
        return None;
    }
    let count = usize::from(reader.u16()?).checked_sub(1).filter(|count| *count <= MAX_KEYS)?;
    let mut retired = Vec::with_capacity(count);
    for _ in 0..count {
        retired.push(HubKey::decode(&mut reader)?);
    }
    let current = HubKey::decode(&mut reader)?;
    reader.end()?;
    let numbers = retired.iter().chain([&current]).map(|key| key.number);
    let whole = numbers.is_sorted_by(|one, next| one < next)
        && current.retired_at.is_none()
        && retired.iter().all(|key| key.retired_at.is_some());
    whole.then_some(HubKeys { current, retired })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    #[test]
    fn keys_rotate_and_are_forgotten() {
        let rng = SystemRandom::new();
        let at = |days: i64| Timestamp::from_second(days * 86_400).unwrap();
        let mut keys = HubKeys::generate(&rng).unwrap();
        keys.rotate(at(30), &rng).unwrap();
        keys.rotate(at(60), &rng).unwrap();
        assert_eq!(keys.forget(SignedDuration::from_hours(24 * 40), at(71)), 1);
        let kept: Vec<u32> = keys.retired.iter().map(|key| key.number).collect();
        assert_eq!((kept, keys.current.number), (vec![2], 3));
        assert_eq!(format!("{keys:?}"), "HubKeys { current: 3, .. }");
    }

    #[test]
    fn the_form_that_is_kept_is_pinned() {
        let secret = |byte: u8| [byte; 64];
        let first = [&[0, 0, 0, 1][..], &[0, 0, 0, 0, 0, 0, 0, 9], &secret(7)].concat();
        let second = [&[0, 0, 0, 2][..], &[0x80, 0, 0, 0, 0, 0, 0, 0], &secret(8)].concat();
        let bytes = [&[1, 0, 2][..], &first, &second].concat();
        let keys = HubKeys::decode(&bytes).unwrap();
        assert_eq!(keys.encode().unwrap().as_slice(), bytes);
        let bad = [
            [&[2, 0, 2][..], &first, &second].concat(),
            [&[1, 0, 0][..]].concat(),
            [&[1, 0, 2][..], &second, &first].concat(),
            [&[1, 0, 1][..], &first].concat(),
            [&bytes[..], &[0]].concat(),
            bytes[..bytes.len() - 1].to_vec(),
        ];
        assert!(bad.iter().all(|bytes| HubKeys::decode(bytes).is_err()));
    }
}
