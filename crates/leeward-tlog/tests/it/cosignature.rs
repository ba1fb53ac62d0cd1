use leeward_tlog::{
    BoxError, Checkpoint,
    cosignature::{Cosigner, CosignerKey, Ed25519Cosigner, MAX_TIME, cosign},
    merkle::empty_root,
    note::{Ed25519Signer, Note, NoteError, Signer, VerifierKey},
};

/// A checkpoint that PyPI `aics-tlog` made and cosigned; the witness's seed is 01..20.
pub(crate) const CROSS_CHECKED: &str = "audit.example/log
600
1nNqfhU9l1uSDCIyIQZ3bn8Vib2IJOiPsTn5Zb+5x4s=

— audit.example/log TD7Nd81KveWnEZDkKOQL26tBWqjiB0x/GfQLbyugicVx41bi8G+TI2I3/miem3Jn59jgPnDq7RhHLkfQoaJAvmFdWAg=
— wit.example/w1 +b3vAAAAAABpUkfADna4E7cvE0NZa0k4XEyCBwV4M913SWhwJ+NF/2gPClIWKrJtw7A+v99ou2fWW1RcJLcYIUNX/weD4CDphF5ICA==
";
const WITNESS: &str = "wit.example/w1+f9bdef00+BHm1Vi6P5lT5QHixEuipi6eQH4U65pW+1+DjkQutBJZk";
const TIME: u64 = 1_767_000_000;

fn cross_checked() -> Note {
    Note::parse(CROSS_CHECKED.as_bytes()).unwrap()
}

fn cosigner() -> Ed25519Cosigner {
    let seed: [u8; 32] = std::array::from_fn(|n| n as u8 + 1);
    Ed25519Cosigner::from_seed("wit.example/w1", &seed).unwrap()
}

/// The note without its last line.
fn unwitnessed() -> Note {
    let text: String = CROSS_CHECKED.lines().take(5).map(|line| format!("{line}\n")).collect();
    Note::parse(text.as_bytes()).unwrap()
}

#[test]
fn cross_checked_cosignature() {
    let key: CosignerKey = WITNESS.parse().unwrap();
    assert_eq!(key.to_string(), WITNESS);
    assert_eq!((key.name(), key.id()), ("wit.example/w1", 0xf9bd_ef00));
    assert_eq!(key.verify(&cross_checked()).unwrap(), Some(TIME));
    assert_eq!(&key, cosigner().key());
    let line = cosign(&unwitnessed(), &cosigner(), TIME).unwrap();
    assert_eq!(unwitnessed().with_signature(line).unwrap().to_string(), CROSS_CHECKED);
    assert_eq!(key.verify(&unwitnessed()).unwrap(), None);
}

#[test]
fn every_changed_byte_of_text_or_line_is_found() {
    let key = cosigner().key().clone();
    let good = CROSS_CHECKED.as_bytes();
    let line = CROSS_CHECKED.find("— wit").unwrap();
    let text = CROSS_CHECKED.find("\n\n").unwrap() + 1;
    for at in (0..text).chain(line..good.len()) {
        for bit in 0..8 {
            let mut bad = good.to_vec();
            bad[at] ^= 1 << bit;
            let verified = Note::parse(&bad).and_then(|note| key.verify(&note));
            assert!(!matches!(verified, Ok(Some(_))), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn a_bad_cosignature_outweighs_a_good_one_and_the_latest_time_counts() {
    let key = cosigner().key().clone();
    let at = |time| cosign(&unwitnessed(), &cosigner(), time).unwrap().to_string();
    let lines = |lines: &[String]| format!("{}{}\n", unwitnessed(), lines.join("\n"));
    let note = |lines: String| Note::parse(lines.as_bytes()).unwrap();
    assert_eq!(key.verify(&note(lines(&[at(7), at(9), at(8)]))).unwrap(), Some(9));
    let bad = at(9).replace("AAAA", "AAAB");
    assert_ne!(bad, at(9));
    for both in [[at(9), bad.clone()], [bad, at(9)]] {
        assert!(matches!(key.verify(&note(lines(&both))), Err(NoteError::BadSignature)));
    }
}

#[test]
fn only_a_checkpoint_is_cosigned_and_only_until_the_end_of_time() {
    let log = Ed25519Signer::from_seed("n", &[1; 32]).unwrap();
    let message = Note::sign("all is well\n", &log).unwrap();
    assert!(matches!(cosign(&message, &cosigner(), TIME), Err(NoteError::Malformed)));
    assert!(matches!(cosigner().key().verify(&message), Err(NoteError::Malformed)));
    assert!(cosign(&unwitnessed(), &cosigner(), MAX_TIME).is_ok());
    assert!(matches!(cosign(&unwitnessed(), &cosigner(), MAX_TIME + 1), Err(NoteError::Malformed)));
}

#[test]
fn extension_lines_are_cosigned_too() {
    let log = Ed25519Signer::from_seed("n", &[1; 32]).unwrap();
    let note = Note::sign(&format!("n\n0\n{}\nmore\n", empty_root()), &log).unwrap();
    let cosigned = note.clone().with_signature(cosign(&note, &cosigner(), TIME).unwrap()).unwrap();
    assert_eq!(cosigner().key().verify(&cosigned).unwrap(), Some(TIME));
    let other = Note::parse(cosigned.to_string().replace("\nmore\n", "\nless\n").as_bytes()).unwrap();
    assert!(matches!(cosigner().key().verify(&other), Err(NoteError::BadSignature)));
}

#[test]
fn a_log_key_is_no_cosigner_key_nor_the_other_way_round() {
    let log = "audit.example/log+4c3ecd77+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
    assert!(matches!(log.parse::<CosignerKey>(), Err(NoteError::KeyType { kind: 1 })));
    assert!(matches!(WITNESS.parse::<VerifierKey>(), Err(NoteError::KeyType { kind: 4 })));
    assert!(WITNESS.replace("f9bdef00", "f9bdef01").parse::<CosignerKey>().is_err());
    assert!(WITNESS.replace("f9bdef00", "F9BDEF00").parse::<CosignerKey>().is_err());
    assert!(WITNESS.replace("BJZk", "BJ==").parse::<CosignerKey>().is_err());
}

/// A plain signature of the same key over the same text is no cosignature, nor is a cosignature one.
#[test]
fn a_signature_of_one_kind_never_counts_as_the_other() {
    let (seed, name) = ([5; 32], "n");
    let (log, witness) =
        (Ed25519Signer::from_seed(name, &seed).unwrap(), Ed25519Cosigner::from_seed(name, &seed).unwrap());
    let note = Checkpoint::new(name, 0, empty_root()).unwrap().sign(&log).unwrap();
    assert_eq!(witness.key().verify(&note).unwrap(), None);
    let line = cosign(&note, &witness, TIME).unwrap().to_string();
    let alone = Note::parse(format!("{}\n{line}\n", note.text()).as_bytes()).unwrap();
    assert!(matches!(alone.verify(&[log.vkey().clone()]), Err(NoteError::Unsigned)));
}

#[derive(Debug)]
struct Liar(Ed25519Cosigner);

impl Cosigner for Liar {
    fn key(&self) -> &CosignerKey {
        self.0.key()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, BoxError> {
        let mut signature = self.0.sign(message)?;
        signature[0] ^= 1;
        Ok(signature)
    }
}

#[test]
fn a_cosigner_that_errs_is_caught() {
    assert!(matches!(cosign(&unwitnessed(), &Liar(cosigner()), TIME), Err(NoteError::BadSignature)));
}

#[cfg(feature = "ml-dsa")]
mod ml_dsa {
    use super::*;
    use ::ml_dsa::{B32, MlDsa44, SigningKey};

    const VKEY: &str = include_str!("../vectors/ml-dsa-44.vkey");
    const COSIGNED: &str = include_str!("../vectors/ml-dsa-44-cosigned-checkpoint");

    struct MlDsaCosigner(SigningKey<MlDsa44>, CosignerKey);

    impl std::fmt::Debug for MlDsaCosigner {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("MlDsaCosigner(..)")
        }
    }

    impl Cosigner for MlDsaCosigner {
        fn key(&self) -> &CosignerKey {
            &self.1
        }

        fn sign(&self, message: &[u8]) -> Result<Vec<u8>, BoxError> {
            let signature = self.0.expanded_key().sign_deterministic(message, &[])?;
            Ok(signature.encode().to_vec())
        }
    }

    fn cosigner(name: &str) -> MlDsaCosigner {
        let key = SigningKey::from_seed(&B32::from(std::array::from_fn(|n| n as u8)));
        let public = key.expanded_key().verifying_key().encode().as_slice().try_into().unwrap();
        let vkey = CosignerKey::ml_dsa_44(name, &public).unwrap();
        MlDsaCosigner(key, vkey)
    }

    #[test]
    fn a_cosignature_that_openssl_made() {
        let key: CosignerKey = VKEY.trim_end().parse().unwrap();
        assert_eq!(format!("{key}\n"), VKEY);
        assert_eq!(&key, cosigner("wit.example/pq").key());
        let note = Note::parse(COSIGNED.as_bytes()).unwrap();
        assert_eq!(key.verify(&note).unwrap(), Some(TIME));
    }

    #[test]
    fn changed_bytes_are_found() {
        let key: CosignerKey = VKEY.trim_end().parse().unwrap();
        let (text, line) = (COSIGNED.find("\n\n").unwrap(), COSIGNED.find("— wit").unwrap());
        for at in (0..text).chain((line..COSIGNED.len()).step_by(61)) {
            let mut bad = COSIGNED.as_bytes().to_vec();
            bad[at] ^= 1;
            let verified = Note::parse(&bad).and_then(|note| key.verify(&note));
            assert!(!matches!(verified, Ok(Some(_))), "byte {at}");
        }
    }

    #[test]
    fn it_is_made_by_the_same_call_and_does_not_cover_extension_lines() {
        let cosigner = cosigner("wit.example/pq");
        let note = unwitnessed();
        let cosigned = note.clone().with_signature(cosign(&note, &cosigner, TIME).unwrap()).unwrap();
        assert_eq!(cosigner.key().verify(&cosigned).unwrap(), Some(TIME));
        let extended = cosigned.to_string().replace("x4s=\n", "x4s=\nmore\n");
        let extended = Note::parse(extended.as_bytes()).unwrap();
        assert_eq!(cosigner.key().verify(&extended).unwrap(), Some(TIME));
    }

    #[test]
    fn names_that_do_not_fit_are_refused() {
        let public = cosigner("n").1.public_key().try_into().unwrap();
        assert!(CosignerKey::ml_dsa_44(&"n".repeat(255), &public).is_ok());
        assert!(matches!(CosignerKey::ml_dsa_44(&"n".repeat(256), &public), Err(NoteError::Name)));
        let log = Ed25519Signer::from_seed(&"n".repeat(256), &[1; 32]).unwrap();
        let note = Checkpoint::new(log.vkey().name(), 0, empty_root()).unwrap().sign(&log).unwrap();
        assert!(matches!(cosign(&note, &cosigner("n"), TIME), Err(NoteError::Name)));
    }
}
