//! Help, and command lines that ask for nothing that there is.

use crate::support::run;

#[test]
fn help_is_told_on_standard_output_and_fits_a_terminal() {
    for line in [
        vec!["--help"],
        vec!["-h"],
        vec!["help"],
        vec!["verify", "--help"],
        vec!["inspect", "-h"],
        vec!["export", "help"],
        vec!["report", "--help"],
        vec!["pack", "--help"],
    ] {
        let ran = run(&line);
        assert_eq!((ran.code, &*ran.err), (0, ""), "{line:?}");
        assert!(ran.out.contains("usage: leeward-audit"), "{line:?}");
        assert!(ran.out.lines().all(|line| line.chars().count() <= 80), "{line:?}");
    }
    assert_eq!(run(["--version"]).out, concat!("leeward-audit ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn what_there_is_not_ends_with_2_and_says_where_to_look() {
    for line in [
        vec![],
        vec!["frobnicate"],
        vec!["--frobnicate"],
        vec!["verify"],
        vec!["verify", "--vkey-file"],
        vec!["verify", "a", "b"],
        vec!["verify", "a", "--vkey-file", "k", "--vkey-file", "k"],
        vec!["verify", "a", "--format", "csv"],
        vec!["verify", "a", "-x"],
        vec!["export", "a", "--vkey-file", "k"],
        vec!["export", "a", "--vkey-file", "k", "--json"],
        vec!["export", "a", "--vkey-file", "k", "--format", "pdf"],
        vec!["export", "a", "--vkey-file", "k", "--format", "ocsf", "--version", "1.9.0"],
        vec!["export", "a", "--vkey-file", "k", "--format", "csv", "--framing", "octets"],
        vec!["export", "a", "--vkey-file", "k", "--format", "ocsf", "--framing", "octets"],
        vec!["report", "a"],
        vec!["report", "--subject", "me"],
        vec!["report", "--subject", "dog:11111111111111111111111111111111"],
        vec!["pack", "--vkey-file", "k"],
        vec!["verify", "--x\u{1b}[2J"],
    ] {
        let ran = run(&line);
        assert_eq!((ran.code, &*ran.out), (2, ""), "{line:?}");
        assert!(ran.sentence().contains("--help`"), "{line:?}: {ran:?}");
        assert!(!ran.err.contains('\u{1b}'), "{line:?}");
    }
}
