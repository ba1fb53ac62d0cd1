//! `leeward-audit pack`, and `verify` of what it makes.

use crate::{
    args::Args,
    failure::{Failure, causes},
    input,
    number::grouped,
    output::Answer,
    sink::Sink,
    store::{Opened, subject},
    table::{Facts, minute},
    verify,
};
use leeward_audit::{Evidence, MAX_PACKED, Pack, PackError, Shown, ShownDetail, note::VerifierKey};
use leeward_event::{Action, Event, Outcome, StaffId, Subject};
use serde_json::{Value, json};
use std::{collections::BTreeSet, ffi::OsStr, fmt::Write, path::Path};

/// The largest pack that is read, in bytes: ten thousand entries with long proofs.
const MAX_PACK: usize = 256 * 1024 * 1024;

/// Makes a pack.
pub(crate) fn run(args: &Args) -> Result<Answer, Failure> {
    args.no_place()?;
    let out = args.needed("out")?;
    let pack = pollster::block_on(make(args))?;
    let mut sink = Sink::open(Some(out))?;
    sink.write_bytes(&pack.to_bytes())?;
    sink.finish()?;
    let (size, shown) = (pack.to_bytes().len(), Path::new(out).display());
    let text =
        format!("packed into {shown}: verify it with `leeward-audit verify {shown} --vkey-file FILE`\n");
    Ok(Answer { text, json: json!({ "verdict": "packed", "bytes": size }) })
}

async fn make(args: &Args) -> Result<Pack, Failure> {
    let vkey = input::vkey(args)?;
    let (whom, listed) = (subject(args)?, args.value("entries"));
    let opened = Opened::open(args, &vkey).await?;
    let (log, reader, now) = (&opened.log, &opened.reader, opened.now);
    let indices = match (whom, listed) {
        (None, Some(list)) => entries(args, list)?,
        (Some(whom), None) => {
            let nobody = |_: StaffId| None;
            let report = log.access_report(whom, (None, None), &nobody, reader, now).await?;
            if let Some(index) = report.stopped_at {
                return Err(Failure::new(format!(
                    "there is too much for one pack from entry {index} on: give --entries"
                )));
            }
            report.accesses.iter().map(|access| access.index).collect()
        }
        _ => return Err(args.usage("give either `--entries` or `--subject`")),
    };
    let withhold = args.flag("withhold");
    let show = move |logged: &leeward_audit::Logged| {
        // Of one subject, nothing of others.
        let about = logged.event.as_ref().and_then(Event::whom);
        !withhold && (whom.is_none() || about == whom)
    };
    Ok(log.pack(indices, show, reader, now).await?)
}

/// Reads `0-3,17`.
fn entries(args: &Args, list: &OsStr) -> Result<BTreeSet<u64>, Failure> {
    let wrong =
        || args.usage(&format!("`--entries` takes numbers such as 0-3,17, and at most {MAX_PACKED} entries"));
    let mut entries = BTreeSet::new();
    for part in list.to_str().ok_or_else(wrong)?.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u64, u64) = first.parse().ok().zip(last.parse().ok()).ok_or_else(wrong)?;
        let room = u64::try_from(MAX_PACKED.saturating_sub(entries.len())).unwrap_or(0);
        if first > last || last.saturating_sub(first) >= room {
            return Err(wrong());
        }
        entries.extend(first..=last);
    }
    Ok(entries)
}

/// Verifies a pack.
pub(crate) fn verify(args: &Args, path: &OsStr, vkey: &VerifierKey) -> Result<Answer, Failure> {
    for option in ["since", "seal-key", "sealed-within"] {
        if args.value(option).is_some() {
            return Err(args.usage(&format!("`--{option}` goes with a log, and not with an evidence pack")));
        }
    }
    let bytes = input::read(path, MAX_PACK)?;
    let shown = Path::new(path).display();
    let pack = Pack::parse(&bytes).map_err(|error| match error {
        // What begins as a pack does was one.
        PackError::Malformed if !bytes.starts_with(b"manifest\0") => {
            Failure::new(format!("`{shown}` is no directory of a log and no evidence pack"))
        }
        error => refused(&error).at(&shown),
    })?;
    let evidence = pack.verify(vkey).map_err(|error| refused(&error).at(&shown))?;
    let mut answer = Answer { text: text(&evidence), json: object(&evidence) };
    if let Some(policy) = input::policy(args)? {
        let witnessed =
            verify::witnessed(&policy, pack.checkpoint(), vkey).map_err(|failure| failure.at(&shown))?;
        answer.text.push_str(&format!("\n  cosigned by {}\n", verify::named(&witnessed.cosignatures)));
        if let Value::Object(object) = &mut answer.json {
            object.insert("witnesses".to_owned(), verify::listed(&witnessed.cosignatures));
        }
    }
    Ok(answer)
}

fn refused(error: &PackError) -> Failure {
    let first = match error {
        PackError::Entry { index } => Some(*index),
        _ => None,
    };
    Failure::refusal(causes(error), first)
}

fn text(evidence: &Evidence) -> String {
    let checkpoint = &evidence.checkpoint;
    let mut facts = Facts::headed(format!("the evidence holds: {}", checkpoint.origin()));
    let packed = u64::try_from(evidence.entries.len()).unwrap_or(u64::MAX);
    facts.add("entries", format!("{} of {}", grouped(packed), grouped(checkpoint.size())));
    facts.add("root", checkpoint.root());
    facts.add("packed", format!("{}, as its maker says", minute(evidence.made)));
    let mut text = facts.finish();
    text.push('\n');
    for shown in &evidence.entries {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{:>10}  {}  {}", shown.index, minute(shown.entry.at()), said(shown));
    }
    text
}

fn said(shown: &Shown) -> String {
    let words = |event: &leeward_audit::EventEntry| {
        let what = event.what().map_or("unknown", Action::words);
        format!("{what}: {}", event.how().map_or("unknown", Outcome::words))
    };
    let header = shown.entry.event().map_or_else(|| "epoch sealed".to_owned(), words);
    match &shown.detail {
        ShownDetail::Event(event) => format!("{header}, {}", told(event)),
        ShownDetail::Withheld => format!("{header} (the rest is withheld)"),
        ShownDetail::Erased => format!("{header} (the rest was erased)"),
        _ => header,
    }
}

/// Who and whom, with the identifiers that the pack discloses.
fn told(event: &Event) -> String {
    let about = event.whom().map_or_else(String::new, |whom| format!(" about {}", named(whom)));
    let why = event.why().map_or_else(String::new, |why| format!(", {}", why.words()));
    format!("by {}{about}{why}", actor(event))
}

fn actor(event: &Event) -> String {
    match event.who() {
        leeward_event::Actor::Staff(id) => format!("staff {id}"),
        leeward_event::Actor::Seeker(id) => format!("seeker {id}"),
        leeward_event::Actor::Component(component) => component.words().to_owned(),
        _ => "somebody unknown".to_owned(),
    }
}

fn named(whom: Subject) -> String {
    match whom {
        Subject::Staff(id) => format!("staff {id}"),
        Subject::Seeker(id) => format!("seeker {id}"),
        Subject::Conversation(id) => format!("conversation {id}"),
        _ => "somebody".to_owned(),
    }
}

fn object(evidence: &Evidence) -> Value {
    let checkpoint = &evidence.checkpoint;
    let entries = evidence.entries.iter().map(|shown| {
        let event = match &shown.detail {
            ShownDetail::Event(event) => Some(told(event)),
            _ => None,
        };
        json!({
            "index": shown.index,
            "logged": shown.entry.at().start().to_string(),
            "action": shown.entry.event().and_then(|event| event.what()).map(Action::words),
            "outcome": shown.entry.event().and_then(|event| event.how()).map(Outcome::words),
            "event": event,
        })
    });
    json!({
        "verdict": "holds",
        "origin": checkpoint.origin(),
        "size": checkpoint.size(),
        "root": checkpoint.root().to_string(),
        "made": evidence.made.start().to_string(),
        "entries": entries.collect::<Vec<_>>(),
    })
}
