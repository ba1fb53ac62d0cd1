use crate::input::Input;
use leeward_audit::{
    Checkpoint, Cursor, LogEntry, MinimumIndex, Pack, TlogProof,
    merkle::{Hash, verify_consistency, verify_inclusion},
    note::{Ed25519Signer, Note, Signer, VerifierKey},
    tiles::{TilePath, push_entry, split_bundle},
};

/// A note that was read is written and read again as the same.
pub fn audit_note(data: &[u8]) {
    let Ok(note) = Note::parse(data) else { return };
    let again = Note::parse(note.to_string().as_bytes()).expect("a written note");
    assert_eq!(again, note);
    assert!(note.verify(&[signer().vkey().clone()]).is_err(), "nobody forges a signature");
}

/// A verifier key has one spelling.
pub fn audit_vkey(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text);
    }
}

/// A signed text that is read as a checkpoint is the text that the checkpoint signs.
pub fn audit_checkpoint(data: &[u8]) {
    let signer = signer();
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(note) = Note::sign(text, &signer) else { return };
    let Ok(checkpoint) = Checkpoint::from_note(&note, signer.vkey()) else { return };
    let again = checkpoint.sign(&signer).expect("a checkpoint is signed");
    assert!(text.starts_with(again.text()), "only extension lines are left out");
    assert_eq!(Checkpoint::from_note(&again, signer.vkey()).expect("its own note"), checkpoint);
}

/// The path of a tile has one spelling.
pub fn audit_tile_path(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(path) = TilePath::parse(text) {
        assert_eq!(path.to_string(), text);
    }
}

/// An entry of the log has one encoding.
pub fn audit_entry(data: &[u8]) {
    if let Some(entry) = LogEntry::decode(data) {
        assert_eq!(entry.encode(), data);
        let _words = entry.event().map(|event| (event.what(), event.how()));
        let _minute = entry.at();
    }
}

/// A bundle that splits is the one that its entries make.
pub fn audit_bundle(data: &[u8]) {
    let mut input = Input::new(data);
    let width = input.u16();
    let bundle = input.rest();
    let Ok(entries) = split_bundle(bundle, width) else { return };
    assert_eq!(entries.len(), usize::from(width));
    let mut again = Vec::new();
    for entry in entries {
        push_entry(&mut again, entry).expect("an entry of a bundle fits");
    }
    assert_eq!(again, bundle);
}

/// A proof that was read is written and read again as the same.
pub fn audit_proof(data: &[u8]) {
    let Ok(proof) = TlogProof::parse(data) else { return };
    let again = TlogProof::parse(proof.to_string().as_bytes()).expect("a written proof");
    assert_eq!(again, proof);
    assert!(proof.verify(b"entry", signer().vkey()).is_err(), "nobody forges a signature");
}

/// A pack that was read is the file that it makes.
pub fn audit_pack(data: &[u8]) {
    let Ok(pack) = Pack::parse(data) else { return };
    assert_eq!(pack.to_bytes(), data);
    assert!(pack.verify(signer().vkey()).is_err(), "nobody forges a signature");
}

/// A signed text that is read as a minimum index is the text that the minimum index signs, and no checkpoint.
pub fn audit_minimum_index(data: &[u8]) {
    let signer = signer();
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(note) = Note::sign(text, &signer) else { return };
    let Ok(minimum) = MinimumIndex::open(note.to_string().as_bytes(), signer.vkey()) else { return };
    assert_eq!(minimum.to_string(), text);
    assert!(Checkpoint::from_note(&note, signer.vkey()).is_err());
}

/// A cursor has one spelling.
pub fn audit_cursor(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(cursor) = text.parse::<Cursor>() {
        assert_eq!(cursor.to_string(), text);
    }
}

/// No proof leads from two leaves, or from two old roots, to one root.
pub fn audit_merkle(data: &[u8]) {
    let mut input = Input::new(data);
    let (index, size) = (u64::from_be_bytes(input.array()), u64::from_be_bytes(input.array()));
    let (leaf, other, root) = (hash(&mut input), hash(&mut input), hash(&mut input));
    let rest = input.rest();
    let Some(proof) = Hash::split(rest.get(..rest.len() / Hash::LEN * Hash::LEN).unwrap_or_default()) else {
        return;
    };
    let included = |leaf| verify_inclusion(&proof, index, leaf, size, &root).is_ok();
    assert!(leaf == other || !(included(&leaf) && included(&other)));
    let consistent = |old| verify_consistency(&proof, index, old, size, &root).is_ok();
    assert!(leaf == other || !(consistent(&leaf) && consistent(&other)));
}

fn signer() -> Ed25519Signer {
    Ed25519Signer::from_seed("fuzz.example/log", &[1; 32]).expect("a fit name")
}

fn hash(input: &mut Input<'_>) -> Hash {
    let bytes: [u8; Hash::LEN] = input.array();
    Hash::split(&bytes).and_then(|hashes| hashes.first().copied()).expect("one hash")
}
