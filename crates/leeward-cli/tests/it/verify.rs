//! `verify` and `inspect` of a directory.

use crate::support::{Service, flip};
use leeward_audit::{
    SealKey,
    note::{Ed25519Signer, Signer},
};
use ring::rand::SystemRandom;
use std::fs;

const VERIFY: &str = "verify @log --vkey-file @vkey";

#[test]
fn a_log_that_holds_is_said_to() {
    let service = Service::new();
    let ran = service.run(VERIFY);
    assert_eq!((ran.code, &*ran.err), (0, ""));
    assert!(ran.out.starts_with("example.org/audit holds\n  entries      600\n"), "{}", ran.out);

    let ran = service.run(&format!("{VERIFY} --since @kept --json --threads 2"));
    let answer = json(&ran.out);
    assert_eq!(ran.code, 0);
    assert_eq!(answer["verdict"], "holds");
    assert_eq!((answer["size"].as_u64(), answer["since"].as_u64()), (Some(600), Some(300)));
    assert_eq!(answer["nothing_else"], true);
}

#[test]
fn a_changed_entry_is_named() {
    let service = Service::new();
    service.flip("log/tile/entries/001", 3 * 76 + 40);
    let ran = service.run(VERIFY);
    assert_eq!((ran.code, &*ran.out), (1, ""));
    assert!(ran.sentence().contains("does NOT hold: entry 259, in `tile/entries/001`"), "{ran:?}");

    let ran = service.run(&format!("{VERIFY} --json"));
    let answer = json(&ran.out);
    assert_eq!((ran.code, &*ran.err), (1, ""));
    assert_eq!(answer["verdict"], "does not hold");
    assert_eq!(answer["first_entry"], 259);
}

#[test]
fn foreign_and_missing_files_are_named() {
    let service = Service::new();
    fs::write(service.path("log/notes.txt"), b"x").unwrap();
    let ran = service.run(VERIFY);
    assert_eq!(ran.code, 1);
    assert!(ran.sentence().ends_with("`notes.txt` is no part of the signed log"), "{ran:?}");
    fs::remove_file(service.path("log/notes.txt")).unwrap();

    fs::remove_file(service.path("log/tile/0/000")).unwrap();
    let ran = service.run(VERIFY);
    assert_eq!(ran.code, 1);
    assert!(ran.sentence().ends_with("`tile/0/000` is missing"), "{ran:?}");
}

#[test]
fn a_log_that_was_put_back_or_rewritten_is_found_by_a_kept_checkpoint() {
    let service = Service::new();
    fs::copy(service.path("log/checkpoint"), service.path("later")).unwrap();
    let older = Service::new();
    fs::copy(older.path("vkey"), service.path("other-vkey")).unwrap();
    // Its own log, put back to where it began to be kept.
    fs::copy(service.path("kept"), service.path("log/checkpoint")).unwrap();
    let ran = service.run(&format!("{VERIFY} --since @later"));
    assert_eq!(ran.code, 1);
    assert!(ran.sentence().contains("this is an older state of it"), "{ran:?}");
}

#[test]
fn what_says_nothing_of_the_log_ends_with_2() {
    let service = Service::new();
    fs::write(service.path("nonsense"), b"nonsense\n").unwrap();
    fs::write(service.path("long"), vec![b'x'; 1 << 20]).unwrap();
    fs::create_dir(service.path("empty")).unwrap();
    let seed = SealKey::generate("example.org/other", 15, &SystemRandom::new()).unwrap();
    fs::write(service.path("other-seal"), &**seed.expose()).unwrap();
    for (line, sentence) in [
        ("verify @nowhere --vkey-file @vkey", "could not be read: no such file or directory"),
        ("verify @empty --vkey-file @vkey", "it holds no `checkpoint`"),
        ("inspect @vkey", "is no directory"),
        ("verify @log --vkey-file @nowhere", "could not be read: no such file or directory"),
        ("verify @log --vkey-file @empty", "could not be read: is a directory"),
        ("verify @log --vkey-file @nonsense", "holds no verifier key"),
        ("verify @log --vkey-file @long", "is too long for what it should be"),
        ("verify @log --vkey-file @vkey --since @nonsense", "is no checkpoint that example.org/audit signed"),
        ("verify @log --vkey-file @vkey --seal-key @nonsense", "holds no seal key"),
        ("verify @log --vkey-file @vkey --seal-key @other-seal", "is that of another log"),
        ("verify @log --vkey-file @vkey --policy @nonsense", "is no policy: line 1 of the policy"),
        ("verify @log --vkey-file @vkey --sealed-within 9", "goes with `--seal-key`"),
    ] {
        let ran = service.run(line);
        assert_eq!((ran.code, &*ran.out), (2, ""), "{line}: {ran:?}");
        assert!(ran.sentence().contains(sentence), "{line}: {ran:?}");
    }
}

#[test]
fn the_key_of_another_log_does_not_pass() {
    let service = Service::new();
    let other = Ed25519Signer::from_seed("example.org/audit", &[1; 32]).unwrap();
    fs::write(service.path("other"), other.vkey().to_string()).unwrap();
    for line in ["verify @log --vkey-file @other", "export @log --format csv --vkey-file @other"] {
        let ran = service.run(line);
        assert_eq!((ran.code, &*ran.out), (1, ""), "{ran:?}");
        assert!(ran.sentence().contains("does NOT hold"), "{ran:?}");
    }
}

#[test]
fn a_log_without_seals_does_not_pass_for_a_sealed_one() {
    let service = Service::new();
    let key = SealKey::generate("example.org/audit", 15, &SystemRandom::new()).unwrap();
    fs::write(service.path("seal"), format!("{}\n", *key.expose())).unwrap();
    let ran = service.run(&format!("{VERIFY} --seal-key @seal"));
    assert_eq!(ran.code, 1);
    assert!(ran.sentence().contains("the seals do not hold: the log has no seals"), "{ran:?}");
    assert!(!ran.err.contains(key.expose().split('+').next_back().unwrap()));
}

#[test]
fn a_log_that_too_few_witnesses_cosigned_does_not_pass_the_policy() {
    const WITNESS: &str =
        "witness partner wit.example/w1+f9bdef00+BHm1Vi6P5lT5QHixEuipi6eQH4U65pW+1+DjkQutBJZk";
    let service = Service::new();
    fs::write(service.path("asks"), format!("{WITNESS}\nquorum partner\n")).unwrap();
    let ran = service.run(&format!("{VERIFY} --policy @asks"));
    assert_eq!((ran.code, &*ran.out), (1, ""));
    assert!(
        ran.sentence().ends_with("fewer witnesses have cosigned the checkpoint than the policy asks for")
    );
    fs::write(service.path("asks-none"), format!("{WITNESS}\nquorum none\n")).unwrap();
    let ran = service.run(&format!("{VERIFY} --policy @asks-none"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("witnesses    none"), "{}", ran.out);
}

#[test]
fn inspect_shows_the_checkpoint_and_entries() {
    let service = Service::new();
    let ran = service.run("inspect @log --vkey-file @vkey --from 254 --count 4");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("  entries      600\n") && ran.out.contains("(holds)"), "{}", ran.out);
    for index in 254..258 {
        assert!(
            ran.out.contains(&format!("\n{index:>10}  2026-11-06 21:20 UTC  record read")),
            "{}",
            ran.out
        );
    }
    assert_eq!(ran.out.matches("record read").count(), 4);

    let ran = service.run("inspect @log --from 601");
    assert_eq!((ran.code, ran.sentence()), (2, "there is no entry 601: the log has 600"));
    let ran = service.run("inspect @log --json --count 2");
    let answer = json(&ran.out);
    assert_eq!(answer["signature_checked"], false);
    assert_eq!(
        (answer["entries"][0]["index"].as_u64(), answer["entries"][1]["index"].as_u64()),
        (Some(598), Some(599))
    );

    flip(&service.path("log/checkpoint"), 0);
    assert_eq!(service.run("inspect @log --vkey-file @vkey").code, 1);
    fs::write(service.path("log/checkpoint"), b"\x1b[2Jnothing").unwrap();
    let ran = service.run("inspect @log");
    assert_eq!(ran.code, 1);
    assert!(!ran.err.contains('\x1b'));
}

pub(crate) fn json(line: &str) -> serde_json::Value {
    assert_eq!(line.matches('\n').count(), 1, "{line}");
    serde_json::from_str(line).unwrap()
}
