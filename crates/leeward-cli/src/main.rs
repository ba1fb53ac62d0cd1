#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod aliases;
mod args;
mod clock;
mod export;
mod failure;
mod help;
#[cfg(feature = "http")]
mod http;
mod input;
mod inspect;
mod number;
mod output;
mod pack;
mod place;
mod progress;
mod report;
mod sink;
mod store;
mod table;
mod verify;
mod walk;

use args::{Args, Asked, Command};
use failure::Failure;
use output::{Answer, Output};
use std::process::ExitCode;

fn main() -> ExitCode {
    let output = Output::new();
    let asked = match args::parse(std::env::args_os()) {
        Ok(asked) => asked,
        Err(failure) => return output.fail(&failure, false),
    };
    match asked {
        Asked::Text(text) => output.finish(output.text(&text), false),
        Asked::Run(args) => {
            output.finish(run(&args).and_then(|answer| output.answer(&answer, args.json())), args.json())
        }
    }
}

fn run(args: &Args) -> Result<Answer, Failure> {
    match args.command() {
        Command::Verify => verify::run(args),
        Command::Inspect => inspect::run(args),
        Command::Export => export::run(args),
        Command::Report => report::run(args),
        Command::Pack => pack::run(args),
    }
}
