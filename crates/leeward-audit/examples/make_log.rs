//! Makes a published log in a given directory, for other programs to verify:
//! `cargo run -p leeward-audit --example make_log -- DIR`.
//!
//! It writes `DIR/log` (700 entries), `DIR/old-checkpoint` (when there were 300), and, for one entry,
//! `DIR/entry` and `DIR/entry.tlog-proof`; and `DIR/pack.tar`, an evidence pack of two entries.
#![allow(clippy::print_stdout, reason = "an example talks")]

use leeward_audit::{AuditLog, Reader, verify_dir};
use leeward_event::{Action, Actor, ConversationId, Event, Purpose, StaffId, Subject};
use leeward_store::{Batch, Store, Timestamp};
use ring::rand::SystemRandom;
use std::{error::Error, fs, path::Path};

const INDEX: u64 = 257;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args_os().nth(1).ok_or("name a directory to make the log in")?;
    pollster::block_on(make(Path::new(&dir)))
}

async fn make(dir: &Path) -> Result<(), Box<dyn Error>> {
    // A real service seals its store with leeward-vault; this one keeps nothing.
    let store = Store::memory().assume_sealed();
    let now = Timestamp::from_second(1_794_000_000)?;
    let log = AuditLog::open(&store, &dir.join("log"), "example.org/audit").await?;

    stage(&store, 300, now).await?;
    log.drain(now).await?;
    fs::write(dir.join("old-checkpoint"), log.publish(now).await?.checkpoint)?;
    stage(&store, 400, now).await?;
    log.drain(now).await?;
    let published = log.publish(now).await?;

    let auditor = Reader::new(Actor::Staff(StaffId::generate(&SystemRandom::new())?), Purpose::Compliance);
    fs::write(dir.join("entry"), log.read(INDEX, &auditor, now).await?.entry.encode())?;
    fs::write(dir.join("entry.tlog-proof"), log.inclusion_proof(INDEX).await?.to_string())?;
    let pack = log.pack([INDEX, 3], |logged| logged.index == INDEX, &auditor, now).await?;
    fs::write(dir.join("pack.tar"), pack.to_bytes())?;
    verify_dir(log.dir(), log.vkey())?;
    println!("{}", published.checkpoint);
    Ok(())
}

/// What a rules crate does: it stages an event in the batch that makes the change.
async fn stage(store: &Store, events: usize, now: Timestamp) -> Result<(), Box<dyn Error>> {
    let rng = SystemRandom::new();
    let conversation = Subject::Conversation(ConversationId::generate(&rng)?);
    for _ in 0..events {
        let mut batch = Batch::new();
        let counsellor = Actor::Staff(StaffId::generate(&rng)?);
        Event::new(Action::RecordRead, counsellor, now).about(conversation).stage(&mut batch, &rng)?;
        store.commit(batch).await?;
    }
    Ok(())
}
