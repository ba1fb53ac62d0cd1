//! A log that changes its key signs with the old and the new one.

use leeward_tlog::{
    Checkpoint, TlogProof,
    merkle::leaf_hash,
    note::{Ed25519Signer, MAX_NOTE, MAX_SIGNATURES, Note, NoteError, Signature, Signer},
};

const ORIGIN: &str = "example.com/log";

fn signer(seed: u8) -> Ed25519Signer {
    Ed25519Signer::from_seed(ORIGIN, &[seed; 32]).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint::new(ORIGIN, 1, leaf_hash(b"first")).unwrap()
}

fn by_both() -> Note {
    checkpoint().sign(&signer(1)).unwrap().sign_also(&signer(2)).unwrap()
}

#[test]
fn whoever_has_either_key_verifies() {
    let note = Note::parse(by_both().to_string().as_bytes()).unwrap();
    let (old, new) = (signer(1).vkey().clone(), signer(2).vkey().clone());
    assert_eq!(Checkpoint::from_note(&note, &old).unwrap(), checkpoint());
    assert_eq!(Checkpoint::from_note(&note, &new).unwrap(), checkpoint());
    assert_eq!(Checkpoint::from_note_by(&note, &[old.clone(), new]).unwrap(), checkpoint());
    let proof = TlogProof::new(0, Vec::new(), note);
    assert_eq!(proof.verify(b"first", &old).unwrap(), checkpoint());
    assert!(proof.verify(b"first", signer(3).vkey()).is_err());
}

#[test]
fn who_has_both_keys_verifies_notes_by_either() {
    let keys = [signer(1).vkey().clone(), signer(2).vkey().clone()];
    for seed in [1, 2] {
        let alone = checkpoint().sign(&signer(seed)).unwrap();
        assert_eq!(Checkpoint::from_note_by(&alone, &keys).unwrap(), checkpoint());
    }
    let neither = checkpoint().sign(&signer(3)).unwrap();
    assert!(matches!(Checkpoint::from_note_by(&neither, &keys), Err(NoteError::Unsigned)));
}

#[test]
fn a_bad_signature_of_the_other_key_rejects_it() {
    let wrong = Signature::new(signer(2).vkey(), vec![0; 64]);
    let note = checkpoint().sign(&signer(1)).unwrap().with_signature(wrong).unwrap();
    assert!(Checkpoint::from_note(&note, signer(1).vkey()).is_ok(), "an unknown key's is ignored");
    let keys = [signer(1).vkey().clone(), signer(2).vkey().clone()];
    assert!(matches!(Checkpoint::from_note_by(&note, &keys), Err(NoteError::BadSignature)));
}

#[test]
fn another_log_s_key_does_not_sign_for_this_one() {
    let other = Ed25519Signer::from_seed("other.example/log", &[1; 32]).unwrap();
    let by_other = Note::sign(&checkpoint().to_string(), &other).unwrap();
    let keys = [signer(1).vkey().clone(), other.vkey().clone()];
    assert!(matches!(Checkpoint::from_note_by(&by_other, &keys), Err(NoteError::Name)));
    let with_own = by_other.sign_also(&signer(1)).unwrap();
    assert_eq!(Checkpoint::from_note_by(&with_own, &keys).unwrap(), checkpoint());
}

#[test]
fn a_key_signs_once_and_a_note_has_room_for_all_that_is_read() {
    let again = by_both().sign_also(&signer(1)).unwrap();
    assert_eq!(again.signatures().len(), 2);
    let mut note = checkpoint().sign(&signer(0)).unwrap();
    for seed in 1..MAX_SIGNATURES {
        note = note.sign_also(&signer(seed as u8)).unwrap();
    }
    assert!(note.signatures().len() >= 16);
    Checkpoint::open(note.to_string().as_bytes(), signer(40).vkey()).unwrap();
    assert!(matches!(note.sign_also(&signer(200)), Err(NoteError::TooLarge)));
}

#[test]
fn a_note_that_could_not_be_read_back_is_not_made() {
    let text = format!("{}\n", "a".repeat(MAX_NOTE - 1));
    assert!(matches!(Note::sign(&text, &signer(1)), Err(NoteError::TooLarge)));
}
