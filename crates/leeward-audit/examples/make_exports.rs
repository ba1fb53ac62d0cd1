//! Exports a log that holds every kind of event, in every form, for other programs to check:
//! `cargo run -p leeward-audit --features export --example make_exports -- DIR`.
//!
//! It writes `DIR/ocsf.jsonl`, `DIR/fhir-r4.ndjson`, `DIR/fhir-r5.ndjson`, `DIR/syslog.log`, `DIR/events.csv`,
//! and `DIR/secrets`: the identifiers that none of these may hold.

use leeward_audit::{
    AuditLog, LogEntry, Reader,
    export::{Alias, Details, Exporter, Format, Framing, OcsfVersion},
};
use leeward_event::{
    Action, Actor, Component, ConversationId, CorrelationId, Detail, Event, Outcome, Purpose, Reason,
    SeekerId, StaffId, Subject,
};
use leeward_store::{Batch, Store, Timestamp};
use leeward_vault::{MemoryKey, Vault};
use ring::rand::SystemRandom;
use std::{
    error::Error,
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args_os().nth(1).ok_or("name a directory to write the exports to")?;
    pollster::block_on(make(Path::new(&dir)))
}

const FORMS: [(&str, Format); 5] = [
    ("ocsf.jsonl", Format::Ocsf(OcsfVersion::V1_8_0)),
    ("fhir-r4.ndjson", Format::FhirR4),
    ("fhir-r5.ndjson", Format::FhirR5),
    ("syslog.log", Format::Syslog(Framing::Lines)),
    ("events.csv", Format::Csv),
];

/// Everybody who appears in the log.
struct Cast {
    staff: StaffId,
    seeker: SeekerId,
    conversation: ConversationId,
    forgotten: SeekerId,
    correlation: CorrelationId,
}

async fn make(dir: &Path) -> Result<(), Box<dyn Error>> {
    let rng = SystemRandom::new();
    let now = Timestamp::from_second(1_794_000_000)?;
    let plain = Store::memory();
    let vault = Vault::open(&plain, MemoryKey::generate(&rng)?).await?;
    let store = vault.seal(&plain);
    let log = AuditLog::open(&store, &dir.join("log"), "example.org/audit").await?;

    let cast = Cast {
        staff: StaffId::generate(&rng)?,
        seeker: SeekerId::generate(&rng)?,
        conversation: ConversationId::generate(&rng)?,
        forgotten: SeekerId::generate(&rng)?,
        correlation: CorrelationId::generate(&rng)?,
    };
    for event in events(&cast, now) {
        let mut batch = Batch::new();
        event.stage(&mut batch, &rng)?;
        store.commit(batch).await?;
    }
    log.drain(now).await?;
    let by = Actor::Component(Component::Application);
    vault.erase(Subject::Seeker(cast.forgotten), by, Reason::Requested, now).await?;
    log.drain(now).await?;
    log.publish(now).await?;

    for (file, format) in FORMS {
        export(&log, format, &cast, &dir.join(file)).await?;
    }
    let secrets = [
        cast.staff.to_string(),
        cast.seeker.to_string(),
        cast.conversation.to_string(),
        cast.forgotten.to_string(),
        cast.correlation.to_string(),
    ];
    fs::write(dir.join("secrets"), secrets.join("\n"))?;
    Ok(())
}

/// Every action with every outcome, by and about everybody.
fn events(cast: &Cast, now: Timestamp) -> Vec<Event> {
    let actors = [
        Actor::Staff(cast.staff),
        Actor::Seeker(cast.seeker),
        Actor::Component(Component::Vault),
        Actor::Unknown,
    ];
    let subjects = [
        None,
        Some(Subject::Staff(cast.staff)),
        Some(Subject::Seeker(cast.seeker)),
        Some(Subject::Conversation(cast.conversation)),
        Some(Subject::Seeker(cast.forgotten)),
    ];
    let mut events = Vec::new();
    for action in Action::ALL {
        for outcome in Outcome::ALL {
            for (actor, subject) in actors.iter().flat_map(|actor| subjects.map(|subject| (*actor, subject)))
            {
                let event = Event::new(*action, actor, now).outcome(*outcome);
                events.push(subject.map_or(event, |subject| event.about(subject)));
            }
        }
    }
    let with_all = |event: Event| event.correlation(cast.correlation).about(Subject::Staff(cast.staff));
    let plain = |action| with_all(Event::new(action, Actor::Staff(cast.staff), now));
    events.extend(Action::ALL.iter().map(|action| plain(*action)));
    events.extend(Reason::ALL.iter().map(|reason| plain(Action::AccessDecided).reason(*reason)));
    events.extend(Detail::ALL.iter().map(|detail| plain(Action::RoleGranted).detail(*detail)));
    events.extend(Purpose::ALL.iter().map(|purpose| plain(Action::RecordRead).purpose(*purpose)));
    events
}

/// The log with events and pseudonyms; and the end of it, which has every action, with aliases, as who has
/// only the published log, and as who has an older release than whoever wrote it.
async fn export(log: &AuditLog, format: Format, cast: &Cast, path: &Path) -> Result<(), Box<dyn Error>> {
    let now = Timestamp::from_second(1_794_000_000)?;
    let reader = Reader::new(Actor::Staff(cast.staff), Purpose::Compliance);
    let mut file = BufWriter::new(File::create(path)?);
    let exporter = log.exporter(format).await?;
    let size = exporter.checkpoint().size();
    let end = size.saturating_sub(150)..size;
    file.write_all(exporter.header().as_bytes())?;
    let (name, staff): (Alias, _) = ("Dr. O'Neill".parse()?, cast.staff);
    let alias = move |who| (who == Subject::Staff(staff)).then(|| name.clone());
    let aliased = exporter.clone().with_aliases(alias);
    let public = Exporter::new(format, exporter.checkpoint().clone());
    let whole = log.export(exporter, &reader, now).await?;
    let named = log.export(aliased, &reader, now).await?.within(end.clone());
    for mut lines in [whole, named] {
        while let Some(line) = lines.next().await? {
            file.write_all(line.as_bytes())?;
        }
    }
    for index in end {
        let entry = log.read(index, &reader, now).await?.entry;
        file.write_all(public.line(index, &entry, Details::NotOpened)?.as_bytes())?;
        file.write_all(public.line(index, &later(&entry)?, Details::NotOpened)?.as_bytes())?;
    }
    Ok(file.flush()?)
}

/// The entry, with an action that this release has no word for.
fn later(entry: &LogEntry) -> Result<LogEntry, Box<dyn Error>> {
    let mut bytes = entry.encode();
    bytes.get_mut(5..7).ok_or("an entry has an action")?.fill(0xff);
    Ok(LogEntry::decode(&bytes).ok_or("an entry of a later release reads")?)
}
