use leeward_tlog::{
    Checkpoint, TlogProof, TlogProofError,
    merkle::{Frontier, leaf_hash},
    note::{Ed25519Signer, Signer},
};

const ORIGIN: &str = "example.com/log";

fn signer() -> Ed25519Signer {
    Ed25519Signer::from_seed(ORIGIN, &[1; 32]).unwrap()
}

/// The proof that "b" is the second of "a" and "b".
fn proof() -> TlogProof {
    let root = [b"a", b"b"].iter().map(|leaf| leaf_hash(*leaf)).collect::<Frontier>().root();
    let checkpoint = Checkpoint::new(ORIGIN, 2, root).unwrap().sign(&signer()).unwrap();
    TlogProof::new(1, vec![leaf_hash(b"a")], checkpoint)
}

#[test]
fn a_proof_is_written_read_and_verified() {
    let text = proof().to_string();
    assert!(
        text.starts_with("c2sp.org/tlog-proof@v1\nindex 1\nAippeebat6pa5MPl5F9+l3ESp+Y1k4INvsHsc4ok+Tw="),
        "{text}"
    );
    let read = TlogProof::parse(text.as_bytes()).unwrap();
    assert_eq!(read, proof());
    assert_eq!(read.verify(b"b", signer().vkey()).unwrap().size(), 2);
    assert!(matches!(read.verify(b"a", signer().vkey()), Err(TlogProofError::Inclusion(_))));
    let other = Ed25519Signer::from_seed(ORIGIN, &[2; 32]).unwrap();
    assert!(matches!(read.verify(b"b", other.vkey()), Err(TlogProofError::Checkpoint(_))));
}

#[test]
fn an_extra_line_is_allowed_and_ignored() {
    let text = proof().to_string().replace("index 1", "extra aGVsbG8=\nindex 1");
    assert_eq!(TlogProof::parse(text.as_bytes()).unwrap(), proof());
}

#[test]
fn every_changed_byte_is_found() {
    let good = proof().to_string().into_bytes();
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            let verified = TlogProof::parse(&bad).and_then(|proof| proof.verify(b"b", signer().vkey()));
            assert!(verified.is_err(), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn hostile_sizes_are_refused() {
    let hash = leaf_hash(b"");
    let hashes =
        |count: usize| TlogProof::new(0, vec![hash; count], proof().checkpoint().clone()).to_string();
    assert!(TlogProof::parse(hashes(63).as_bytes()).is_ok());
    assert!(TlogProof::parse(hashes(64).as_bytes()).is_err());
    assert!(TlogProof::parse(hashes(20_000).as_bytes()).is_err());
    assert!(TlogProof::parse(&vec![b'\n'; 1 << 20]).is_err());
}
