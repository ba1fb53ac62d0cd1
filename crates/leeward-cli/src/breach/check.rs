//! `leeward-breach check`.

use crate::{Answer, args::Args, failure::Failure};
use leeward_credentials::{
    Passphrase,
    breach::{BreachCheck, BreachFilter, BreachVerdict, OnError, RangeFiles},
};
use serde_json::json;
use std::{
    io::{self, BufRead, Read},
    path::Path,
};
use zeroize::Zeroizing;

/// One byte more than a passphrase may have, and its line feed.
const MAX_LINE: u64 = Passphrase::MAX_BYTES as u64 + 3;

pub(crate) fn run(args: &Args) -> Result<Answer, Failure> {
    let check = asked(args)?;
    let passphrase = passphrase()?;
    let verdict = check.check(&passphrase, OnError::FailClosed);
    let verdict = verdict.map_err(|error| Failure::new(format!("it could not be checked: {error}")))?;
    let (text, listed, count) = match verdict {
        BreachVerdict::NotListed => ("not listed\n".to_owned(), false, None),
        BreachVerdict::Breached { count: None } => ("listed\n".to_owned(), true, None),
        BreachVerdict::Breached { count: Some(count) } => {
            (format!("listed: seen {count} times\n"), true, Some(count.get()))
        }
        BreachVerdict::Unchecked(error) => return Err(Failure::new(error.to_string())),
    };
    Ok(Answer { text, json: json!({ "listed": listed, "count": count }), good: !listed })
}

fn asked(args: &Args) -> Result<BreachCheck, Failure> {
    let filter =
        args.optional_path().map(|path| BreachFilter::open(path).map_err(|error| Failure::at(path, &error)));
    let ranges = args
        .value("ranges")
        .map(Path::new)
        .map(|path| RangeFiles::open(path).map_err(|error| Failure::at(path, &error)));
    match (filter.transpose()?, ranges.transpose()?) {
        (Some(filter), None) => Ok(BreachCheck::offline(filter)),
        (Some(filter), Some(ranges)) => Ok(BreachCheck::offline(filter).confirmed_by(ranges)),
        (None, Some(ranges)) => Ok(BreachCheck::by_ranges(ranges)),
        (None, None) => Err(args.usage("name a filter, or `--ranges`")),
    }
}

/// The first line of standard input.
fn passphrase() -> Result<Passphrase, Failure> {
    let mut line = Zeroizing::new(String::with_capacity(Passphrase::MAX_BYTES.saturating_add(8)));
    let read = io::stdin().lock().take(MAX_LINE).read_line(&mut line);
    read.map_err(|_| Failure::new("standard input holds no line of text"))?;
    let typed = line.strip_suffix('\n').unwrap_or(&line);
    let typed = typed.strip_suffix('\r').unwrap_or(typed);
    if typed.is_empty() {
        return Err(Failure::new("standard input holds no passphrase: it is the first line"));
    }
    Passphrase::new(typed).map_err(|error| Failure::new(error.to_string()))
}
