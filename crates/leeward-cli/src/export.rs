//! `leeward-audit export`.

use crate::{
    aliases::Aliases, args::Args, failure::Failure, input, output::Answer, place::Place, progress::Progress,
    sink::Sink, store::Opened, walk::Walk,
};
use leeward_audit::{
    export::{Details, Exporter, Format, Framing, OcsfVersion},
    note::VerifierKey,
};
use serde_json::Value;
use std::ops::Range;

pub(crate) fn run(args: &Args) -> Result<Answer, Failure> {
    let format = format(args)?;
    let vkey = input::vkey(args)?;
    match (args.place(), args.value("store")) {
        (Some(_), None) => published(args, &vkey, format)?,
        (None, Some(_)) => pollster::block_on(stored(args, &vkey, format))?,
        (Some(_), Some(_)) => {
            return Err(args.usage("give a directory or address, or `--store`, and not both"));
        }
        (None, None) => return Err(args.usage("say where the log is: a directory, an address, or `--store`")),
    }
    Ok(Answer { text: String::new(), json: Value::Null })
}

/// The public headers, from the files alone.
fn published(args: &Args, vkey: &VerifierKey, format: Format) -> Result<(), Failure> {
    for option in ["key-file", "as", "aliases"] {
        if args.value(option).is_some() {
            return Err(args.usage(&format!("`--{option}` goes with `--store`")));
        }
    }
    let place = Place::open(args)?;
    write_published(args, vkey, format, &place).map_err(|failure| failure.at(&place))
}

fn write_published(args: &Args, vkey: &VerifierKey, format: Format, place: &Place) -> Result<(), Failure> {
    let mut walk = Walk::begin(place, vkey)?;
    let exporter = Exporter::new(format, walk.checkpoint().clone());
    let size = exporter.checkpoint().size();
    let wanted = wanted(args, size)?;
    let mut sink = Sink::open(args.value("out"))?;
    let mut progress = Progress::new("exporting", "entries");
    sink.write(exporter.header())?;
    loop {
        let stops = walk.next()?;
        let Some(last) = stops.last().map(|stop| stop.index) else { break };
        for stop in stops.iter().filter(|stop| wanted.contains(&stop.index)) {
            if let Some(entry) = &stop.entry {
                sink.write(&exporter.line(stop.index, entry, Details::NotOpened)?)?;
            }
        }
        progress.at(last, size);
    }
    drop(progress);
    sink.finish()
}

/// The events too, from the store.
async fn stored(args: &Args, vkey: &VerifierKey, format: Format) -> Result<(), Failure> {
    let opened = Opened::open(args, vkey).await?;
    let mut exporter = opened.log.exporter(format).await?;
    if let Some(path) = args.value("aliases") {
        let aliases = Aliases::read(path)?;
        exporter = exporter.with_aliases(move |who| aliases.of(who));
    }
    let size = exporter.checkpoint().size();
    let wanted = wanted(args, size)?;
    let mut sink = Sink::open(args.value("out"))?;
    let mut progress = Progress::new("exporting", "entries");
    sink.write(exporter.header())?;
    let mut done = wanted.start;
    let mut lines = opened.log.export(exporter, &opened.reader, opened.now).await?.within(wanted);
    while let Some(line) = lines.next().await? {
        sink.write(&line)?;
        done = done.saturating_add(1);
        progress.at(done, size);
    }
    drop(progress);
    sink.finish()
}

fn wanted(args: &Args, size: u64) -> Result<Range<u64>, Failure> {
    let from = args.number("from")?.unwrap_or(0);
    let until = args.number("count")?.map_or(size, |count| from.saturating_add(count).min(size));
    if from > size {
        return Err(Failure::new(format!("there is no entry {from}: the log has {size}")));
    }
    Ok(from..until)
}

fn format(args: &Args) -> Result<Format, Failure> {
    let name = args.needed("format")?.to_str().unwrap_or_default();
    let version = args.parsed("version", "1.8.0, the version of OCSF that is written here")?;
    let format = match name {
        "ocsf" => Format::Ocsf(version.unwrap_or(OcsfVersion::V1_8_0)),
        "fhir-r4" => Format::FhirR4,
        "fhir-r5" => Format::FhirR5,
        "syslog" => Format::Syslog(framing(args)?),
        "csv" => Format::Csv,
        _ => return Err(args.usage("`--format` takes ocsf, fhir-r4, fhir-r5, syslog or csv")),
    };
    match format {
        Format::Ocsf(_) => {}
        _ if version.is_some() => return Err(args.usage("`--version` goes with `--format ocsf`")),
        Format::Syslog(_) => return Ok(format),
        _ => {}
    }
    match args.value("framing") {
        Some(_) => Err(args.usage("`--framing` goes with `--format syslog`")),
        None => Ok(format),
    }
}

fn framing(args: &Args) -> Result<Framing, Failure> {
    match args.value("framing").map(|framing| framing.to_str().unwrap_or_default()) {
        None | Some("lines") => Ok(Framing::Lines),
        Some("octets") => Ok(Framing::OctetCounting),
        Some(_) => Err(args.usage("`--framing` takes lines or octets")),
    }
}
