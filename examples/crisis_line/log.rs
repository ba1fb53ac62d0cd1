//! What happened, in a log that nobody can quietly change.

use crate::{
    failure::Failure,
    line::{self, Line, now},
    place::Place,
    timeline::{Timeline, Tone},
};
use leeward_audit::{AuditError, AuditLog, Verified};
use leeward_vault::KeyFile;

/// Moves what happened into the log, signs it, verifies it, and tells what to try.
pub(crate) async fn close(line: &Line, timeline: &Timeline, place: &Place) -> Result<(), Failure> {
    timeline.part("The log")?;
    let timer = timeline.timer();
    line.log.drain(now()).await?;
    line.log.publish(now()).await?;
    timeline.event(Tone::Done, timer.elapsed(), "what happened is logged, and the log is signed")?;
    let timer = timeline.timer();
    let verified = leeward_examples::verify(line.log.dir())?;
    timeline.event(
        Tone::Done,
        timer.elapsed(),
        format_args!("verified from the files alone: {} entries, root {}", verified.size, verified.root),
    )?;
    tell_what_to_try(timeline, place)
}

fn tell_what_to_try(timeline: &Timeline, place: &Place) -> Result<(), Failure> {
    let (dir, log) = (place.dir.display(), place.log_dir());
    let log = log.display();
    let (database, store) = match place.database {
        Some(_) => (" --database URL", String::new()),
        None => ("", format!("{dir}/store.sqlite* ")),
    };
    timeline.part("Try")?;
    timeline.note(format_args!("the log:          {log}/tile/"))?;
    timeline.note(format_args!("its checkpoint:   {log}/checkpoint"))?;
    timeline.note(format_args!("its public key:   {log}/log.vkey (C2SP vkey; keep a copy elsewhere)"))?;
    timeline.note(format_args!(
        "verify it:        cargo run --release -p leeward-examples --example crisis_line -- --verify {dir}{database}"
    ))?;
    timeline.note("change a byte of any file of the log, and verify again: the entry is named")?;
    timeline.note(format_args!(
        "look for a word of the conversation: strings -a -n 4 {store}{log}/tile/entries/*"
    ))
}

/// Verifies the log of an earlier run: from its files alone, and then whether the database agrees with them.
#[expect(clippy::print_stdout, reason = "a program speaks to whoever runs it")]
pub(crate) fn verify(place: &Place) -> Result<(), Failure> {
    let published = verify_files(place)?;
    println!("the log holds: {} entries, root {}", published.size, published.root);
    if place.database.is_some() {
        let size = pollster::block_on(verify_database(place, &published))?;
        println!("the database agrees: {size} entries, of which {} are published", published.size);
    }
    Ok(())
}

fn verify_files(place: &Place) -> Result<Verified, Failure> {
    let log = place.log_dir();
    if !log.is_dir() {
        return Err(Failure::new(format!("{} holds no log", place.dir.display())).with_code(2));
    }
    leeward_examples::verify(&log).map_err(|error| {
        let code = if error.is_refusal() { 1 } else { 2 };
        let sentence = Failure::from(error);
        Failure::new(format!("the log in {} does not hold: {sentence}", log.display())).with_code(code)
    })
}

/// How many entries the log in the database has, after checking that it begins with the published one.
async fn verify_database(place: &Place, published: &Verified) -> Result<u64, Failure> {
    let unchecked = |failure: Failure| failure.with_code(2);
    let key = KeyFile::open(place.key_file()).map_err(|error| unchecked(place.of_key(error)))?;
    let plain = place.open_store().await.map_err(unchecked)?;
    // Before anything else is opened there, which would begin a line.
    if !AuditLog::is_in(&plain).await.map_err(disagreement)? {
        return Err(refused("there is none"));
    }
    let store = place.open_vault(&plain, key).await.map_err(unchecked)?.seal(&plain);
    let log = line::open_log(&store, place).await.map_err(disagreement)?;
    let growth = log.consistency_proof(published.size).await.map_err(disagreement)?;
    growth.verify(&published.root).map_err(|_| refused("it has another history"))?;
    log.size().await.map_err(disagreement)
}

/// What contradicts is found not to hold; anything else could not be checked.
fn disagreement(error: AuditError) -> Failure {
    match error {
        AuditError::OutOfRange { .. } => refused("it is shorter"),
        AuditError::Contradiction { .. } | AuditError::Corrupt { .. } => refused(&error.to_string()),
        other => Failure::from(other).with_code(2),
    }
}

fn refused(why: &str) -> Failure {
    Failure::new(format!("the log in the database is not the published one: {why}"))
}
