//! One protected conversation from end to end: keys, accounts, sign-in, messages, hand-over, a case note
//! behind glass, and a log that verifies.

#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a program speaks to whoever runs it")]

mod args;
mod case_note;
mod conversation;
mod failure;
mod hand_over;
mod line;
mod log;
mod place;
mod staff;
mod timeline;

use args::Command;
use failure::Failure;
use leeward_examples::script;
use leeward_policy::{By, Role};
use line::{Line, now};
use place::Place;
use std::{path::Path, process::ExitCode};
use timeline::{Timeline, Tone};

fn main() -> ExitCode {
    let done = args::parse(std::env::args_os().skip(1)).and_then(|command| match command {
        Command::Run { place, script } => run(&place, script.as_deref()),
        Command::Verify { place } => log::verify(&place),
        Command::Help => {
            println!("{}", args::USAGE);
            Ok(())
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("crisis_line: {failure}");
            ExitCode::from(failure.code())
        }
    }
}

fn run(place: &Place, script: Option<&Path>) -> Result<(), Failure> {
    // Read before anything is made, so that a bad script leaves nothing behind.
    let script = script::load(script)?;
    pollster::block_on(protected_conversation(place, &script, &Timeline::new()))
}

async fn protected_conversation(
    place: &Place,
    script: &[script::Line],
    timeline: &Timeline,
) -> Result<(), Failure> {
    timeline.part("The line opens")?;
    let timer = timeline.timer();
    let line = Line::open(place).await?;
    timeline.event(Tone::Done, timer.elapsed(), format_args!("{place}: keys, sealed store, log"))?;

    timeline.part("Staff")?;
    let counsellor = staff::enrol(&line, timeline, "counsellor", Role::Counsellor).await?;
    let supervisor = staff::enrol(&line, timeline, "supervisor", Role::Supervisor).await?;
    let colleague = staff::enrol(&line, timeline, "colleague", Role::Counsellor).await?;
    let on_duty = staff::sign_in(&line, timeline, &counsellor).await?;
    staff::show_refusals(&line, timeline, &counsellor, &on_duty).await?;
    let supervisor = staff::sign_in(&line, timeline, &supervisor).await?;
    let colleague = staff::sign_in(&line, timeline, &colleague).await?;

    timeline.part("The conversation")?;
    let conversation = conversation::open(&line, timeline, on_duty.id()).await?;
    line.policies.assign(on_duty.id(), conversation.id, By::ServiceUnchecked, now()).await?;
    conversation::play(&line, timeline, &conversation, &on_duty, script).await?;

    hand_over::hand_over(&line, timeline, &conversation, &on_duty, &supervisor).await?;
    case_note::case_note(&line, timeline, &conversation, &supervisor, &colleague).await?;
    for somebody in [on_duty, supervisor, colleague] {
        somebody.leave(&line).await?;
    }
    log::close(&line, timeline, place).await
}
