//! `leeward-breach inspect` and `verify`.

use crate::{Answer, args::Args, failure::Failure, number::grouped, progress::Progress};
use leeward_credentials::breach::BreachFilter;
use serde_json::json;
use std::fmt::Write;

pub(crate) fn run(args: &Args) -> Result<Answer, Failure> {
    Ok(told(&open(args)?))
}

pub(crate) fn verify(args: &Args) -> Result<Answer, Failure> {
    let (path, filter) = (args.path("a filter")?, open(args)?);
    if let Some(digest) = args.value("digest")
        && !digest.eq_ignore_ascii_case(hex(&filter.digest()))
    {
        return Err(Failure::refusal(format!("`{}` is not the filter with that digest", path.display())));
    }
    let mut progress = Progress::new("verifying", "bytes");
    let verified = filter.verify(|done, of| progress.at(done, of));
    drop(progress);
    verified.map_err(|error| Failure::at(path, &error))?;
    let mut answer = told(&filter);
    answer.text.insert_str(0, "every byte is what was built\n");
    Ok(answer)
}

/// What a filter says of itself.
pub(crate) fn told(filter: &BreachFilter) -> Answer {
    let (header, digest) = (filter.header(), hex(&filter.digest()));
    let date = header.source_date().map_or_else(|| "not said".to_owned(), |date| date.to_string());
    let mut text = String::new();
    for (name, value) in [
        ("hashes", grouped(header.keys())),
        ("seen at least", format!("{} times", grouped(header.min_count().get()))),
        ("set of", date),
        ("missing ranges", grouped(header.missing_ranges().into())),
        ("digest", digest.clone()),
    ] {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{name:<16}{value}");
    }
    let json = json!({
        "hashes": header.keys(),
        "min_count": header.min_count(),
        "source_date": header.source_date().map(|date| date.to_string()),
        "missing_ranges": header.missing_ranges(),
        "digest": digest,
    });
    Answer { text, json, good: true }
}

fn open(args: &Args) -> Result<BreachFilter, Failure> {
    let path = args.path("a filter")?;
    BreachFilter::open(path).map_err(|error| Failure::at(path, &error))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}
