//! What is said, from one end to the other.

use crate::{
    failure::Failure,
    line::{Line, now},
    staff::OnDuty,
    timeline::{Timeline, Tone, millis},
};
use leeward_event::{ConversationId, SeekerId, StaffId};
use leeward_examples::script::{self, Speaker};
use leeward_messages::{Draft, MemberId};
use std::time::Duration;

/// A conversation that goes on.
pub(crate) struct Conversation {
    pub(crate) id: ConversationId,
    pub(crate) seeker: MemberId,
}

/// A seeker arrives, without an account, and is joined by a counsellor.
pub(crate) async fn open(
    line: &Line,
    timeline: &Timeline,
    counsellor: StaffId,
) -> Result<Conversation, Failure> {
    let timer = timeline.timer();
    let seeker = MemberId::from(SeekerId::generate(&line.rng)?);
    let id = line.conversations.open(seeker, now()).await?;
    timeline.event(Tone::Done, timer.elapsed(), "a seeker opens a conversation: no name, no account")?;
    let conversation = Conversation { id, seeker };
    conversation.add(line, counsellor, seeker).await?;
    Ok(conversation)
}

impl Conversation {
    /// Somebody joins the roster, in sight of everybody.
    pub(crate) async fn add(&self, line: &Line, staff: StaffId, by: MemberId) -> Result<(), Failure> {
        let member = MemberId::from(staff);
        line.conversations.key_package(member, now()).await?;
        line.conversations.add(self.id, by, member, now()).await?;
        line.conversations.join(self.id, member, now()).await?;
        Ok(())
    }

    /// Who can read along, as the seeker's own keys say.
    pub(crate) async fn roster(&self, line: &Line) -> Result<Vec<MemberId>, Failure> {
        let roster = line.conversations.roster(self.id, self.seeker, now()).await?;
        Ok(roster.members.into_iter().map(|entry| entry.member).collect())
    }

    /// Takes what waits for a member, without looking at it.
    pub(crate) async fn catch_up(
        &self,
        line: &Line,
        member: MemberId,
    ) -> Result<usize, leeward_messages::Error> {
        let mut messages = 0;
        while line.conversations.unread(self.id, member, now()).await? {
            messages += line.conversations.receive(self.id, member, now()).await?.len();
        }
        Ok(messages)
    }

    /// Sends one line as ciphertext through the store, and prints what the other end makes of it.
    pub(crate) async fn say(
        &self,
        line: &Line,
        timeline: &Timeline,
        staff: &OnDuty,
        said: &script::Line,
    ) -> Result<Duration, Failure> {
        let member = MemberId::from(staff.id());
        let (from, to, who) = match said.speaker {
            Speaker::Seeker => (self.seeker, member, "seeker"),
            Speaker::Counsellor => (member, self.seeker, staff.name()),
        };
        let timer = timeline.timer();
        line.conversations.send(self.id, from, &Draft::text(&said.text), now()).await?;
        let received = line.conversations.receive(self.id, to, now()).await?;
        let took = timer.elapsed();
        let [message] = received.as_slice() else {
            return Err(Failure::new(format!("{} messages arrived in place of one", received.len())));
        };
        if message.from != from || message.body.expose() != said.text.as_bytes() {
            return Err(Failure::new("a message arrived changed".into()));
        }
        let heard = String::from_utf8_lossy(message.body.expose());
        timeline.event(Tone::Said, took, format_args!("{who}: {heard}"))?;
        Ok(took)
    }
}

/// Plays a script between the seeker and a counsellor.
pub(crate) async fn play(
    line: &Line,
    timeline: &Timeline,
    conversation: &Conversation,
    counsellor: &OnDuty,
    script: &[script::Line],
) -> Result<(), Failure> {
    let mut took = Vec::with_capacity(script.len());
    for said in script {
        took.push(conversation.say(line, timeline, counsellor, said).await?);
    }
    took.sort_unstable();
    let typical = took.get(took.len() / 2).copied().unwrap_or_default();
    timeline.note(format_args!(
        "{} lines sent and read, each byte for byte the same; half of them took less than {}, stored durably \
         on the way",
        script.len(),
        millis(typical),
    ))
}
