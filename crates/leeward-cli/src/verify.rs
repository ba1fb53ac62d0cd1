//! `leeward-audit verify`.

use crate::{
    args::Args,
    clock,
    failure::{Failure, causes},
    input,
    number::grouped,
    output::Answer,
    pack,
    place::Place,
    progress::Progress,
    table::{Facts, minute},
};
use leeward_audit::{
    Policy, Verified, Verifier,
    note::{Note, VerifierKey},
    policy::{Cosignature, Witnessed},
};
use leeward_event::CoarseTime;
use serde_json::{Value, json};
use std::path::Path;

pub(crate) fn run(args: &Args) -> Result<Answer, Failure> {
    let vkey = input::vkey(args)?;
    if let Some(file) = args.place().filter(|place| Path::new(place).is_file()) {
        return pack::verify(args, file, &vkey);
    }
    let place = Place::open(args)?;
    let mut verifier = Verifier::new(&vkey);
    let policy = input::policy(args)?;
    let asked = policy.is_some();
    if let Some(policy) = policy {
        verifier = verifier.policy(policy);
    }
    if let Some(path) = args.value("since") {
        verifier = verifier.since(input::checkpoint(path, &vkey)?);
    }
    if let Some(threads) = args.parsed("threads", "a number above 0")? {
        verifier = verifier.threads(threads);
    }
    let within: Option<u32> = args.parsed("sealed-within", "a number of minutes")?;
    match input::seal_key(args)? {
        Some(key) => verifier = verifier.seal_key(&key, within.map(minutes_ago)),
        None if within.is_some() => return Err(args.usage("`--sealed-within` goes with `--seal-key`")),
        None => {}
    }
    let mut progress = Progress::new("verifying", "entries");
    let verified = verifier.on_progress(|done, size| progress.at(done, size)).verify(&place);
    drop(progress);
    let verified = verified.map_err(|error| Failure::from(error).at(&place))?;
    Ok(answer(&verified, asked.then_some(&*verified.cosignatures)))
}

/// A checkpoint under a policy.
pub(crate) fn witnessed(policy: &Policy, note: &Note, vkey: &VerifierKey) -> Result<Witnessed, Failure> {
    let witnessed = policy.verify_from(note, std::slice::from_ref(vkey));
    witnessed.map_err(|error| Failure::refusal(causes(&error), None))
}

/// `partner 2026-11-06 21:20 UTC`, for each.
pub(crate) fn named(witnesses: &[Cosignature]) -> String {
    let named = witnesses.iter().map(|by| {
        let minutes = u32::try_from(by.time / 60).unwrap_or(u32::MAX);
        let on = if by.time == 0 {
            "a day it does not say".to_owned()
        } else {
            minute(CoarseTime::from_minutes(minutes))
        };
        format!("{} on {on}", by.witness.escape_debug())
    });
    let named: Vec<String> = named.collect();
    if named.is_empty() { "none, and the policy asks for none".to_owned() } else { named.join("; ") }
}

/// The same, for a program.
pub(crate) fn listed(witnesses: &[Cosignature]) -> Value {
    witnesses.iter().map(|by| json!({ "name": by.witness, "time": by.time })).collect()
}

fn minutes_ago(minutes: u32) -> CoarseTime {
    CoarseTime::from_minutes(CoarseTime::of(clock::now()).minutes().saturating_sub(minutes))
}

fn answer(verified: &Verified, witnesses: Option<&[Cosignature]>) -> Answer {
    let newest = verified.newest.map(|newest| newest.start().to_string());
    let json = json!({
        "verdict": "holds",
        "origin": verified.origin,
        "size": verified.size,
        "root": verified.root.to_string(),
        "newest": newest,
        "kept_from": verified.kept_from,
        "since": verified.since,
        "sealed": verified.sealed.map(|sealed| {
            json!({
                "epochs": sealed.epochs,
                "from": sealed.from,
                "entries": sealed.entries,
                "began": sealed.began.start().to_string(),
                "until": sealed.until.start().to_string(),
            })
        }),
        "witnesses": witnesses.map(listed),
        "other_key": verified.other_key.as_ref().map(VerifierKey::to_string),
        "nothing_else": verified.nothing_else,
    });
    let mut facts = Facts::headed(format!("{} holds", verified.origin));
    facts.add("entries", grouped(verified.size));
    if verified.kept_from > 0 {
        let kept = format!("from {} on; of those before, the hashes", grouped(verified.kept_from));
        facts.add("kept", kept);
    }
    facts.add("newest", verified.newest.map_or_else(|| "none".to_owned(), minute));
    facts.add("root", verified.root);
    facts.add(
        "since",
        match verified.since {
            Some(old) => format!("begins with the {} entries of the checkpoint given", grouped(old)),
            None => "not checked: keep this log's checkpoint, and give it with --since".to_owned(),
        },
    );
    if let Some(sealed) = &verified.sealed {
        let (epochs, entries) = (grouped(sealed.epochs.into()), grouped(sealed.entries));
        let (began, until) = (minute(sealed.began), minute(sealed.until));
        facts.add("seals", format!("{epochs} epochs, {entries} entries, from {began} until {until}"));
    }
    if let Some(witnesses) = witnesses {
        facts.add("witnesses", named(witnesses));
    }
    if let Some(key) = &verified.other_key {
        facts.add(
            "other key",
            format!("{key} signed it too: the log changes its key, or ask who put it there"),
        );
    }
    let other = if verified.nothing_else { "none" } else { "not looked for: a server tells no list" };
    facts.add("other files", other);
    Answer { text: facts.finish(), json }
}
