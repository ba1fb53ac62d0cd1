use leeward_tlog::BoxError;
use leeward_tlog::note::{Ed25519Signer, MAX_NOTE, MAX_SIGNATURES, Note, NoteError, Signer, VerifierKey};

const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const TEXT: &str = "This is an example message.\n";
const LINE: &str = "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

fn vkey() -> VerifierKey {
    VKEY.parse().unwrap()
}

fn note(text: &str, lines: &str) -> Vec<u8> {
    format!("{text}\n{lines}").into_bytes()
}

#[test]
fn signed_note_known_answer() {
    let note = Note::parse(&note(TEXT, LINE)).unwrap();
    assert_eq!(note.text(), TEXT);
    assert_eq!(note.verify(&[vkey()]).unwrap(), [&vkey()]);
    assert_eq!(note.signatures()[0].key_id(), 0x530d_903a);
    assert_eq!(note.to_string(), format!("{TEXT}\n{LINE}"));
    assert_eq!(vkey().to_string(), VKEY);
}

#[test]
fn a_changed_text_or_signature_rejects_the_note() {
    let changed = Note::parse(&note("This is an example massage.\n", LINE)).unwrap();
    assert!(matches!(changed.verify(&[vkey()]), Err(NoteError::BadSignature)));
    let line = LINE.replace("Uw2QOkn8", "Uw2QOkn9");
    let changed = Note::parse(&note(TEXT, &line)).unwrap();
    assert!(matches!(changed.verify(&[vkey()]), Err(NoteError::BadSignature)));
}

#[test]
fn every_changed_byte_is_found() {
    let good = note(TEXT, LINE);
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            let verified = Note::parse(&bad).and_then(|note| note.verify(&[vkey()]).map(drop));
            assert!(verified.is_err(), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn unknown_keys_are_ignored_and_alone_they_sign_nothing() {
    let stranger = Ed25519Signer::from_seed("example.com/foo", &[9; 32]).unwrap();
    let theirs = Note::sign(TEXT, &stranger).unwrap().signatures()[0].to_string();
    let both = Note::parse(&note(TEXT, &format!("{theirs}\n{LINE}"))).unwrap();
    assert_eq!(both.verify(&[vkey()]).unwrap().len(), 1);
    assert_eq!(both.verify(&[vkey(), stranger.vkey().clone()]).unwrap().len(), 2);
    let alone = Note::parse(&note(TEXT, &format!("{theirs}\n"))).unwrap();
    assert!(matches!(alone.verify(&[vkey()]), Err(NoteError::Unsigned)));
}

#[test]
fn a_key_counts_once_however_often_it_is_given_or_signed() {
    let note = Note::parse(&note(TEXT, &LINE.repeat(3))).unwrap();
    assert_eq!(note.verify(&[vkey(), vkey()]).unwrap(), [&vkey()]);
}

#[test]
fn one_bad_signature_of_a_known_key_outweighs_a_good_one() {
    let bad = LINE.replace("Uw2QOkn8", "Uw2QOkn9");
    for lines in [format!("{LINE}{bad}"), format!("{bad}{LINE}")] {
        let note = Note::parse(&note(TEXT, &lines)).unwrap();
        assert!(matches!(note.verify(&[vkey()]), Err(NoteError::BadSignature)));
    }
}

#[test]
fn the_last_empty_line_divides() {
    let signer = Ed25519Signer::from_seed("n", &[1; 32]).unwrap();
    let text = "one\n\ntwo\n\n\nthree\n\n";
    let note = Note::sign(text, &signer).unwrap();
    let read = Note::parse(note.to_string().as_bytes()).unwrap();
    assert_eq!(read.text(), text);
    read.verify(&[signer.vkey().clone()]).unwrap();
}

#[test]
fn what_is_no_note_is_refused() {
    let cases: [&[u8]; 14] = [
        b"",
        b"\n",
        b"text\n",
        b"text\n\n",
        b"text\n\n\n",
        b"text\n\nsig\n",
        "text\n\n— \n".as_bytes(),
        "text\n\n— n\n".as_bytes(),
        "text\n\n— n AAAA\n".as_bytes(),
        "text\n\n— n AAAAAA==\n".as_bytes(),
        "text\n\n— n AAAAAAA\n".as_bytes(),
        "text\n\n— n+m AAAAAAA=\n".as_bytes(),
        "te\txt\n\n— n AAAAAAA=\n".as_bytes(),
        b"te\xffxt\n\n",
    ];
    for case in cases {
        assert!(Note::parse(case).is_err(), "{}", String::from_utf8_lossy(case));
    }
    let good = "text\n\n— n AAAAAAA=\n";
    Note::parse(good.as_bytes()).unwrap();
    // Without its last newline, with two bits set that nothing decodes, or with another alphabet.
    for bad in [good.trim_end(), &good.replace("A=", "B="), &good.replace("AAA=", "A_A=")] {
        assert!(Note::parse(bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn sizes_are_capped_before_anything_is_read() {
    let huge = vec![b'a'; MAX_NOTE + 1];
    assert!(matches!(Note::parse(&huge), Err(NoteError::TooLarge)));
    let lines = |count| LINE.repeat(count);
    assert!(Note::parse(&note(TEXT, &lines(MAX_SIGNATURES))).unwrap().verify(&[vkey()]).is_ok());
    assert!(matches!(Note::parse(&note(TEXT, &lines(MAX_SIGNATURES + 1))), Err(NoteError::TooLarge)));
}

#[test]
fn what_is_no_key_is_refused() {
    let cosigner = "wit.example/w1+f9bdef00+BHm1Vi6P5lT5QHixEuipi6eQH4U65pW+1+DjkQutBJZk";
    assert!(matches!(cosigner.parse::<VerifierKey>(), Err(NoteError::KeyType { kind: 4 })));
    let wrong = [
        "",
        "+",
        "++",
        "example.com/foo",
        "example.com/foo+530d903a",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3Q==",
        "example com+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    ];
    for text in wrong {
        assert!(text.parse::<VerifierKey>().is_err(), "{text}");
    }
}

#[test]
fn the_longest_name_makes_a_key_that_reads_back() {
    let named = |len: usize| Ed25519Signer::from_seed(&"n".repeat(len), &[1; 32]);
    let longest = named(970).unwrap();
    assert_eq!(&longest.vkey().to_string().parse::<VerifierKey>().unwrap(), longest.vkey());
    assert!(matches!(named(971), Err(NoteError::Name)));
}

#[derive(Debug)]
struct Liar(Ed25519Signer);

impl Signer for Liar {
    fn vkey(&self) -> &VerifierKey {
        self.0.vkey()
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, BoxError> {
        let mut signature = self.0.sign(text)?;
        signature[0] ^= 1;
        Ok(signature)
    }
}

#[test]
fn a_signer_that_errs_is_caught() {
    let liar = Liar(Ed25519Signer::from_seed("n", &[1; 32]).unwrap());
    assert!(matches!(Note::sign(TEXT, &liar), Err(NoteError::BadSignature)));
    assert!(matches!(Note::sign("no end", &liar), Err(NoteError::Malformed)));
    assert!(matches!(Ed25519Signer::from_seed("a b", &[1; 32]), Err(NoteError::Name)));
}
