//! What happened, in a log that nobody can quietly change.

use crate::{
    failure::Failure,
    line::{Line, log_dir, now},
    timeline::{Timeline, Tone},
};
use std::path::Path;

/// Moves what happened into the log, signs it, verifies it, and tells what to try.
pub(crate) async fn close(line: &Line, timeline: &Timeline, dir: &Path) -> Result<(), Failure> {
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
    tell_what_to_try(timeline, dir)
}

fn tell_what_to_try(timeline: &Timeline, dir: &Path) -> Result<(), Failure> {
    let (dir, log) = (dir.display(), log_dir(dir));
    let log = log.display();
    timeline.part("Try")?;
    timeline.note(format_args!("the log:          {log}/tile/"))?;
    timeline.note(format_args!("its checkpoint:   {log}/checkpoint"))?;
    timeline.note(format_args!("its public key:   {log}/log.vkey (C2SP vkey; keep a copy elsewhere)"))?;
    timeline.note(format_args!(
        "verify it:        cargo run --release -p leeward-examples --example crisis_line -- --verify {dir}"
    ))?;
    timeline.note("change a byte of any file of the log, and verify again: the entry is named")?;
    timeline.note(format_args!(
        "look for a word of the conversation: strings -a -n 4 {dir}/store.sqlite* {log}/tile/entries/*"
    ))
}

/// Verifies the log of an earlier run from its files alone.
#[expect(clippy::print_stdout, reason = "a program speaks to whoever runs it")]
pub(crate) fn verify(dir: &Path) -> Result<(), Failure> {
    let log = log_dir(dir);
    if !log.is_dir() {
        return Err(Failure::new(format!("{} holds no log", dir.display())).with_code(2));
    }
    let verified = leeward_examples::verify(&log).map_err(|error| {
        let code = if error.is_refusal() { 1 } else { 2 };
        let sentence = Failure::from(error);
        Failure::new(format!("the log in {} does not hold: {sentence}", log.display())).with_code(code)
    })?;
    println!("the log holds: {} entries, root {}", verified.size, verified.root);
    Ok(())
}
