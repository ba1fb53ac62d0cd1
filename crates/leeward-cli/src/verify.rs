//! `leeward-audit verify`.

use crate::{
    args::Args,
    failure::Failure,
    input,
    output::Answer,
    place::Place,
    progress::Progress,
    table::{Facts, grouped},
};
use leeward_audit::{Verified, Verifier};
use serde_json::json;

pub(crate) fn run(args: &Args) -> Result<Answer, Failure> {
    let vkey = input::vkey(args)?;
    let place = Place::open(args)?;
    let mut verifier = Verifier::new(&vkey);
    if let Some(path) = args.value("since") {
        verifier = verifier.since(input::checkpoint(path, &vkey)?);
    }
    if let Some(threads) = args.parsed("threads", "a number above 0")? {
        verifier = verifier.threads(threads);
    }
    let mut progress = Progress::new("verifying");
    let verified = verifier.on_progress(|done, size| progress.at(done, size)).verify(&place)?;
    drop(progress);
    Ok(answer(&verified))
}

fn answer(verified: &Verified) -> Answer {
    let newest = verified.newest.map(|newest| newest.start().to_string());
    let json = json!({
        "verdict": "holds",
        "origin": verified.origin,
        "size": verified.size,
        "root": verified.root.to_string(),
        "newest": newest,
        "since": verified.since,
        "nothing_else": verified.nothing_else,
    });
    let mut facts = Facts::headed(format!("{} holds", verified.origin));
    facts.add("entries", grouped(verified.size));
    facts.add("newest", newest.as_deref().unwrap_or("none"));
    facts.add("root", verified.root);
    facts.add(
        "since",
        match verified.since {
            Some(old) => format!("begins with the {} entries of the checkpoint given", grouped(old)),
            None => "not checked: keep this log's checkpoint, and give it with --since".to_owned(),
        },
    );
    let other = if verified.nothing_else { "none" } else { "not looked for: a server tells no list" };
    facts.add("other files", other);
    Answer { text: facts.finish(), json }
}
