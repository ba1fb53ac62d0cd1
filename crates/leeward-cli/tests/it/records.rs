//! `report`, `pack`, and `verify` of a pack.

use crate::{
    support::{STAFF, Service},
    verify::json,
};
use std::fs;

const STORE: &str = "--store @store.sqlite --key-file @root.key --vkey-file @vkey --as";
const SUBJECT: &str = "--subject conversation:22222222222222222222222222222222";

#[test]
fn a_report_tells_who_looked_and_is_itself_on_record() {
    let service = Service::new();
    fs::write(service.path("names"), format!("{STAFF} Amira\n")).unwrap();
    let report = format!("report {STORE} {STAFF} {SUBJECT} --aliases @names");
    let ran = service.run(&report);
    assert_eq!((ran.code, &*ran.err), (0, ""), "{ran:?}");
    assert!(ran.out.starts_with("WHO LOOKED AT YOUR RECORD") && ran.out.contains("Amira"), "{}", ran.out);
    assert!(!ran.out.contains(STAFF));

    service.grow(0);
    let answer = json(&service.run(&format!("{report} --json")).out);
    let accesses = answer["accesses"].as_array().unwrap();
    assert_eq!(accesses.len(), 601);
    assert_eq!((&accesses[600]["action"], &accesses[600]["alias"]), (&"log read".into(), &"Amira".into()));
    assert!(accesses[0]["proof"].as_str().unwrap().starts_with("c2sp.org/tlog-proof@v1\n"));
    let early = service.run(&format!("{report} --json --before 2026-11-06T21:20:00Z"));
    assert_eq!(json(&early.out)["accesses"].as_array().unwrap().len(), 0);
}

#[test]
fn a_report_about_nobody_is_empty() {
    let service = Service::new();
    let ran = service.run(&format!("report {STORE} {STAFF} --subject {STAFF} --json"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(json(&ran.out)["accesses"].as_array().unwrap().len(), 0);
}

#[test]
fn a_pack_verifies_anywhere_with_the_key_alone() {
    let service = Service::new();
    let ran = service.run(&format!("pack {STORE} {STAFF} --entries 0-2,599 --out @evidence.tar"));
    assert_eq!((ran.code, &*ran.err), (0, ""), "{ran:?}");
    let ran = service.run("verify @evidence.tar --vkey-file @vkey");
    assert_eq!((ran.code, &*ran.err), (0, ""), "{ran:?}");
    assert!(ran.out.contains("4 of 600") && ran.out.contains(&format!("by staff {STAFF}")), "{}", ran.out);
    let answer = json(&service.run("verify @evidence.tar --vkey-file @vkey --json").out);
    assert_eq!((&answer["verdict"], &answer["entries"][3]["index"]), (&"holds".into(), &599.into()));

    let bytes = fs::read(service.path("evidence.tar")).unwrap();
    let entry = bytes.windows(7).position(|name| name == b"entry/1").unwrap() + 512;
    service.flip("evidence.tar", entry + 20);
    let ran = service.run("verify @evidence.tar --vkey-file @vkey");
    assert_eq!(ran.code, 1);
    assert!(ran.sentence().contains("does NOT hold: entry 1 of the pack"), "{ran:?}");
    fs::write(service.path("evidence.tar"), &bytes[..bytes.len() - 512]).unwrap();
    assert_eq!(service.run("verify @evidence.tar --vkey-file @vkey").code, 1);
}

#[test]
fn what_is_withheld_is_not_in_the_pack() {
    let service = Service::new();
    let ran = service.run(&format!("pack {STORE} {STAFF} {SUBJECT} --withhold --out @evidence.tar --json"));
    assert_eq!(ran.code, 0, "{ran:?}");
    let ran = service.run("verify @evidence.tar --vkey-file @vkey");
    assert!(ran.out.contains("600 of 600") && ran.out.contains("is withheld"), "{}", ran.out);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(service.path("evidence.tar")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "for its maker alone");
    }
    let bytes = fs::read(service.path("evidence.tar")).unwrap();
    assert!(!bytes.windows(16).any(|window| window == [0x11; 16] || window == [0x22; 16]));
}

#[test]
fn what_is_no_pack_or_cannot_be_packed_ends_with_2() {
    let service = Service::new();
    for (line, sentence) in [
        ("verify @vkey --vkey-file @vkey --since @kept".to_owned(), "goes with a log"),
        ("verify @vkey --vkey-file @vkey".to_owned(), "is no directory of a log and no evidence pack"),
        (format!("pack {STORE} {STAFF} --entries 5-3 --out @e"), "`--entries` takes numbers"),
        (format!("pack {STORE} {STAFF} --entries 0-99999999999 --out @e"), "`--entries` takes numbers"),
        (format!("pack {STORE} {STAFF} --entries 600 --out @e"), "out of range"),
        (format!("pack {STORE} {STAFF} --out @e"), "either `--entries` or `--subject`"),
        (format!("pack {STORE} {STAFF} --entries 1 --out @nowhere/e"), "could not be written"),
    ] {
        let ran = service.run(&line);
        assert_eq!((ran.code, &*ran.out), (2, ""), "{line}: {ran:?}");
        assert!(ran.sentence().contains(sentence), "{line}: {ran:?}");
    }
    assert!(!service.path("e").exists());
}
