//! A call within a conversation: the key of its frames (SFrame, RFC 9605) from MLS, and the fingerprint of
//! the media connection through a message.
//!
//! `cargo run -p leeward-examples --example media_keys`

use leeward_event::{SeekerId, StaffId};
use leeward_messages::{Conversations, DtlsFingerprint, MemberId, ServiceKey, SframeBaseKey, SframeSuite};
use leeward_store::{BoxError, Store, Timestamp};
use ring::rand::SystemRandom;
use sframe::{
    CipherSuite,
    frame::{MediaFrame, MonotonicCounter},
    key::{DecryptionKey, EncryptionKey},
    mls::{MlsKeyId, MlsKeyIdBitRange},
};

const SUITE: SframeSuite = SframeSuite::Aes256Gcm;

fn main() -> Result<(), BoxError> {
    for line in pollster::block_on(story())? {
        #[expect(clippy::print_stdout, reason = "what the program is for")]
        {
            println!("{line}");
        }
    }
    Ok(())
}

/// What the program prints.
async fn story() -> Result<Vec<String>, BoxError> {
    let (rng, mut lines) = (SystemRandom::new(), Vec::new());
    let key = ServiceKey::from_seed(&[7; 32])?; // 32 random bytes, kept by the service
    let conversations = Conversations::new(&Store::memory().assume_sealed(), key);
    let seeker = MemberId::from(SeekerId::generate(&rng)?);
    let counsellor = MemberId::from(StaffId::generate(&rng)?);
    let room = conversations.open(seeker, now()).await?;
    conversations.key_package(counsellor, now()).await?;
    conversations.add(room, seeker, counsellor, now()).await?;
    conversations.join(room, counsellor, now()).await?;

    // Both sides derive the same key; whoever relays the frames has none.
    let sent = conversations.sframe_base_key(room, seeker, SUITE).await?;
    let received = conversations.sframe_base_key(room, counsellor, SUITE).await?;
    let heard = one_frame(&sent, &received)?;
    lines.push(format!("a frame of the call arrives: {heard}"));

    // Who leaves has no key of what follows.
    conversations.remove(room, seeker, counsellor, now()).await?;
    let later = conversations.sframe_base_key(room, seeker, SUITE).await?;
    lines.push(format!(
        "after a change of the roster the key is another: {}",
        later.expose() != sent.expose()
    ));

    // Without a relay in between, DTLS-SRTP is end to end if each side knows the other's certificate.
    let announced = DtlsFingerprint::of_certificate(b"the certificate of the seeker's browser");
    lines.push(format!(
        "its own certificate fits: {}",
        announced.matches(b"the certificate of the seeker's browser")
    ));
    lines.push(format!("that of a server in between does not: {}", !announced.matches(b"another")));
    Ok(lines)
}

/// Encrypts one frame with one member's key, and decrypts it with another's.
fn one_frame(sent: &SframeBaseKey, received: &SframeBaseKey) -> Result<String, BoxError> {
    let suite = CipherSuite::AesGcm256Sha512;
    // Of the sender's leaf: each has frames, and so keys, of its own. It travels in clear with each frame.
    let bits = MlsKeyIdBitRange::try_new(16, 7)?;
    // The first number tells calls of one epoch apart: each begins to count its frames anew.
    let sender = MlsKeyId::try_new(0_u64, sent.epoch(), sent.leaf(), bits)?;
    let encryption = EncryptionKey::derive_from(suite, sender, sent.expose())?;
    let decryption = DecryptionKey::derive_from(suite, sender, received.expose())?;
    let mut counter = MonotonicCounter::default();
    let frame = MediaFrame::try_new(&mut counter, b"a voice")?.encrypt(&encryption)?;
    let frame = frame.decrypt(&decryption)?;
    Ok(String::from_utf8_lossy(frame.payload()).into_owned())
}

#[expect(clippy::disallowed_methods, reason = "the engine compares key packages with the system's clock")]
fn now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_is_pinned() -> Result<(), BoxError> {
        let expected = [
            "a frame of the call arrives: a voice",
            "after a change of the roster the key is another: true",
            "its own certificate fits: true",
            "that of a server in between does not: true",
        ];
        assert_eq!(pollster::block_on(story())?, expected);
        Ok(())
    }
}
