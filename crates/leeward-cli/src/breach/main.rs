//! `leeward-breach`: makes and asks filters of breached passphrases.
#![forbid(unsafe_code)]

mod args;
mod build;
mod check;
#[path = "../clock.rs"]
#[expect(dead_code, reason = "the time of day is for the other program")]
mod clock;
mod failure;
mod help;
mod inspect;
#[path = "../number.rs"]
mod number;
#[path = "../progress.rs"]
mod progress;

use args::{Args, Asked, Command};
use failure::Failure;
use serde_json::{Value, json};
use std::{
    io::{self, Write},
    process::ExitCode,
};

/// What a command found, for people and for programs, and whether that is what one hopes for.
struct Answer {
    text: String,
    json: Value,
    good: bool,
}

fn main() -> ExitCode {
    let asked = match args::parse(std::env::args_os()) {
        Ok(asked) => asked,
        Err(failure) => return fail(&failure, false),
    };
    let (done, json) = match asked {
        Asked::Text(text) => (write(&text).map(|()| true), false),
        Asked::Run(args) => {
            (run(&args).and_then(|answer| tell(&answer, args.flag("json"))), args.flag("json"))
        }
    };
    match done {
        Ok(good) => ExitCode::from(u8::from(!good)),
        Err(failure) => fail(&failure, json),
    }
}

fn run(args: &Args) -> Result<Answer, Failure> {
    match args.command() {
        Command::Build => build::run(args),
        Command::Inspect => inspect::run(args),
        Command::Verify => inspect::verify(args),
        Command::Check => check::run(args),
    }
}

fn tell(answer: &Answer, json: bool) -> Result<bool, Failure> {
    let text = if json { format!("{}\n", answer.json) } else { answer.text.clone() };
    write(&text).map(|()| answer.good)
}

fn write(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| Failure::new(format!("the output could not be written: {error}")))
}

/// Says why, on standard error or as an answer to a program.
fn fail(failure: &Failure, json: bool) -> ExitCode {
    // When nobody can be told, the exit code still tells.
    let _ = if json {
        write(&format!("{}\n", json!({ "error": failure.to_string() })))
    } else {
        let _ = writeln!(io::stderr().lock(), "leeward-breach: {failure}");
        Ok(())
    };
    ExitCode::from(failure.code())
}
