//! A log of 600 leaves whose checkpoint three unrelated programs have made or
//! verified (PyPI `aics-tlog`, Go `sumdb/note` and `sumdb/tlog`, Rust `tlog_tiles` and `ct-merkle`).

use leeward_tlog::{
    Checkpoint,
    merkle::{Frontier, leaf_hash},
    note::{Ed25519Signer, Note, NoteError, Signer, VerifierKey},
};

const CROSS_CHECKED: &str = "audit.example/log
600
1nNqfhU9l1uSDCIyIQZ3bn8Vib2IJOiPsTn5Zb+5x4s=

— audit.example/log TD7Nd81KveWnEZDkKOQL26tBWqjiB0x/GfQLbyugicVx41bi8G+TI2I3/miem3Jn59jgPnDq7RhHLkfQoaJAvmFdWAg=
— wit.example/w1 +b3vAAAAAABpUkfADna4E7cvE0NZa0k4XEyCBwV4M913SWhwJ+NF/2gPClIWKrJtw7A+v99ou2fWW1RcJLcYIUNX/weD4CDphF5ICA==
";
const VKEY: &str = "audit.example/log+4c3ecd77+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";

fn signer() -> Ed25519Signer {
    let seed: [u8; 32] = std::array::from_fn(|n| n as u8);
    Ed25519Signer::from_seed("audit.example/log", &seed).unwrap()
}

fn tree() -> Frontier {
    (0..600).map(|n| leaf_hash(format!("event-{n}").as_bytes())).collect()
}

#[test]
fn cross_checked_600_leaves() {
    assert_eq!(signer().vkey().to_string(), VKEY);
    let checkpoint = Checkpoint::open(CROSS_CHECKED.as_bytes(), &VKEY.parse().unwrap()).unwrap();
    assert_eq!(checkpoint, Checkpoint::new("audit.example/log", 600, tree().root()).unwrap());
    let signed = checkpoint.sign(&signer()).unwrap().to_string();
    let without_witness: String = CROSS_CHECKED.lines().take(5).map(|line| format!("{line}\n")).collect();
    assert_eq!(signed, without_witness);
}

#[test]
fn a_checkpoint_of_another_log_is_refused() {
    let other = Ed25519Signer::from_seed("other.example/log", &[1; 32]).unwrap();
    let checkpoint = Checkpoint::new("audit.example/log", 600, tree().root()).unwrap();
    assert!(matches!(checkpoint.sign(&other), Err(NoteError::Name)));
    let mislabelled = Note::sign(&checkpoint.to_string(), &other).unwrap().to_string();
    assert!(matches!(Checkpoint::open(mislabelled.as_bytes(), other.vkey()), Err(NoteError::Name)));
    let stranger = Checkpoint::open(CROSS_CHECKED.as_bytes(), other.vkey());
    assert!(matches!(stranger, Err(NoteError::Unsigned)));
    assert!(Checkpoint::new("", 0, tree().root()).is_err());
}

#[test]
fn a_text_that_is_no_checkpoint_is_refused_though_signed() {
    let signer = signer();
    let open = |text: &str| {
        let note = Note::sign(text, &signer).unwrap().to_string();
        Checkpoint::open(note.as_bytes(), signer.vkey())
    };
    let root = tree().root();
    for text in [
        "audit.example/log\n".to_owned(),
        "audit.example/log\n600\n".to_owned(),
        format!("\n600\n{root}\n"),
        format!("audit.example/log\n0600\n{root}\n"),
        format!("audit.example/log\n+600\n{root}\n"),
        format!("audit.example/log\n-1\n{root}\n"),
        format!("audit.example/log\n18446744073709551616\n{root}\n"),
        format!("audit.example/log\n600\n{root}=\n"),
        format!("audit.example/log\n600\n{root}\n\n"),
    ] {
        assert!(matches!(open(&text), Err(NoteError::Malformed)), "{text}");
    }
    assert_eq!(open(&format!("audit.example/log\n600\n{root}\nextension\n")).unwrap().size(), 600);
}

#[test]
fn the_witness_key_is_of_a_type_not_known_here() {
    let witness = "wit.example/w1+f9bdef00+BHm1Vi6P5lT5QHixEuipi6eQH4U65pW+1+DjkQutBJZk";
    assert!(witness.parse::<VerifierKey>().is_err());
    assert_eq!(Note::parse(CROSS_CHECKED.as_bytes()).unwrap().signatures()[1].name(), "wit.example/w1");
}
