//! Every file of the corpus goes through its target.
#![allow(clippy::expect_used, reason = "a failing test panics")]

use leeward_fuzz::TARGETS;
use std::{
    collections::BTreeSet,
    fs,
    panic::catch_unwind,
    path::{Path, PathBuf},
};

fn entries(directory: &Path) -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory that can be read");
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

#[test]
fn every_target_has_a_corpus_and_survives_it() {
    for (name, target) in TARGETS {
        let files = entries(&corpus().join(name));
        assert!(!files.is_empty(), "{name} has no corpus");
        for file in files {
            let data = fs::read(&file).expect("a file that can be read");
            let survived = catch_unwind(|| target(&data)).is_ok();
            assert!(survived, "{} breaks a promise", file.display());
        }
    }
}

#[test]
fn every_target_survives_nothing_and_noise() {
    for (_, target) in TARGETS {
        target(b"");
        for byte in 0..=u8::MAX {
            target(&[byte]);
            target(&[byte; 300]);
        }
    }
}

#[test]
fn every_corpus_and_every_program_has_a_target() {
    let names: BTreeSet<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz_targets");
    for paths in [entries(&corpus()), entries(&programs)] {
        let found: BTreeSet<&str> = paths.iter().filter_map(|path| path.file_stem()?.to_str()).collect();
        assert_eq!(found, names);
    }
}
