//! The documents keep to the code: what they name exists.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a failing test panics")]

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands between back-ticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn documents() -> Vec<PathBuf> {
    let mut found = vec![];
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name());
            let skipped = ["target", ".git", "vectors", "corpus", "leeward-demo"];
            if path.is_dir() && !skipped.iter().any(|skip| name == *skip) {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn every_test_that_the_measures_name_exists() {
    let measures = read("docs/measures.md");
    let named: Vec<_> = quoted(&measures).filter_map(|text| text.split_once("::")).collect();
    assert!(named.len() >= 20, "only {} tests are named", named.len());
    for (file, test) in named {
        assert!(read(file).contains(&format!("fn {test}(")), "{file} has no test {test}");
    }
}

#[test]
fn every_relative_link_leads_somewhere() {
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://") && !target.starts_with('#')) {
            let file = target.split('#').next().unwrap();
            let beside = document.parent().unwrap().join(file);
            assert!(beside.exists(), "{} links to {target}", document.display());
        }
    }
}

#[test]
fn every_shared_dependency_has_its_reason() {
    let manifest = read("Cargo.toml");
    let table = manifest.split("[workspace.dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    for line in table.lines().filter(|line| line.contains('=') && !line.starts_with("leeward-")) {
        assert!(line.contains(" # "), "no reason given: {line}");
        assert!(!line.contains("git ="), "a git dependency: {line}");
    }
}

#[test]
fn every_crate_is_in_the_readme() {
    let readme = read("README.md");
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(readme.contains(&format!("[`{name}`]")), "{name} is missing");
    }
}
