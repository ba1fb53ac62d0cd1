//! The key of a snapshot, and the sealed form around what it holds.

use crate::{Error, MAX_SNAPSHOT, MemberId, Refusal, padding};
use leeward_seal::{Context, Plaintext, SealError, SealKey, cobblestone};
use ring::rand::SecureRandom;
use std::fmt;

/// The first byte of a snapshot, and the version of the layout that it is sealed for.
const VERSION: u8 = 1;

/// What seals and opens the snapshots of a member: 32 bytes that stay with the member's device, wiped when
/// dropped. Whoever has key and snapshot is the member.
///
/// From a browser's passkey (WebAuthn PRF) or a phone's key chain; a passphrase is not a key. Where several
/// members share a device, each snapshot is bound to its member, and one key serves all.
pub struct SnapshotKey(SealKey);

impl SnapshotKey {
    /// How many bytes it has.
    pub const LEN: usize = SealKey::LEN;

    /// A new one.
    ///
    /// # Errors
    /// [`Error::Seal`] when the random source fails.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, Error> {
        Ok(Self(SealKey::generate(rng)?))
    }

    /// The key that was kept, or derived.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        Self(SealKey::from_bytes(bytes))
    }

    /// The bytes, to keep them where the device keeps keys.
    #[must_use]
    pub fn expose_key_bytes(&self) -> &[u8; Self::LEN] {
        self.0.expose_key_bytes()
    }

    /// `version(1) || Cobblestone-256 of the padded form`.
    pub(crate) fn seal(
        &self,
        member: MemberId,
        form: &[u8],
        rng: &dyn SecureRandom,
    ) -> Result<Vec<u8>, Error> {
        let padded = padding::pad(form).ok_or(refused(Refusal::TooLarge))?;
        let len = cobblestone::sealed_len(padded.len()).ok_or(refused(Refusal::TooLarge))?;
        let mut sealed = Vec::with_capacity(len.saturating_add(1));
        sealed.push(VERSION);
        leeward_seal::seal_into(&self.0, &context(&member.to_identity()), &padded, rng, &mut sealed)?;
        Ok(sealed)
    }

    /// The padded form.
    pub(crate) fn open(&self, member: MemberId, snapshot: &[u8]) -> Result<Plaintext, Error> {
        if snapshot.len() > MAX_SNAPSHOT {
            return Err(refused(Refusal::TooLarge));
        }
        let (version, sealed) = snapshot.split_first().ok_or(refused(Refusal::Malformed))?;
        if *version != VERSION {
            return Err(refused(Refusal::Version));
        }
        leeward_seal::open(&self.0, &context(&member.to_identity()), sealed).map_err(|error| match error {
            SealError::CannotOpen => refused(Refusal::NotAuthentic),
            error => error.into(),
        })
    }
}

impl fmt::Debug for SnapshotKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SnapshotKey").finish_non_exhaustive()
    }
}

const fn context(identity: &[u8; MemberId::IDENTITY_LEN]) -> Context<'_> {
    Context {
        purpose: "messages.snapshot",
        space: "messages.snapshot",
        key: b"",
        subject: identity,
        schema_version: VERSION as u32,
    }
}

pub(crate) const fn refused(why: Refusal) -> Error {
    Error::Snapshot { why }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leeward_event::{SeekerId, StaffId};
    use ring::rand::SystemRandom;

    fn why<T>(outcome: Result<T, Error>) -> Refusal {
        match outcome.map(drop) {
            Err(Error::Snapshot { why }) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_it_is_sealed_for_is_pinned() {
        let (key, member) =
            (SnapshotKey::from_bytes(&[7; 32]), MemberId::from(SeekerId::from_bytes([8; 16])));
        let sealed = key.seal(member, b"form", &SystemRandom::new()).unwrap();
        let context = [
            &b"\x01\0\x11messages.snapshot\0\x11messages.snapshot\0\0\0\x11\x02"[..],
            &[8; 16],
            &[0, 0, 0, 1],
        ];
        let opened = cobblestone::open(&SealKey::from_bytes(&[7; 32]), &context.concat(), &sealed[1..]);
        assert_eq!((sealed[0], sealed.len()), (1, 1 + 256 + 72));
        assert_eq!(opened.unwrap()[..8], *b"\0\0\0\x04form");
    }

    #[test]
    fn it_opens_for_its_member_and_key_alone() {
        let rng = SystemRandom::new();
        let (key, other) = (SnapshotKey::generate(&rng).unwrap(), SnapshotKey::generate(&rng).unwrap());
        let member = MemberId::from(StaffId::from_bytes([8; 16]));
        let sealed = key.seal(member, b"form", &rng).unwrap();
        assert!(key.open(member, &sealed).is_ok());
        assert_eq!(why(other.open(member, &sealed)), Refusal::NotAuthentic);
        for someone in [StaffId::from_bytes([9; 16]).into(), SeekerId::from_bytes([8; 16]).into()] {
            assert_eq!(why(key.open(someone, &sealed)), Refusal::NotAuthentic);
        }
        for len in 1..sealed.len() {
            assert_eq!(why(key.open(member, &sealed[..len])), Refusal::NotAuthentic);
        }
        for at in 1..sealed.len() {
            let mut bad = sealed.clone();
            bad[at] ^= 1;
            assert_eq!(why(key.open(member, &bad)), Refusal::NotAuthentic);
        }
        for version in [0, 2, 255] {
            let bad = [&[version], &sealed[1..]].concat();
            assert_eq!(why(key.open(member, &bad)), Refusal::Version);
        }
        assert_eq!(why(key.open(member, b"")), Refusal::Malformed);
        assert_eq!(why(key.open(member, &vec![1; MAX_SNAPSHOT + 1])), Refusal::TooLarge);
    }

    #[test]
    fn a_key_is_never_printed() {
        assert_eq!(format!("{:?}", SnapshotKey::from_bytes(&[7; 32])), "SnapshotKey { .. }");
    }
}
