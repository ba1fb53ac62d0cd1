//! `export`, from the files and from the store.

use crate::support::{STAFF, Service};
use std::fs;

const FORMATS: [&str; 5] = ["ocsf", "fhir-r4", "fhir-r5", "syslog", "csv"];

fn store(format: &str) -> String {
    format!(
        "export --store @store.sqlite --key-file @root.key --as {STAFF} --vkey-file @vkey --format {format}"
    )
}

#[test]
fn every_format_has_every_entry() {
    let service = Service::new();
    for format in FORMATS {
        let ran = service.run(&format!("export @log --vkey-file @vkey --format {format}"));
        let head = usize::from(format == "csv");
        assert_eq!((ran.code, &*ran.err), (0, ""));
        assert_eq!(ran.out.lines().count(), 600 + head, "{format}");
        assert!(ran.out.contains("not opened"));
    }
}

#[test]
fn a_part_of_a_log_is_exported_alone() {
    let service = Service::new();
    let ran = service.run("export @log --vkey-file @vkey --format syslog --from 255 --count 2");
    let lines: Vec<_> = ran.out.lines().collect();
    assert!(lines.len() == 2 && lines[0].contains(" index=\"255\"") && lines[1].contains(" index=\"256\""));
    let ran = service.run("export @log --vkey-file @vkey --format syslog --from 601");
    assert_eq!((ran.code, &*ran.out), (2, ""));
}

#[test]
fn what_does_not_hold_leaves_no_file() {
    let service = Service::new();
    let export = "export @log --vkey-file @vkey --format ocsf --out @export.jsonl";
    assert_eq!(service.run(export).code, 0);
    assert_eq!(fs::read_to_string(service.path("export.jsonl")).unwrap().lines().count(), 600);
    fs::remove_file(service.path("export.jsonl")).unwrap();

    service.flip("log/tile/entries/001", 3 * 76 + 40);
    let ran = service.run(export);
    assert_eq!(ran.code, 1);
    assert!(ran.sentence().contains("entry 259"), "{ran:?}");
    let left = fs::read_dir(service.dir.path()).unwrap();
    let left = left.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("export"));
    assert_eq!(left.count(), 0);
    let ran = service.run("export @log --vkey-file @vkey --format ocsf --out @nowhere/export");
    assert_eq!(ran.code, 2);
}

#[cfg(unix)]
#[test]
fn what_is_no_plain_file_is_never_replaced() {
    let service = Service::new();
    std::os::unix::fs::symlink("/dev/null", service.path("device")).unwrap();
    fs::create_dir(service.path("folder")).unwrap();
    for out in ["@device", "@folder"] {
        let ran = service.run(&format!("export @log --vkey-file @vkey --format csv --out {out}"));
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.sentence().contains("is no plain file"), "{ran:?}");
    }
    assert!(service.path("device").is_symlink() && service.path("folder").is_dir());
}

#[test]
fn an_entry_that_was_not_signed_is_not_taken_for_a_later_releases() {
    let service = Service::new();
    // The first byte of an entry is its form.
    service.flip("log/tile/entries/000", 2);
    let ran = service.run("export @log --vkey-file @vkey --format csv --out @export.csv");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.sentence().contains("entry 0"), "{ran:?}");
}

#[test]
fn the_store_has_the_details_and_the_read_is_logged() {
    let service = Service::new();
    fs::write(service.path("names"), format!("# staff\n{STAFF} Dr. O'Neill\n")).unwrap();
    let ran = service.run(&format!("{} --aliases @names --count 3", store("csv")));
    assert_eq!((ran.code, &*ran.err), (0, ""), "{ran:?}");
    assert_eq!(ran.out.matches("\"staff\"").count(), 3);
    assert_eq!(ran.out.matches("Dr. O'Neill").count(), 3);
    assert!(!ran.out.contains(STAFF));

    service.grow(0);
    let ran = service.run(&format!("{} --from 600", store("syslog")));
    assert_eq!(ran.out.lines().count(), 1);
    assert!(
        ran.out.contains("log read: success") && ran.out.contains("purpose=\"compliance\""),
        "{}",
        ran.out
    );
}

#[test]
fn a_store_that_is_not_the_one_is_refused_and_not_changed() {
    let service = Service::new();
    let other = Service::new();
    fs::copy(other.path("root.key"), service.path("other.key")).unwrap();
    fs::copy(other.path("vkey"), service.path("other-vkey")).unwrap();
    let permissions = fs::metadata(service.path("root.key")).unwrap().permissions();
    fs::set_permissions(service.path("other.key"), permissions).unwrap();
    fs::write(service.path("text"), b"no database, but long enough to be looked at as one").unwrap();
    drop(leeward_sqlite::open(service.path("new.sqlite")).unwrap());
    fs::write(service.path("names"), b"nobody\n").unwrap();
    fs::write(service.path("empty"), b"").unwrap();
    let good = store("csv");
    for (line, sentence) in [
        (good.replace("@store.sqlite", "@nowhere"), "no such file or directory"),
        (good.replace("@store.sqlite", "@text"), "text`: "),
        (good.replace("@store.sqlite", "@new.sqlite"), "there is no audit log in"),
        (good.replace("@store.sqlite", "@empty"), "empty`: it is empty"),
        (good.replace("@root.key", "@nowhere"), "nowhere`: "),
        (good.replace("@root.key", "@vkey"), "vkey`: "),
        (good.replace("@root.key", "@other.key"), "does not belong to this store"),
        (good.replace("@vkey", "@other-vkey"), "was not signed by the key in `--vkey-file`"),
        (good.replace(STAFF, "somebody"), "`--as` takes a staff identifier"),
        (good.replace(&format!("--as {STAFF}"), ""), "`--as` is needed"),
        (format!("{good} --aliases @names"), "line 1 of"),
        (good.replace("export", "export @log"), "and not both"),
        (good.replace("--store @store.sqlite", "@log"), "goes with `--store`"),
    ] {
        let ran = service.run(&line);
        assert_eq!((ran.code, &*ran.out), (2, ""), "{line}: {ran:?}");
        assert!(ran.sentence().contains(sentence), "{line}: {ran:?}");
    }
    assert_eq!(fs::read(service.path("text")).unwrap().len(), 51);
    assert_eq!(fs::read(service.path("empty")).unwrap(), b"");
    assert!(!service.path("nowhere").exists());
    assert_eq!(service.run(&good).code, 0);
}
