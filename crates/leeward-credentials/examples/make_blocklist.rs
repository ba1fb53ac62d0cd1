//! Makes the built-in blocklist anew, from `src/blocklist/common.txt` and lists in the sources of `zxcvbn`, which is
//! under the MIT licence (`src/blocklist/NOTICE`):
//!
//! ```sh
//! cargo run -p leeward-credentials --example make_blocklist
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a tool that fails says why and stops"
)]

use leeward_credentials::Blocklist;
use std::{collections::BTreeSet, ops::RangeInclusive, path::Path, process::Command};

const BLOCKLIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/blocklist");

/// How many of the commonest passwords, by how many letters and digits they have.
const SHARES: [(usize, RangeInclusive<usize>); 2] = [(usize::MAX, 8..=usize::MAX), (3_000, 5..=7)];
const SHORTEST_NAME: usize = 5;
/// Of the words that passwords are, the first so many of that many letters or more are put together in pairs.
const PAIRED: usize = 64;
const SHORTEST_PAIRED: usize = 8;

fn main() {
    let entries = entries();
    let of_at_least = |length| entries.iter().filter(|entry| entry.chars().count() >= length).count();
    std::fs::write(format!("{BLOCKLIST}/common.bin"), list(&entries).as_bytes()).unwrap();
    let [all, eight, fifteen] = [0, 8, 15].map(of_at_least);
    println!("{all} entries: {eight} of at least 8 letters and digits, {fifteen} of at least 15");
}

fn list(entries: &BTreeSet<String>) -> Blocklist {
    Blocklist::from_text(&entries.iter().map(String::as_str).collect::<Vec<_>>().join("\n"))
}

fn entries() -> BTreeSet<String> {
    let own = std::fs::read_to_string(format!("{BLOCKLIST}/common.txt")).unwrap();
    let source = source_of_zxcvbn();
    let passwords = listed(&source, "PASSWORDS");
    let mut entries: BTreeSet<_> = own.lines().map(fold).filter(|entry| !entry.is_empty()).collect();
    for (share, lengths) in SHARES {
        let fitting = passwords.iter().filter(|entry| lengths.contains(&entry.chars().count()));
        entries.extend(fitting.take(share).cloned());
    }
    for names in ["FEMALE_NAMES", "MALE_NAMES"] {
        let names = listed(&source, names).into_iter();
        entries.extend(names.filter(|name| name.chars().count() >= SHORTEST_NAME));
    }
    entries.extend(pairs(&passwords));
    entries
}

fn pairs(passwords: &[String]) -> Vec<String> {
    let is_word = |entry: &&String| entry.len() >= SHORTEST_PAIRED && entry.chars().all(char::is_alphabetic);
    let words: Vec<_> = passwords.iter().filter(is_word).take(PAIRED).collect();
    words.iter().flat_map(|one| words.iter().map(move |other| format!("{one}{other}"))).collect()
}

/// A list of the source, the commonest first, folded, each entry once.
fn listed(source: &str, name: &str) -> Vec<String> {
    let start = format!("const {name}: &str = \"");
    let list = source.split_once(&start).expect("zxcvbn has this list").1;
    let list = list.split_once("\";\n").expect("the list ends").0;
    let mut seen = BTreeSet::new();
    list.split(',').map(fold).filter(|entry| !entry.is_empty() && seen.insert(entry.clone())).collect()
}

/// The file of the release that this workspace is locked to.
fn source_of_zxcvbn() -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--locked", "--format-version", "1", "--manifest-path"];
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let told = Command::new(cargo).args(arguments).arg(manifest).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let workspace: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    let mut packages = workspace["packages"].as_array().unwrap().iter();
    let package = packages.find(|package| package["name"] == "zxcvbn").expect("the meter depends on zxcvbn");
    assert_eq!(package["license"], "MIT", "the licence of zxcvbn changed: see to it");
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    std::fs::read_to_string(manifest.with_file_name("src").join("frequency_lists.rs")).unwrap()
}

fn fold(entry: &str) -> String {
    entry.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_that_is_built_in_is_what_this_makes_and_no_more() {
        assert!(list(&entries()).as_bytes() == Blocklist::built_in().as_bytes(), "run this example");
    }

    #[test]
    fn three_thousand_entries_meet_each_least_length_of_the_profiles() {
        let entries = entries();
        for least in [8, 15] {
            assert!(
                entries.iter().filter(|entry| entry.chars().count() >= least).count() >= 3_000,
                "{least}"
            );
        }
    }
}
