//! One conversation is opened by two trustees, for a supervisor who gives a reason, and by nobody else; all of it
//! is in the log. Escrow knows nothing of messages: a key of 32 bytes is handed over, and comes back.
//!
//! ```text
//! cargo run -p leeward-examples --example break_glass
//! ```

use leeward_audit::{AuditLog, Query, Reader, verify_dir};
use leeward_escrow::{
    Asked, EscrowError, EscrowId, Escrows, OfficerKey, OpeningReason, OpeningRequest, Scope, SealedSet,
    Secret, Terms, Trustee, TrusteeKey,
};
use leeward_event::{Actor, Component, ConversationId, Purpose, SeekerId, StaffId, Subject};
use leeward_messages::{Conversations, Draft, MemberId, ServiceKey, transcript::TranscriptKey};
use leeward_store::{Store, Timestamp};
use ring::rand::SystemRandom;
use std::{
    error::Error,
    io::{self, Write},
    time::Duration,
};

type Done<T> = Result<T, Box<dyn Error>>;

/// Somebody who holds shares. In a service the key is on their own machine, and nowhere else.
struct Person {
    name: &'static str,
    staff: StaffId,
    key: TrusteeKey,
}

/// The service: what it keeps, and what it knows of the people.
struct Service {
    store: Store,
    escrows: Escrows,
    conversations: Conversations,
    trustees: Vec<Person>,
    supervisor: StaffId,
    rng: SystemRandom,
}

fn main() -> Done<()> {
    pollster::block_on(run(&mut io::stdout().lock(), clock()))
}

async fn run(out: &mut impl Write, now: Timestamp) -> Done<()> {
    let service = Service::open(now).await?;
    let (seeker, counsellor) = (SeekerId::generate(&service.rng)?, StaffId::generate(&service.rng)?);
    let conversation = service.begin(seeker.into(), counsellor, now).await?;

    // On the counsellor's side: the key of this transcript, into escrow before the first record is made under it.
    let key = TranscriptKey::generate(&service.rng)?;
    let escrow = service.put_in_escrow(conversation, &key, now).await?;
    service.conversations.keep_transcript(conversation, counsellor, &key).await?;
    drop(key);
    service.hear(conversation, seeker.into(), counsellor.into(), "I have his pills here", now).await?;
    writeln!(out, "a transcript key is in escrow: 2 of 3 trustees open it")?;

    // A supervisor has reason to fear for somebody's life. The key is made for this request alone.
    let officer_key = OfficerKey::generate(&service.rng)?;
    let request = service.ask(escrow, &officer_key, now).await?;
    writeln!(out, "a supervisor asks: {}, the transcript", request.reason.event_reason().words())?;
    service.decide(&request, 0, out, now).await?;
    match service.escrows.release(request.id, service.supervisor, now).await {
        Err(EscrowError::Waiting { missing }) => writeln!(out, "one is not enough: {missing} more")?,
        other => return Err(format!("released too early: {other:?}").into()),
    }
    service.decide(&request, 1, out, now).await?;

    // On the supervisor's machine: the shares become the key, and the key opens what the service exports.
    let released = service.escrows.release(request.id, service.supervisor, now).await?;
    let key = released.open(officer_key)?;
    let key = TranscriptKey::from_bytes(key.expose().try_into()?);
    service.show_transcript(conversation, key, out, now).await?;
    match service.escrows.release(request.id, service.supervisor, now).await {
        Err(error @ EscrowError::Used) => writeln!(out, "once more: {error}")?,
        other => return Err(format!("released twice: {other:?}").into()),
    }

    // Another request meets a refusal, which ends it.
    let second = service.ask(escrow, &OfficerKey::generate(&service.rng)?, now).await?;
    service.refuse(&second, 2, out, now).await?;
    match service.escrows.release(second.id, service.supervisor, now).await {
        Err(EscrowError::Refused { .. }) => writeln!(out, "the second request is over")?,
        other => return Err(format!("released in spite of a refusal: {other:?}").into()),
    }
    service.show_log(conversation, out, now).await
}

impl Service {
    async fn open(now: Timestamp) -> Done<Self> {
        let rng = SystemRandom::new();
        // In a service: leeward-sqlite or leeward-postgres, sealed by leeward-vault.
        let store = Store::memory().assume_sealed();
        let escrows = Escrows::new(&store);
        let mut trustees = Vec::new();
        for name in ["Dana", "Emil", "Farah"] {
            let (staff, key) = (StaffId::generate(&rng)?, TrusteeKey::generate(&rng)?);
            escrows.enrol(&Trustee::new(staff, key.public()?), by(), now).await?;
            trustees.push(Person { name, staff, key });
        }
        // In a service: 32 random bytes of its own.
        let conversations = Conversations::new(&store, ServiceKey::from_seed(&[7; 32])?);
        Ok(Self { supervisor: StaffId::generate(&rng)?, store, escrows, conversations, trustees, rng })
    }

    async fn begin(&self, seeker: MemberId, counsellor: StaffId, now: Timestamp) -> Done<ConversationId> {
        let (client, counsellor) = (&self.conversations, counsellor.into());
        client.key_package(counsellor, now).await?;
        let conversation = client.open(seeker, now).await?;
        client.add(conversation, seeker, counsellor, now).await?;
        client.join(conversation, counsellor, now).await?;
        Ok(conversation)
    }

    async fn hear(
        &self,
        conversation: ConversationId,
        from: MemberId,
        by: MemberId,
        text: &str,
        now: Timestamp,
    ) -> Done<()> {
        self.conversations.send(conversation, from, &Draft::text(text), now).await?;
        self.conversations.receive(conversation, by, now).await?;
        Ok(())
    }

    async fn show_transcript(
        &self,
        conversation: ConversationId,
        key: TranscriptKey,
        out: &mut impl Write,
        now: Timestamp,
    ) -> Done<()> {
        let transcripts = self.conversations.delivery().transcripts();
        let officer = Actor::Staff(self.supervisor);
        let (transcript, head) = transcripts.export(conversation, officer, now).await?;
        for said in transcript.open(&[key], &head)?.said() {
            writeln!(
                out,
                "message {} of {}: {}",
                said.seq,
                head.count(),
                str::from_utf8(said.body.expose())?
            )?;
        }
        Ok(())
    }

    async fn put_in_escrow(
        &self,
        conversation: ConversationId,
        key: &TranscriptKey,
        now: Timestamp,
    ) -> Done<EscrowId> {
        let mut trustees = Vec::new();
        for person in &self.trustees {
            trustees.push(self.escrows.trustee(person.staff).await?);
        }
        let subject = Subject::Conversation(conversation);
        let terms = Terms { subject, purpose: "transcript".to_owned(), policy_version: 1, threshold: 2 };
        let secret = Secret::from_bytes(key.expose_key_bytes())?;
        let set = SealedSet::seal(&secret, &terms, &trustees, &self.rng)?;
        Ok(self.escrows.deposit(&set, by(), now).await?)
    }

    async fn ask(&self, escrow: EscrowId, key: &OfficerKey, now: Timestamp) -> Done<OpeningRequest> {
        let asked = Asked {
            escrow,
            officer: self.supervisor,
            officer_key: key.public()?,
            reason: OpeningReason::EmergencyTreatment,
            scope: Scope::Whole,
            expires_at: now + Duration::from_secs(4 * 60 * 60),
        };
        Ok(self.escrows.request(asked, now).await?)
    }

    /// On the trustee's machine, but for the two calls of the service.
    async fn decide(
        &self,
        request: &OpeningRequest,
        trustee: usize,
        out: &mut impl Write,
        now: Timestamp,
    ) -> Done<()> {
        let person = self.trustees.get(trustee).ok_or("no such trustee")?;
        let invitation = self.escrows.invitation(request.id, person.staff, now).await?;
        let consent = invitation.open_share(&person.key)?.consent(&self.rng)?;
        self.escrows.consent(request.id, consent, now).await?;
        Ok(writeln!(out, "{} consents", person.name)?)
    }

    async fn refuse(
        &self,
        request: &OpeningRequest,
        trustee: usize,
        out: &mut impl Write,
        now: Timestamp,
    ) -> Done<()> {
        let person = self.trustees.get(trustee).ok_or("no such trustee")?;
        self.escrows.refuse(request.id, person.staff, now).await?;
        Ok(writeln!(out, "{} refuses", person.name)?)
    }

    async fn show_log(&self, conversation: ConversationId, out: &mut impl Write, now: Timestamp) -> Done<()> {
        let place = tempfile::tempdir()?;
        let dir = place.path().join("audit");
        let log = AuditLog::open(&self.store, &dir, "example.org/audit").await?;
        log.drain(now).await?;
        log.publish(now).await?;
        log.index().await?;
        let about = Query::new().about(Subject::Conversation(conversation));
        let reader = Reader::new(by(), Purpose::Compliance);
        writeln!(out, "the log says of this conversation:")?;
        for event in log.query(&about, &reader, now).await?.entries.iter().filter_map(|logged| logged.event) {
            writeln!(out, "  {}: {}", self.name(event.who()), event.what().words())?;
        }
        let verified = verify_dir(&dir, log.vkey())?;
        Ok(writeln!(out, "verified: {} entries", verified.size)?)
    }

    fn name(&self, actor: Actor) -> &'static str {
        let is = |person: &&Person| actor == Actor::Staff(person.staff);
        match self.trustees.iter().find(is) {
            Some(person) => person.name,
            None if actor == Actor::Staff(self.supervisor) => "the supervisor",
            None if matches!(actor, Actor::Seeker(_)) => "the seeker",
            None => "the service",
        }
    }
}

const fn by() -> Actor {
    Actor::Component(Component::Application)
}

#[expect(clippy::disallowed_methods, reason = "a program reads the clock, and tells it to every crate")]
fn clock() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "\
a transcript key is in escrow: 2 of 3 trustees open it
a supervisor asks: emergency treatment, the transcript
Dana consents
one is not enough: 1 more
Emil consents
message 1 of 1: I have his pills here
once more: the request was used before: make another
Farah refuses
the second request is over
the log says of this conversation:
  the seeker: conversation opened
  the service: secret put in escrow
  the supervisor: opening from escrow asked for
  Dana: opening from escrow consented to
  Emil: opening from escrow consented to
  the supervisor: opened from escrow
  the supervisor: transcript exported
  the supervisor: opening from escrow asked for
  Farah: opening from escrow refused
verified: 14 entries
";

    #[test]
    fn what_it_says_is_pinned() {
        let mut out = Vec::new();
        pollster::block_on(run(&mut out, clock())).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), SAID);
    }
}
