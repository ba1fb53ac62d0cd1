//! What staff write about a conversation, and who may read it.

use crate::{
    conversation::Conversation,
    failure::Failure,
    line::{Line, now},
    staff::OnDuty,
    timeline::{Timeline, Tone},
};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{Action, ConversationId, Event, Subject};
use leeward_policy::{
    Access, AccessRequest, Conditional, Decision, Disclosure, Emergency, OverrideReason, Permit, Purpose,
    ReadCaseNote, Redeemed, Statement, Verdict, WriteCaseNote,
};
use leeward_store::{Batch, Expect, Space};

/// One note for each conversation, sealed under the conversation's key and erased with it.
const CASE_NOTE: Space = Space::sealed_for("crisis-line.case-note", 0);

const NOTE: &str = "Has not slept for three days, is at home and safe, wants to talk again tomorrow evening.";

/// The supervisor writes a note; a colleague who is not assigned is refused, and breaks the glass.
pub(crate) async fn case_note(
    line: &Line,
    timeline: &Timeline,
    conversation: &Conversation,
    author: &OnDuty,
    colleague: &OnDuty,
) -> Result<(), Failure> {
    timeline.part("The case note")?;
    let timer = timeline.timer();
    let request =
        AccessRequest::<WriteCaseNote>::new(author.requester(), conversation.id, Purpose::Treatment);
    match line.policies.decide(&request, now()).await {
        Decision::Permit(conditional) => write(line, discharge(timeline, conditional)?, now()).await?,
        Decision::Deny(denial) => return Err(Failure::new(format!("the author was refused: {denial}"))),
    }
    timeline.event(
        Tone::Done,
        timer.elapsed(),
        "the supervisor writes it: sealed, with its event, in one batch",
    )?;
    refused_without_assignment(line, timeline, conversation, colleague).await?;
    break_glass(line, timeline, conversation, colleague).await?;
    review(line, timeline, author, colleague).await
}

async fn refused_without_assignment(
    line: &Line,
    timeline: &Timeline,
    conversation: &Conversation,
    colleague: &OnDuty,
) -> Result<(), Failure> {
    let timer = timeline.timer();
    let request =
        AccessRequest::<ReadCaseNote>::new(colleague.requester(), conversation.id, Purpose::Treatment);
    match line.policies.decide(&request, now()).await {
        Decision::Permit(_) => Err(Failure::new("somebody unassigned was let in".into())),
        Decision::Deny(denial) => {
            let told = format_args!("the colleague is not assigned: {denial}");
            timeline.event(Tone::Refused, timer.elapsed(), told)
        }
    }
}

async fn break_glass(
    line: &Line,
    timeline: &Timeline,
    conversation: &Conversation,
    colleague: &OnDuty,
) -> Result<(), Failure> {
    let timer = timeline.timer();
    let (why, until) = (emergency()?, now() + SignedDuration::from_mins(30));
    let opened =
        line.policies.open_break_glass(colleague.requester(), conversation.id, &why, until, now()).await?;
    timeline.event(
        Tone::Done,
        timer.elapsed(),
        format_args!("the colleague breaks the glass (break-glass): emergency treatment, until {until:.0}"),
    )?;
    for duty in &opened.obligations {
        timeline.note(format_args!("it obliges: {duty}"))?;
    }
    let timer = timeline.timer();
    let request =
        AccessRequest::<ReadCaseNote>::new(colleague.requester(), conversation.id, Purpose::BreakTheGlass);
    let Decision::Permit(conditional) = line.policies.decide(&request, now()).await else {
        return Err(Failure::new("break-glass did not open the note".into()));
    };
    let permit = discharge(timeline, conditional)?;
    let note = read(line, permit, now()).await?;
    if note != NOTE {
        return Err(Failure::new("the note came back changed".into()));
    }
    timeline.event(Tone::Done, timer.elapsed(), "the colleague reads it, and the log says so")
}

/// What has to be written down at once.
fn emergency() -> Result<Emergency, Failure> {
    Ok(Emergency {
        reason: OverrideReason::EmergencyTreatment,
        nature: Statement::new("an ambulance is on its way and asks what is known")?,
        recipient: Statement::new("the paramedic on the telephone")?,
        affiliation: Statement::new("the ambulance service")?,
        discloser: Statement::new("the colleague")?,
        disclosure: Disclosure::ToPerson,
    })
}

/// Until somebody else has looked at it, the colleague breaks no glass again.
async fn review(
    line: &Line,
    timeline: &Timeline,
    reviewer: &OnDuty,
    colleague: &OnDuty,
) -> Result<(), Failure> {
    let timer = timeline.timer();
    let grant = line.policies.break_glass_of(colleague.id()).await?;
    let grant = grant.ok_or_else(|| Failure::new("there is nothing to review".into()))?;
    let note = Statement::new("there was an ambulance")?;
    let asks = reviewer.requester();
    line.policies.review_break_glass(asks, &grant, Verdict::Justified, &note, now()).await?;
    timeline.event(Tone::Done, timer.elapsed(), "the supervisor reviews it: it was justified")
}

/// Meets what a permit asks for: a service would page the supervisor here.
fn discharge<A: Access>(timeline: &Timeline, conditional: Conditional<A>) -> Result<Permit<A>, Failure> {
    conditional.discharge(|duty| timeline.note(format_args!("it obliges: {duty}")))
}

/// There is no way to the note but with a permit.
async fn read(line: &Line, permit: Permit<ReadCaseNote>, now: Timestamp) -> Result<String, Failure> {
    let redeemed = permit.redeem(now)?;
    let conversation = redeemed.target;
    let entry = line.store.get(&CASE_NOTE.key(&[conversation.as_bytes()])?).await?;
    let entry = entry.ok_or_else(|| Failure::new("there is no note".into()))?;
    let mut batch = Batch::new();
    event(Action::RecordRead, &redeemed, now).stage(&mut batch, &line.rng)?;
    line.store.commit(batch).await?;
    String::from_utf8(entry.value.as_bytes().to_vec()).map_err(Failure::from)
}

async fn write(line: &Line, permit: Permit<WriteCaseNote>, now: Timestamp) -> Result<(), Failure> {
    let redeemed = permit.redeem(now)?;
    let conversation = redeemed.target;
    let mut batch = Batch::new();
    batch.put(CASE_NOTE.key(&[conversation.as_bytes()])?, Expect::Absent, NOTE.as_bytes());
    event(Action::RecordWritten, &redeemed, now).stage(&mut batch, &line.rng)?;
    line.store.commit(batch).await?;
    Ok(())
}

/// What was done with a permit, tied to the decision that gave it.
fn event(action: Action, redeemed: &Redeemed<ConversationId>, now: Timestamp) -> Event {
    let actor = redeemed.requester.actor();
    let event = Event::new(action, actor, now).about(Subject::Conversation(redeemed.target));
    match redeemed.correlation {
        Some(correlation) => event.correlation(correlation),
        None => event,
    }
}
