//! A message is reported: what the service learns, what it can believe, and what it refuses to.
//!
//! `cargo run -p leeward-examples --example abuse_report`

use leeward_event::{ConversationId, SeekerId, StaffId};
use leeward_messages::{
    AbuseReport, Draft, Error, MemberId, VerifiedReport,
    content::{Aad, Content},
    franking::{HubKeys, Stamp},
};
use leeward_store::Timestamp;
use ring::rand::SystemRandom;

fn main() -> Result<(), Error> {
    for line in story()? {
        #[expect(clippy::print_stdout, reason = "what the program is for")]
        {
            println!("{line}");
        }
    }
    Ok(())
}

/// What the program prints.
fn story() -> Result<Vec<String>, Error> {
    let (rng, mut lines) = (SystemRandom::new(), Vec::new());
    let conversation = ConversationId::from_bytes([7; 16]);
    let peer = MemberId::from(SeekerId::from_bytes([1; 16]));
    let counsellor = MemberId::from(StaffId::from_bytes([2; 16]));
    let mut hub = HubKeys::generate(&rng)?;

    // The sender's client. MLS encrypts the data and authenticates the tag beside them.
    let draft = Draft::text("I know where you live");
    let message = Content::seal(peer, conversation, &draft, at(90), &rng)?;

    // The service sees the tag alone, and whom it authenticated.
    let seen = Aad::decode(&message.aad()).map_err(|why| Error::Report { why })?;
    let stamp = hub.stamp(&seen.tag, peer, conversation, at(100))?.encode();
    lines.push(format!("the service sees a tag of {} bytes, and stamps it", seen.tag.as_bytes().len()));

    // A recipient's client, once MLS has decrypted the message and named its sender.
    let report = receive(&hub, &stamp, message.expose_data(), &message.aad(), peer, conversation)?;
    lines.push("a recipient checks the stamp, and could report the message".to_owned());

    // A month later the key was changed, and the message is reported.
    hub.rotate(at(2_600_000), &rng)?;
    let decoded = AbuseReport::decode(&report).map_err(|why| Error::Report { why })?;
    lines.push(moderator(&hub.verify(&decoded)?));

    // Words put into the counsellor's mouth carry no stamp that fits.
    let forged = Content::seal(counsellor, conversation, &draft, at(90), &rng)?;
    let stamp = Stamp::decode(&stamp).map_err(|why| Error::Report { why })?;
    let refused = hub.verify(&AbuseReport::new(&stamp, forged.expose_data()));
    lines.push(format!("a report of what was never said: {}", told(refused)));
    Ok(lines)
}

/// What a recipient keeps of a message that it may want to report.
fn receive(
    hub: &HubKeys,
    stamp: &[u8],
    data: &[u8],
    aad: &[u8],
    from: MemberId,
    conversation: ConversationId,
) -> Result<Vec<u8>, Error> {
    let refused = |why| Error::Report { why };
    Content::open(data, aad, from, conversation).map_err(refused)?;
    let stamp = Stamp::decode(stamp).map_err(refused)?;
    // Public keys, which the client got from the service beforehand.
    hub.agents().check(&stamp, from, conversation).map_err(refused)?;
    Ok(AbuseReport::new(&stamp, data).encode().to_vec())
}

/// A moderator's screen: it takes nothing that was not verified.
fn moderator(report: &VerifiedReport) -> String {
    let who = match report.sender() {
        MemberId::Seeker(_) => "a seeker",
        MemberId::Staff(_) => "a member of staff",
    };
    let text = String::from_utf8_lossy(report.body().expose()).into_owned();
    format!("verified: {who} wrote \"{text}\" at {}", report.accepted_at())
}

fn told(result: Result<VerifiedReport, Error>) -> String {
    match result {
        Ok(report) => moderator(&report),
        Err(error) => error.to_string(),
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_is_pinned() -> Result<(), Error> {
        let expected = [
            "the service sees a tag of 32 bytes, and stamps it",
            "a recipient checks the stamp, and could report the message",
            "verified: a seeker wrote \"I know where you live\" at 1970-01-01T00:01:40Z",
            "a report of what was never said: the report was refused",
        ];
        assert_eq!(story()?, expected);
        Ok(())
    }
}
