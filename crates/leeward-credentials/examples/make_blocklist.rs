//! Makes the built-in blocklist of a list of passwords, the commonest first:
//!
//! ```sh
//! cargo run -p leeward-credentials --example make_blocklist -- src/blocklist/common.txt <ranked.txt >common.bin
//! ```
#![allow(clippy::unwrap_used, reason = "a tool that fails says why and stops")]

use leeward_credentials::Blocklist;
use std::{
    collections::HashSet,
    io::{Read, Write},
};

/// How many entries of how many letters and digits.
const SHARES: [(usize, std::ops::RangeInclusive<usize>); 3] =
    [(10_000, 8..=usize::MAX), (4_000, 15..=usize::MAX), (1_000, 5..=7)];

fn main() {
    let own = std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap();
    let mut ranked = Vec::new();
    std::io::stdin().read_to_end(&mut ranked).unwrap();
    let ranked = String::from_utf8_lossy(&ranked);

    let mut chosen: HashSet<String> = own.lines().map(fold).collect();
    for (share, lengths) in SHARES {
        let mut seen = HashSet::new();
        let fitting = ranked.lines().map(fold).filter(|entry| lengths.contains(&entry.chars().count()));
        chosen.extend(fitting.filter(|entry| seen.insert(entry.clone())).take(share));
    }
    let text: Vec<_> = chosen.into_iter().collect();
    std::io::stdout().write_all(Blocklist::from_text(&text.join("\n")).as_bytes()).unwrap();
}

fn fold(line: &str) -> String {
    line.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}
