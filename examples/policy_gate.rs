//! A record that only a permit opens: a denial and all of why, broken glass, a review, and what the person
//! concerned may know of it.
//!
//! `cargo run -p leeward-examples --example policy_gate`
#![allow(clippy::print_stdout, reason = "it is a program for the terminal")]

use jiff::{SignedDuration, Timestamp};
use leeward_event::{ConversationId, StaffId, assurance::Aal};
use leeward_policy::{
    AccessRequest, By, Decision, Disclosure, Emergency, OverrideReason, Permit, Policies, PolicyError,
    PolicySet, Purpose, ReadCaseNote, Requester, Role, Statement, Verdict,
};
use leeward_store::Store;
use pollster::block_on;

const COUNSELLOR: StaffId = StaffId::from_bytes([1; 16]);
const SUPERVISOR: StaffId = StaffId::from_bytes([2; 16]);
const CONVERSATION: ConversationId = ConversationId::from_bytes([3; 16]);

/// The notes of a service. There is no way to one past a permit.
struct CaseNotes;

impl CaseNotes {
    fn read(&self, permit: Permit<ReadCaseNote>, now: Timestamp) -> Result<&'static str, PolicyError> {
        let redeemed = permit.redeem(now)?;
        if redeemed.target == CONVERSATION { Ok("Is at home and safe.") } else { Ok("There is no note.") }
    }
}

fn main() -> Result<(), PolicyError> {
    for line in block_on(walk())? {
        println!("{line}");
    }
    Ok(())
}

async fn walk() -> Result<Vec<String>, PolicyError> {
    let now = Timestamp::UNIX_EPOCH;
    let store = Store::memory().assume_sealed();
    let policies = Policies::new(&store, PolicySet::default_policy());
    for (staff, role) in [(COUNSELLOR, Role::Counsellor), (SUPERVISOR, Role::Supervisor)] {
        policies.grant_role(staff, role, By::ServiceUnchecked, now).await?;
    }
    let next_year = now + SignedDuration::from_hours(24 * 365);
    policies.record_training(COUNSELLOR, next_year, By::ServiceUnchecked, now).await?;
    policies.allow_break_glass(COUNSELLOR, By::ServiceUnchecked, now).await?;
    let mut told = refused(&policies, now).await;
    told.extend(behind_glass(&policies, now).await?);
    told.extend(afterwards(&policies, now).await?);
    Ok(told)
}

async fn refused(policies: &Policies, now: Timestamp) -> Vec<String> {
    let request = AccessRequest::<ReadCaseNote>::new(counsellor(), CONVERSATION, Purpose::Treatment);
    let Decision::Deny(denial) = policies.decide(&request, now).await else { return Vec::new() };
    let mut told = vec![format!("the counsellor is told: {denial}")];
    if let Some(evaluation) = denial.evaluation() {
        let rules = policies.policy();
        let all = rules.explain(evaluation.operation(), evaluation.purpose(), evaluation.facts());
        told.push(format!("the operator sees: {}", evaluation.reason().words()));
        told.extend(all.to_string().lines().map(|line| format!("  {line}")));
    }
    told
}

async fn behind_glass(policies: &Policies, now: Timestamp) -> Result<Vec<String>, PolicyError> {
    let why = Emergency {
        reason: OverrideReason::EmergencyTreatment,
        nature: Statement::new("an ambulance asks what was taken")?,
        recipient: Statement::new("the paramedic on the telephone")?,
        affiliation: Statement::new("the ambulance service")?,
        discloser: Statement::new("the counsellor on duty")?,
        disclosure: Disclosure::ToPerson,
    };
    let until = now.saturating_add(SignedDuration::from_mins(30)).unwrap_or(now);
    let opened = policies.open_break_glass(counsellor(), CONVERSATION, &why, until, now).await?;
    let mut told = vec!["glass is broken for half an hour, which obliges:".to_owned()];
    told.extend(opened.obligations.iter().map(|duty| format!("  {duty}")));

    let request = AccessRequest::<ReadCaseNote>::new(counsellor(), CONVERSATION, Purpose::BreakTheGlass);
    let permit = match policies.decide(&request, now).await {
        Decision::Permit(conditional) => conditional.discharge(|_carried_out| Ok::<_, PolicyError>(()))?,
        Decision::Deny(denial) => return Err(denial.into()),
    };
    told.push(format!("the note: {}", CaseNotes.read(permit, now)?));

    let Decision::Permit(conditional) = policies.decide(&request, now).await else { return Ok(told) };
    let hoarded = conditional.discharge(|_carried_out| Ok::<_, PolicyError>(()))?;
    let later = now.saturating_add(SignedDuration::from_mins(1)).unwrap_or(now);
    if let Err(refusal) = CaseNotes.read(hoarded, later) {
        told.push(format!("a permit a minute later: {refusal}"));
    }
    Ok(told)
}

async fn afterwards(policies: &Policies, now: Timestamp) -> Result<Vec<String>, PolicyError> {
    let mut told = Vec::new();
    let supervisor = Requester::new(SUPERVISOR, Aal::Two);
    for grant in policies.reviews_due().await? {
        let note = Statement::new("the call is on record")?;
        policies.review_break_glass(supervisor, &grant, Verdict::Justified, &note, now).await?;
        told.push("the supervisor reviews it: justified".to_owned());
    }
    for access in policies.disclosed_accesses(CONVERSATION, None).await?.accesses {
        let (what, why) = (access.operation.event_detail().words(), access.reason.words());
        told.push(format!("the person may know: {what}, at {}, {why}", access.at));
    }
    Ok(told)
}

const fn counsellor() -> Requester {
    Requester::new(COUNSELLOR, Aal::Two)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test panics")]
    use super::*;

    #[test]
    fn it_says_what_it_always_said() {
        let told = block_on(walk()).unwrap().join("\n");
        assert_eq!(told, include_str!("policy_gate.txt").trim_end());
    }
}
