//! What a web server answers from a published directory, and what it never does.

use crate::support::{open, stage_together, store};
use leeward_audit::{
    MINIMUM_INDEX_FILE, MinimumIndex, Source, SourceError, Verifier,
    note::Ed25519Signer,
    serve::{PublishedDir, Resource, ServeError, Served},
};
use pollster::block_on;
use std::{fs, path::Path};
use tempfile::{TempDir, tempdir};

const TILE: &str = "public, max-age=31536000, immutable";

/// A log of 600 entries.
fn published() -> TempDir {
    let (dir, store) = (tempdir().unwrap(), store());
    let log = open(&store, dir.path());
    stage_together(&store, 0..600);
    block_on(log.drain(crate::support::now())).unwrap();
    block_on(log.publish(crate::support::now())).unwrap();
    dir
}

fn files(dir: &Path, below: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(dir.join(below)).unwrap() {
        let path = below.join(entry.unwrap().file_name());
        if dir.join(&path).is_dir() {
            files(dir, &path, found);
        } else {
            found.push(path.to_str().unwrap().to_owned());
        }
    }
}

fn status(served: Result<Served, ServeError>) -> u16 {
    served.map_or_else(|error| error.status(), |_| 200)
}

#[test]
fn every_file_of_a_log_is_served_as_it_lies_there() {
    let dir = published();
    let log = PublishedDir::new(dir.path());
    let mut found = Vec::new();
    files(dir.path(), Path::new(""), &mut found);
    assert!(found.len() > 8, "{found:?}");
    for file in found {
        let served = log.get(&file).unwrap();
        assert_eq!(served.bytes, fs::read(dir.path().join(&file)).unwrap());
        assert_eq!(served, log.get(&format!("/{file}")).unwrap());
        let (kind, cache) = match &*file {
            "checkpoint" => ("text/plain; charset=utf-8", "public, max-age=5"),
            "log.vkey" => ("text/plain; charset=utf-8", "public, max-age=300"),
            _ => ("application/octet-stream", TILE),
        };
        assert_eq!(served.headers()[..2], [("content-type", kind), ("cache-control", cache)], "{file}");
        assert_eq!(served.resource.to_string(), file);
    }
}

#[test]
fn what_is_no_path_of_a_log_is_refused_before_anything_is_read() {
    let dir = published();
    let log = PublishedDir::new(dir.path().join("tile"));
    fs::write(dir.path().join("root.key"), b"secret").unwrap();
    for path in [
        "",
        "/",
        "//checkpoint",
        "../checkpoint",
        "/../checkpoint",
        "tile/../checkpoint",
        "tile/0/../0/000",
        "./checkpoint",
        "checkpoint/",
        "checkpoint?x",
        "checkpoint\0",
        "%63heckpoint",
        "tile/0/%30%30%30",
        "tile\\0\\000",
        "tile",
        "tile/",
        "tile/0",
        "tile/8/000",
        "tile/0/000.p/",
        "tile/0/000.p/256",
        "tile/entries",
        "root.key",
        ".unfinished",
        "/etc/passwd",
        "CHECKPOINT",
    ] {
        assert!(matches!(Resource::parse(path), Err(ServeError::Path)), "{path}");
        assert_eq!(status(log.get(path)), 400, "{path}");
    }
}

#[test]
fn what_is_not_there_yet_is_not_found_and_not_remembered() {
    let dir = published();
    let log = PublishedDir::new(dir.path());
    for path in ["tile/0/777", "tile/entries/000.p/3", "minimum-index"] {
        let error = log.get(path).unwrap_err();
        assert_eq!(error.status(), 404, "{path}");
        assert!(error.headers().contains(&("cache-control", "no-store")));
    }
    assert_eq!(status(PublishedDir::new(dir.path().join("nowhere")).get("checkpoint")), 404);
}

#[cfg(unix)]
#[test]
fn nothing_behind_a_link_is_served() {
    use std::os::unix::fs::symlink;
    let (dir, outside) = (published(), tempdir().unwrap());
    let log = PublishedDir::new(dir.path());
    fs::write(outside.path().join("secret"), [7; 8192]).unwrap();

    fs::remove_file(dir.path().join("tile/0/000")).unwrap();
    symlink(outside.path().join("secret"), dir.path().join("tile/0/000")).unwrap();
    assert_eq!(status(log.get("tile/0/000")), 404);

    fs::rename(dir.path().join("tile/1"), outside.path().join("1")).unwrap();
    symlink(outside.path().join("1"), dir.path().join("tile/1")).unwrap();
    assert_eq!(status(log.get("tile/1/000.p/2")), 404);

    fs::remove_file(dir.path().join("checkpoint")).unwrap();
    fs::create_dir(dir.path().join("checkpoint")).unwrap();
    assert_eq!(status(log.get("checkpoint")), 404);
}

#[test]
fn what_has_not_the_size_of_such_a_file_is_not_served() {
    let dir = published();
    let log = PublishedDir::new(dir.path());
    fs::write(dir.path().join("tile/0/000"), [0; 8191]).unwrap();
    assert!(matches!(log.get("tile/0/000"), Err(ServeError::Damaged)));
    fs::write(dir.path().join("tile/0/000"), [0; 8193]).unwrap();
    assert!(matches!(log.get("tile/0/000"), Err(ServeError::Damaged)));
    fs::write(dir.path().join("checkpoint"), vec![b'a'; 1 << 20]).unwrap();
    assert_eq!(status(log.get("checkpoint")), 500);
}

#[test]
fn entries_that_are_no_longer_kept_are_gone_even_while_their_files_are_there() {
    let dir = published();
    let log = PublishedDir::new(dir.path());
    let signer = Ed25519Signer::from_seed("example.org/audit", &[1; 32]).unwrap();
    let note = MinimumIndex::new("example.org/audit", 512).unwrap().sign(&signer).unwrap();
    fs::write(dir.path().join(MINIMUM_INDEX_FILE), note.to_string()).unwrap();
    for (path, expected) in [
        ("tile/entries/000", 410),
        ("tile/entries/001", 410),
        ("tile/entries/002.p/88", 200),
        ("tile/0/000", 200),
        (MINIMUM_INDEX_FILE, 200),
    ] {
        assert_eq!(status(log.get(path)), expected, "{path}");
    }
    fs::write(dir.path().join(MINIMUM_INDEX_FILE), b"nonsense").unwrap();
    assert_eq!(status(log.get("tile/entries/000")), 200);
}

/// Somebody who verifies over what is served.
struct Web(PublishedDir);

impl Source for Web {
    fn read(&self, file: &str, limit: usize) -> Result<Vec<u8>, SourceError> {
        let served = self.0.get(file).map_err(|_| SourceError::Missing)?;
        if served.bytes.len() > limit { Err(SourceError::TooLong) } else { Ok(served.bytes) }
    }
}

#[test]
fn a_log_verifies_by_what_is_served_of_it() {
    let dir = published();
    let vkey = fs::read_to_string(dir.path().join("log.vkey")).unwrap().trim_end().parse().unwrap();
    let verified = Verifier::new(&vkey).verify(&Web(PublishedDir::new(dir.path()))).unwrap();
    assert_eq!((verified.size, verified.nothing_else), (600, false));
}
