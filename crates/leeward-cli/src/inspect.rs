//! `leeward-audit inspect`.

use crate::{
    args::Args,
    failure::{Failure, causes},
    input,
    number::grouped,
    output::Answer,
    place::Place,
    table::{Facts, minute},
    walk,
};
use leeward_audit::{
    LogEntry, Pseudonym,
    note::{MAX_NOTE, Note, VerifierKey},
    tiles::CHECKPOINT_FILE,
};
use leeward_event::{Action, Outcome};
use serde_json::{Value, json};
use std::fmt::Write;

/// How many entries are shown unless the command line says otherwise, and at most.
const COUNT: u64 = 20;
const MAX_COUNT: u64 = 10_000;

/// An entry and its index; `None` for a form that is not known here.
type Shown = (u64, Option<LogEntry>);

pub(crate) fn run(args: &Args) -> Result<Answer, Failure> {
    let place = Place::open(args)?;
    let key = args.value("vkey-file").map(|_| input::vkey(args)).transpose()?;
    let note = Note::parse(&walk::read(&place, CHECKPOINT_FILE, MAX_NOTE)?)
        .map_err(|error| no_checkpoint(&error))?;
    if let Some(key) = &key {
        walk::checkpoint(&place, key)?;
    }
    let told =
        Told::of(&note).ok_or_else(|| Failure::refusal("`checkpoint` is not written as one is", None))?;
    let entries = entries(args, &place, told.size)?;
    Ok(Answer {
        text: text(&told, &note, key.as_ref(), &entries),
        json: object(&told, &note, key.as_ref(), &entries),
    })
}

/// What a checkpoint says, whether or not anybody signed it.
struct Told<'a> {
    origin: &'a str,
    size: u64,
    root: &'a str,
}

impl<'a> Told<'a> {
    fn of(note: &'a Note) -> Option<Self> {
        let mut lines = note.text().lines();
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        Some(Self { origin, size: size.parse().ok()?, root })
    }
}

/// The entries that were asked for, as they lie there.
fn entries(args: &Args, place: &Place, size: u64) -> Result<Vec<Shown>, Failure> {
    let (from, count) = (args.number("from")?, args.number("count")?);
    if from.is_none() && count.is_none() {
        return Ok(Vec::new());
    }
    let count = count.unwrap_or(COUNT);
    if count > MAX_COUNT {
        return Err(args.usage(&format!("`--count` takes at most {MAX_COUNT}")));
    }
    let from = from.unwrap_or_else(|| size.saturating_sub(count));
    if from > size {
        return Err(Failure::new(format!("there is no entry {from}: the log has {size}")));
    }
    let until = from.saturating_add(count).min(size);
    let mut shown = Vec::new();
    let mut next = from;
    while next < until {
        let (first, bundle) = walk::unchecked(place, size, next)?;
        next = first.saturating_add(u64::try_from(bundle.len()).unwrap_or(u64::MAX));
        shown.extend((first..).zip(bundle).filter(|(index, _)| (from..until).contains(index)));
    }
    Ok(shown)
}

fn text(told: &Told<'_>, note: &Note, key: Option<&VerifierKey>, entries: &[Shown]) -> String {
    let mut facts = Facts::headed(told.origin.escape_debug());
    facts.add("entries", grouped(told.size));
    facts.add("root", told.root.escape_debug());
    for signature in note.signatures() {
        let (name, id) = (signature.name().escape_debug(), signature.key_id());
        let known =
            if key.is_some_and(|key| signature.claims(key.name(), key.id())) { "  (holds)" } else { "" };
        facts.add("signed by", format!("{name}, key {id:08x}{known}"));
    }
    facts.add(
        "checked",
        if key.is_some() { "the signature alone" } else { "nothing: no --vkey-file was given" },
    );
    let mut text = facts.finish();
    if !entries.is_empty() {
        let (who, whom) = ("actor", "subject");
        text.push_str(&format!(
            "\n{:>10}  {:<20}  {:<24}{:<9}{who:<34}{whom}\n",
            "entry", "logged", "what", "outcome"
        ));
    }
    for (index, entry) in entries {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{}", line(*index, entry.as_ref()).trim_end());
    }
    text
}

fn line(index: u64, entry: Option<&LogEntry>) -> String {
    let Some(entry) = entry else { return format!("{index:>10}  of a form that this release does not know") };
    let at = minute(entry.at());
    let Some(event) = entry.event() else { return format!("{index:>10}  {at:<20}  epoch sealed") };
    let what = event.what().map_or("unknown", Action::words);
    let how = event.how().map_or("unknown", Outcome::words);
    let (actor, subject) = (pseudonym(event.actor()), pseudonym(event.subject()));
    format!("{index:>10}  {at:<20}  {what:<24}{how:<9}{actor:<34}{subject}")
}

fn pseudonym(pseudonym: Pseudonym) -> String {
    if pseudonym == Pseudonym::NONE { "-".to_owned() } else { pseudonym.to_string() }
}

fn object(told: &Told<'_>, note: &Note, key: Option<&VerifierKey>, entries: &[Shown]) -> Value {
    let signatures: Vec<Value> = note
        .signatures()
        .iter()
        .map(|signature| json!({ "name": signature.name(), "key_id": format!("{:08x}", signature.key_id()) }))
        .collect();
    json!({
        "origin": told.origin,
        "size": told.size,
        "root": told.root,
        "signatures": signatures,
        "signature_checked": key.is_some(),
        "entries": entries.iter().map(|(index, entry)| entry_object(*index, entry.as_ref())).collect::<Vec<_>>(),
    })
}

fn entry_object(index: u64, entry: Option<&LogEntry>) -> Value {
    let Some(entry) = entry else { return json!({ "index": index, "kind": "unknown" }) };
    let logged = entry.at().start().to_string();
    let Some(event) = entry.event() else {
        return json!({ "index": index, "kind": "seal", "logged": logged });
    };
    let named = |pseudonym: Pseudonym| (pseudonym != Pseudonym::NONE).then(|| pseudonym.to_string());
    json!({
        "index": index,
        "kind": "event",
        "logged": logged,
        "action": event.what().map(Action::words),
        "outcome": event.how().map(Outcome::words),
        "actor": named(event.actor()),
        "subject": named(event.subject()),
    })
}

fn no_checkpoint(error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::refusal(format!("`checkpoint` is none: {}", causes(error)), None)
}
