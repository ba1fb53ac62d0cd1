//! A policy decision point that speaks OpenID AuthZEN 1.0: the interop scenarios, or leeward's own
//! default policy. It speaks HTTP: put TLS in front of it.
//!
//! ```text
//! authzen_pdp --scenario todo|gateway|search|certification|default [--listen ADDR] [--url URL] [--key KEY]
//! ```

#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a program speaks to whoever runs it")]

mod args;
mod scenario;
mod server;
#[cfg(test)]
mod tests;

use args::Args;
use std::{error::Error, process::ExitCode};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("authzen_pdp: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let Some(args) = Args::parse(std::env::args().skip(1))? else {
        println!("{}", args::USAGE);
        return Ok(());
    };
    let listener = tokio::net::TcpListener::bind(&args.listen).await?;
    let address = listener.local_addr()?;
    let url = args.url.unwrap_or_else(|| format!("https://{address}"));
    let routes = server::routes(args.scenario, &url, args.key.as_deref())?;
    println!("listening on http://{address}");
    Ok(axum::serve(listener, routes).await?)
}
