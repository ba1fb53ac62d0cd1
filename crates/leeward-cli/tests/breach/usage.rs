use crate::support::run;

#[test]
fn help_is_told_on_standard_output_and_fits_a_terminal() {
    for words in [
        &["--help"][..],
        &["-h"],
        &["help"],
        &["build", "--help"],
        &["inspect", "-h"],
        &["verify", "--help"],
        &["check", "--help"],
    ] {
        let ran = run(words);
        assert_eq!((ran.code, &*ran.err), (0, ""), "{words:?}");
        assert!(ran.out.contains("usage: leeward-breach"), "{words:?}");
        assert!(ran.out.lines().all(|line| line.chars().count() <= 80), "{words:?}");
    }
    assert_eq!(run(["--version"]).out, concat!("leeward-breach ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn what_there_is_not_ends_with_2_and_says_where_to_look() {
    for words in [
        &[][..],
        &["frobnicate"],
        &["--frobnicate"],
        &["build"],
        &["build", "set"],
        &["build", "set", "--out"],
        &["build", "set", "--out", "a", "--out", "b"],
        &["build", "set", "--out", "a", "--min-count", "0"],
        &["build", "set", "--out", "a", "--threads", "none"],
        &["build", "set", "--out", "a", "--date", "yesterday"],
        &["inspect"],
        &["inspect", "a", "b"],
        &["verify", "a", "--ranges", "b"],
        &["check"],
        &["check", "--x\u{1b}[2J"],
    ] {
        let ran = run(words);
        assert_eq!((ran.code, &*ran.out), (2, ""), "{words:?}");
        assert!(ran.err.starts_with("leeward-breach: ") && ran.err.contains("--help`"), "{words:?}: {ran:?}");
        assert!(!ran.err.contains('\u{1b}'), "{words:?}");
    }
}
