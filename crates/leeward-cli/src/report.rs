//! `leeward-audit report`.

use crate::{
    aliases::Aliases,
    args::Args,
    failure::Failure,
    input,
    output::Answer,
    store::{Opened, subject},
};
use jiff::Timestamp;
use leeward_audit::{Access, AccessReport, ErasedAt, Who};
use leeward_event::{Action, CoarseTime, Detail, Outcome, Purpose, Reason, StaffId, Subject};
use serde_json::{Value, json};

pub(crate) fn run(args: &Args) -> Result<Answer, Failure> {
    args.no_place()?;
    let whom = subject(args)?.ok_or_else(|| args.usage("`--subject` is needed"))?;
    let report = pollster::block_on(compile(args, whom))?;
    Ok(Answer { text: report.to_string(), json: object(&report) })
}

async fn compile(args: &Args, whom: Subject) -> Result<AccessReport, Failure> {
    let vkey = input::vkey(args)?;
    let period = (minute(args, "after")?, minute(args, "before")?);
    let aliases = args.value("aliases").map(Aliases::read).transpose()?;
    let opened = Opened::open(args, &vkey).await?;
    let alias = |staff: StaffId| Some(aliases.as_ref()?.of(Subject::Staff(staff))?.to_string());
    Ok(opened.log.access_report(whom, period, &alias, &opened.reader, opened.now).await?)
}

fn minute(args: &Args, option: &str) -> Result<Option<CoarseTime>, Failure> {
    let at: Option<Timestamp> = args.parsed(option, "a time such as 2026-11-06T21:20:00Z")?;
    Ok(at.map(CoarseTime::of))
}

fn object(report: &AccessReport) -> Value {
    let time = |minute: Option<CoarseTime>| minute.map(|minute| minute.start().to_string());
    let erased = report.erased.map(|erased| match erased {
        ErasedAt::Minute(minute) => json!({ "at": minute.start().to_string() }),
        _ => json!({ "at": null }),
    });
    json!({
        "origin": report.origin,
        "after": time(report.from),
        "before": time(report.until),
        "size": report.size,
        "kept_from": report.kept_from,
        "stopped_at": report.stopped_at,
        "erased": erased,
        "accesses": report.accesses.iter().map(access).collect::<Vec<_>>(),
    })
}

fn access(access: &Access) -> Value {
    let (who, alias) = match &access.who {
        Who::Staff(alias) => ("staff", alias.as_deref()),
        Who::Yourself => ("subject", None),
        Who::Somebody => ("seeker", None),
        Who::Component(component) => ("component", Some(component.words())),
        _ => ("unknown", None),
    };
    json!({
        "index": access.index,
        "happened": access.when.start().to_string(),
        "logged": access.logged.start().to_string(),
        "who": who,
        "alias": alias,
        "action": Action::words(access.what),
        "outcome": Outcome::words(access.how),
        "detail": access.which.map(Detail::words),
        "reason": access.why.map(Reason::words),
        "purpose": access.what_for.map(Purpose::words),
        "break_glass": access.break_glass,
        "entry": hex(&access.entry.encode()),
        "proof": access.proof.to_string(),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
