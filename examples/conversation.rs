//! A conversation from the first message to the hand-over: who can read is shown at each step, and nobody
//! else can. The service, the seeker and each member of staff have a store of their own.
//!
//! `cargo run -p leeward-examples --example conversation`

use leeward_event::{Actor, Component, ConversationId, SeekerId, StaffId};
use leeward_messages::{
    Conversations, CredentialIssuer, Credentials, Delivery, Draft, EntryKind, Error, MemberId, ServiceKey,
    StaffCredentials, TimeToLive,
    transcript::{OpenedLine, TranscriptKey},
};
use leeward_store::{BoxError, Store, Timestamp};
use ring::rand::SystemRandom;

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
    let (rng, mut lines, service) = (SystemRandom::new(), Vec::new(), Service::new()?);
    let seeker = service.seeker(SeekerId::generate(&rng)?);
    let counsellor = service.staff(StaffId::generate(&rng)?)?;
    let supervisor = service.staff(StaffId::generate(&rng)?)?;
    let relief = service.staff(StaffId::generate(&rng)?)?;
    for staff in [&counsellor, &supervisor, &relief] {
        staff.client.key_package(staff.member, now()).await?; // once a shift, some for the day
    }

    // Whoever seeks help opens the conversation, and sees who comes in.
    let room = seeker.client.open(seeker.member, now()).await?;
    seeker.brings(room, &counsellor).await?;
    lines.push(format!("who can read: {}", seeker.roster(room).await?));
    let keys = [TranscriptKey::generate(&rng)?, TranscriptKey::generate(&rng)?]; // each into its owner's vault
    let [first_key, next_key] = &keys;
    counsellor.keeps(room, first_key).await?;
    let same = seeker.digits(room).await? == counsellor.digits(room).await?;
    lines.push(format!("the digits that two of them compare by telephone are the same: {same}"));

    seeker.says(room, Draft::text("is anyone there?")).await?;
    lines.push(format!("the counsellor reads: {}", counsellor.reads(room).await?));
    counsellor.says(room, Draft::text("I am. Take your time.")).await?;
    lines.push(format!("the seeker reads: {}", seeker.reads(room).await?));

    // A supervisor cannot listen unseen, and reads nothing of what was said before.
    counsellor.brings(room, &supervisor).await?;
    seeker.reads(room).await?;
    lines.push(format!("who can read: {}", seeker.roster(room).await?));
    lines.push(format!("the supervisor finds {} messages", supervisor.waiting(room).await?));

    // The shift ends: the next counsellor comes in, the first one leaves.
    supervisor.brings(room, &relief).await?;
    relief.keeps(room, next_key).await?;
    supervisor.client.remove(room, supervisor.member, counsellor.member, now()).await?;
    for member in [&seeker, &relief] {
        member.reads(room).await?;
    }
    lines.push(format!("who can read: {}", seeker.roster(room).await?));
    let address = Draft::text("I am at my sister's, 4 Mill Lane").disappearing(an_hour()?);
    seeker.says(room, address).await?;
    lines.push(format!("the next counsellor reads: {}", relief.reads(room).await?));
    let read = counsellor.reads(room).await?;
    lines.push(format!(
        "the first counsellor reads: {:?}, and then: {}",
        read,
        told(counsellor.reads(room).await)
    ));

    // An hour later nothing is left of the address at the service.
    let later = now().checked_add(jiff::SignedDuration::from_mins(61))?;
    service.delivery.prune(room, later).await?;
    lines.push(format!(
        "left of the address at the service: {}",
        service.last(room, &supervisor, later).await?
    ));
    service.delivery.transcripts().purge(later).await?;
    lines.push(format!("in the clinical record: {}", service.record(room, &keys, later).await?));
    Ok(lines)
}

/// The service: it stores and orders what it cannot read, and signs the credentials of its staff.
struct Service {
    delivery: Delivery,
    seed: [u8; 32],
}

impl Service {
    fn new() -> Result<Self, Error> {
        let mut seed = [0; 32]; // kept like any other key of the service
        ring::rand::SecureRandom::fill(&SystemRandom::new(), &mut seed).map_err(|_| Error::Random)?;
        Ok(Self { delivery: Delivery::new(&Store::memory().assume_sealed()), seed })
    }

    fn staff(&self, id: StaffId) -> Result<Person, Error> {
        Ok(self.person(id.into(), ServiceKey::from_seed(&self.seed)?.into()))
    }

    fn seeker(&self, id: SeekerId) -> Person {
        let keys = ServiceKey::from_seed(&self.seed).map(|key| key.public_key());
        self.person(id.into(), Credentials::new(StaffCredentials::signed_by(keys), NoStaff))
    }

    /// Somebody with a device: the store is the device's own.
    fn person(&self, member: MemberId, credentials: Credentials) -> Person {
        let device = Store::memory().assume_sealed();
        Person { member, client: Conversations::over(&device, self.delivery.clone(), credentials) }
    }

    /// The service shows that no message is missing; who has the keys shows what was said.
    async fn record(
        &self,
        room: ConversationId,
        keys: &[TranscriptKey],
        at: Timestamp,
    ) -> Result<String, BoxError> {
        let by = Actor::Component(Component::Application);
        let (transcript, head) = self.delivery.transcripts().export(room, by, at).await?;
        let opened = transcript.open(keys, &head)?; // write_json_lines hands it on
        let said = opened.lines().iter().map(|line| match line {
            OpenedLine::Said(said) => str::from_utf8(said.body.expose()).map(|text| format!("\"{text}\"")),
            OpenedLine::Ended => Ok("one that disappeared".to_owned()),
            _ => Ok("one without a record".to_owned()),
        });
        Ok(said.collect::<Result<Vec<_>, _>>()?.join(", "))
    }

    /// What is delivered of the last entry that a member has not acknowledged.
    async fn last(&self, room: ConversationId, to: &Person, at: Timestamp) -> Result<&'static str, Error> {
        use leeward_messages::DeliveryService;
        let from = self.delivery.position(room, to.member).await?.acknowledged;
        let entries = self.delivery.fetch(room, to.member, from, 100, at).await?;
        Ok(match entries.last() {
            Some(entry) if entry.kind == EntryKind::Tombstone && entry.message.is_empty() => "its place",
            Some(_) => "its ciphertext",
            None => "nothing",
        })
    }
}

/// On a seeker's device nobody of the staff is hosted.
struct NoStaff;

impl CredentialIssuer for NoStaff {
    fn issue(&self, _: StaffId, _: &[u8], _: Timestamp) -> Result<Vec<u8>, Error> {
        Err(Error::Credential)
    }
}

struct Person {
    member: MemberId,
    client: Conversations,
}

impl Person {
    async fn brings(&self, room: ConversationId, other: &Self) -> Result<(), Error> {
        self.client.add(room, self.member, other.member, now()).await?;
        other.client.join(room, other.member, now()).await
    }

    async fn says(&self, room: ConversationId, draft: Draft) -> Result<u64, Error> {
        self.client.send(room, self.member, &draft, now()).await
    }

    async fn reads(&self, room: ConversationId) -> Result<String, Error> {
        let received = self.client.receive(room, self.member, now()).await?;
        let texts =
            received.iter().map(|message| String::from_utf8_lossy(message.body.expose()).into_owned());
        Ok(texts.collect::<Vec<_>>().join(" / "))
    }

    /// From now on the service gets a record of each message, which it cannot read.
    async fn keeps(&self, room: ConversationId, key: &TranscriptKey) -> Result<(), BoxError> {
        let MemberId::Staff(staff) = self.member else { return Err("no seeker keeps a transcript".into()) };
        Ok(self.client.keep_transcript(room, staff, key).await?)
    }

    async fn waiting(&self, room: ConversationId) -> Result<usize, Error> {
        Ok(self.client.receive(room, self.member, now()).await?.len())
    }

    /// In aliases, as it is shown to everybody.
    async fn roster(&self, room: ConversationId) -> Result<String, Error> {
        let roster = self.client.roster(room, self.member, now()).await?;
        Ok(roster.members.iter().map(|member| member.alias()).collect::<Vec<_>>().join(", "))
    }

    async fn digits(&self, room: ConversationId) -> Result<String, Error> {
        Ok(self.client.roster(room, self.member, now()).await?.verification.to_string())
    }
}

fn told(result: Result<String, Error>) -> String {
    result.unwrap_or_else(|error| error.to_string())
}

fn an_hour() -> Result<TimeToLive, BoxError> {
    TimeToLive::hours(1).ok_or_else(|| "an hour is too long".into())
}

#[expect(clippy::disallowed_methods, reason = "a program has a clock")]
fn now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_is_pinned() -> Result<(), BoxError> {
        let expected = [
            "who can read: seeker 1, staff 2",
            "the digits that two of them compare by telephone are the same: true",
            "the counsellor reads: is anyone there?",
            "the seeker reads: I am. Take your time.",
            "who can read: seeker 1, staff 2, staff 3",
            "the supervisor finds 0 messages",
            "who can read: seeker 1, staff 3, staff 4",
            "the next counsellor reads: I am at my sister's, 4 Mill Lane",
            "the first counsellor reads: \"\", and then: not a member of this conversation",
            "left of the address at the service: its place",
            "in the clinical record: \"is anyone there?\", \"I am. Take your time.\", one that disappeared",
        ];
        assert_eq!(pollster::block_on(story())?, expected);
        Ok(())
    }
}
