//! Serves the page on `http://localhost:8080`, or the port that is given.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to whoever runs it")]

use leeward_example_passkeys::{http, site::Site};
use leeward_store::Store;
use std::{error::Error, net::TcpListener};

fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = std::env::args().nth(1).map_or(Ok(8080), |port| port.parse())?;
    let listener = TcpListener::bind(("localhost", port))?;
    let origin = format!("http://localhost:{}", listener.local_addr()?.port());
    // A service gives the store of its vault here: `vault.seal(&store)`.
    let site = Site::new(&Store::memory().assume_sealed(), &origin)?;
    println!("open {origin}");
    http::serve(&listener, &site)?;
    Ok(())
}
