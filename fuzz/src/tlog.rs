use crate::input::Input;
use leeward_audit::{
    Checkpoint, Policy,
    merkle::{empty_root, leaf_hash, verify_subtree_consistency, verify_subtree_inclusion},
    note::{Ed25519Signer, Note, Signer},
};
use leeward_tlog::{
    cosignature::{Cosigner, CosignerKey, Ed25519Cosigner, MAX_TIME, cosign},
    merkle::Hash,
    witness::{AddCheckpoint, Decision, Seen, Witness},
};

const ORIGIN: &str = "fuzz.example/log";

/// A key of a cosigner has one spelling, and nobody forges its cosignatures.
pub fn tlog_cosignature(data: &[u8]) {
    if let Some(key) = std::str::from_utf8(data).ok().and_then(|text| text.parse::<CosignerKey>().ok()) {
        assert_eq!(key.to_string().as_bytes(), data);
    }
    let Ok(note) = Note::parse(data) else { return };
    let cosigner = cosigner();
    assert!(!matches!(cosigner.key().verify(&note), Ok(Some(_))), "nobody forges a cosignature");
    let time = u64::from_be_bytes(Input::new(data).array()) & MAX_TIME;
    let Ok(line) = cosign(&note, &cosigner, time) else { return };
    let Ok(cosigned) = note.with_signature(line) else { return };
    assert_eq!(cosigner.key().verify(&cosigned).expect("its own cosignature"), Some(time));
}

/// Under no policy does a note hold that none of its logs signed, and what a policy says of cosignatures
/// does not depend on how it is laid out.
pub fn tlog_policy(data: &[u8]) {
    let Ok(policy) = Policy::parse(data) else { return };
    let spaced: Vec<u8> = data
        .iter()
        .flat_map(|byte| if *byte == b' ' { &b" \t "[..] } else { std::slice::from_ref(byte) })
        .copied()
        .collect();
    if let Ok(again) = Policy::parse(&spaced) {
        assert_eq!(again, policy);
    }
    let note = Checkpoint::new(ORIGIN, 0, empty_root()).and_then(|empty| empty.sign(&signer()));
    let note = note.expect("a checkpoint is signed");
    assert!(policy.verify(&note).is_err(), "no policy names a key that is secret");
    let _ = policy.verify_from(&note, &[signer().vkey().clone()]);
}

/// A request has one spelling, and no bytes have a witness cosign what its log has not signed.
pub fn tlog_request(data: &[u8]) {
    if let Ok(asked) = AddCheckpoint::parse(data) {
        assert_eq!(asked.to_string().as_bytes(), data);
    }
    let witness = Witness::new(cosigner(), vec![signer().vkey().clone()]);
    assert!(witness.read(data).is_err(), "nobody forges a signature");
}

/// Whatever a log signs and asks, a witness cosigns one history: sizes that do not shrink, and one root for
/// each.
pub fn tlog_witness(data: &[u8]) {
    let witness = Witness::new(cosigner(), vec![signer().vkey().clone()]);
    let (mut input, mut seen) = (Input::new(data), None::<Seen>);
    for _ in 0..8 {
        let (old, size, root) = (u64::from(input.byte()), u64::from(input.byte()), input.byte());
        let root = if root == 0 { empty_root() } else { leaf_hash(&[root]) };
        let (proof, _) = input.bytes().as_chunks::<{ Hash::LEN }>();
        let proof = proof.iter().copied().map(Hash::new).collect();
        let note = Checkpoint::new(ORIGIN, size, root).and_then(|checkpoint| checkpoint.sign(&signer()));
        let asked = AddCheckpoint::new(old, proof, note.expect("a checkpoint is signed"));
        let Ok(request) = witness.read(asked.to_string().as_bytes()) else { continue };
        let decision = witness.decide(&request, seen.as_ref(), 1).expect("a decision");
        let Decision::Cosign { remember, answer } = decision else { continue };
        asked.read_answer(cosigner().key(), answer.status, answer.body.as_bytes()).expect("its cosignature");
        if let Some(before) = seen {
            assert!(before.size() <= remember.size(), "a log does not shrink");
            assert!(
                before.size() < remember.size() || before.root() == remember.root(),
                "one root for each size"
            );
        }
        assert_eq!(Seen::decode(&remember.encode()).expect("its own record"), remember);
        seen = Some(remember);
    }
}

/// Whatever a witness answers, it is a cosignature by its key or an error; whatever is stored of what it has
/// seen, it is read as it was written or refused.
pub fn tlog_answer(data: &[u8]) {
    let mut input = Input::new(data);
    let status = input.u16() % 600;
    let body = input.rest();
    let note = Checkpoint::new(ORIGIN, 0, empty_root()).and_then(|empty| empty.sign(&signer()));
    let asked = AddCheckpoint::new(0, Vec::new(), note.expect("a checkpoint is signed"));
    for status in [status, 200, 409] {
        assert!(asked.read_answer(cosigner().key(), status, body).is_err(), "nobody forges a cosignature");
    }
    if let Ok(seen) = Seen::decode(body) {
        assert_eq!(seen.encode(), body);
    }
}

/// No proof leads from two leaves, or from two subtrees, to one root.
pub fn tlog_subtree(data: &[u8]) {
    let mut input = Input::new(data);
    let [start, end, index, size] = [(); 4].map(|()| u64::from_be_bytes(input.array()));
    let [one, other, root] = [(); 3].map(|()| Hash::new(input.array()));
    let (proof, _) = input.rest().as_chunks::<{ Hash::LEN }>();
    let proof: Vec<Hash> = proof.iter().copied().map(Hash::new).collect();
    let included = |leaf| verify_subtree_inclusion(&proof, index, leaf, start..end, &root).is_ok();
    assert!(one == other || !(included(&one) && included(&other)));
    let part = |part| verify_subtree_consistency(&proof, start..end, part, size, &root).is_ok();
    assert!(one == other || !(part(&one) && part(&other)));
}

fn signer() -> Ed25519Signer {
    Ed25519Signer::from_seed(ORIGIN, &[1; 32]).expect("a fit name")
}

fn cosigner() -> Ed25519Cosigner {
    Ed25519Cosigner::from_seed("fuzz.example/witness", &[2; 32]).expect("a fit name")
}
