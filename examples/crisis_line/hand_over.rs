//! A conversation passes to somebody else, in sight of everyone in it.

use crate::{
    conversation::Conversation,
    failure::Failure,
    line::{Line, now},
    staff::OnDuty,
    timeline::{Timeline, Tone},
};
use leeward_examples::script::{Line as Said, Speaker};
use leeward_messages::MemberId;

/// The supervisor joins, the counsellor leaves, and the conversation goes on without them.
pub(crate) async fn hand_over(
    line: &Line,
    timeline: &Timeline,
    conversation: &Conversation,
    counsellor: &OnDuty,
    supervisor: &OnDuty,
) -> Result<(), Failure> {
    timeline.part("Hand-over")?;
    let (leaves, stays) = (MemberId::from(counsellor.id()), MemberId::from(supervisor.id()));

    let timer = timeline.timer();
    line.policies
        .assign(supervisor.id(), conversation.id, leeward_policy::By::ServiceUnchecked, now())
        .await?;
    conversation.add(line, supervisor.id(), leaves).await?;
    conversation.catch_up(line, conversation.seeker).await?;
    timeline.event(Tone::Done, timer.elapsed(), "the supervisor joins")?;
    tell_roster(line, timeline, conversation, counsellor, supervisor).await?;

    let timer = timeline.timer();
    line.conversations.remove(conversation.id, stays, leaves, now()).await?;
    conversation.catch_up(line, conversation.seeker).await?;
    line.policies.unassign(counsellor.id(), conversation.id, supervisor.requester(), now()).await?;
    timeline.event(Tone::Done, timer.elapsed(), "the counsellor leaves")?;
    tell_roster(line, timeline, conversation, counsellor, supervisor).await?;

    for (speaker, text) in [
        (Speaker::Counsellor, "I have taken over from my colleague, who told me what matters. I'm here."),
        (Speaker::Seeker, "ok. thank you both"),
    ] {
        let said = Said { speaker, text: text.into() };
        conversation.say(line, timeline, supervisor, &said).await?;
    }
    read_after_leaving(line, timeline, conversation, leaves).await
}

async fn tell_roster(
    line: &Line,
    timeline: &Timeline,
    conversation: &Conversation,
    counsellor: &OnDuty,
    supervisor: &OnDuty,
) -> Result<(), Failure> {
    let name = |member: &MemberId| match member {
        MemberId::Seeker(_) => "seeker",
        MemberId::Staff(id) if *id == counsellor.id() => counsellor.name(),
        MemberId::Staff(id) if *id == supervisor.id() => supervisor.name(),
        MemberId::Staff(_) => "somebody else",
    };
    let roster = conversation.roster(line).await?;
    let names: Vec<_> = roster.iter().map(name).collect();
    timeline.note(format_args!("roster, as the seeker's own keys show it: {}", names.join(", ")))
}

/// Tries to read on with the keys of somebody who left.
async fn read_after_leaving(
    line: &Line,
    timeline: &Timeline,
    conversation: &Conversation,
    left: MemberId,
) -> Result<(), Failure> {
    let timer = timeline.timer();
    match conversation.catch_up(line, left).await {
        Err(leeward_messages::Error::NotAMember) | Ok(0) => {}
        Ok(read) => return Err(Failure::new(format!("the counsellor read {read} messages after leaving"))),
        Err(error) => return Err(error.into()),
    }
    timeline.event(Tone::Refused, timer.elapsed(), "the counsellor, who left, can read nothing of that")
}
