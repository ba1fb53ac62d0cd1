//! Every Cobblestone-256 vector of Wycheproof, in every mode this crate opens in.

use crate::stream::{PATTERNS, open_in_pieces};
use leeward_seal::{
    SealError, SealKey,
    cobblestone::{self, ChunkReader, HEADER_LEN, TAG_LEN},
};
use ring::digest::{SHA512, digest};
use wycheproof::{
    TestResult,
    chunked_encryption::{Test, TestFlag, TestName::Cobblestone256, TestSet},
};

const SEALED_CHUNK_LEN: usize = cobblestone::CHUNK_LEN + TAG_LEN;

fn vectors() -> Vec<(Test, Vec<u8>)> {
    let groups = TestSet::load(Cobblestone256).unwrap().test_groups;
    let tests = groups.into_iter().flat_map(|group| group.tests);
    tests
        .map(|test| {
            let sealed = miniz_oxide::inflate::decompress_to_vec_zlib(&test.ct).unwrap();
            (test, sealed)
        })
        .collect()
}

fn is_plaintext_of(test: &Test, plaintext: &[u8]) -> bool {
    test.msg_length == Some(plaintext.len())
        && test.msg_sha512.as_ref().is_some_and(|hash| &hash[..] == digest(&SHA512, plaintext).as_ref())
}

#[test]
fn all_vectors_are_there() {
    let vectors = vectors();
    let count = |flag| vectors.iter().filter(|(test, _)| test.flags.contains(&flag)).count();
    let valid = vectors.iter().filter(|(test, _)| test.result == TestResult::Valid).count();
    assert_eq!((vectors.len(), valid), (35, 10));
    assert_eq!(count(TestFlag::InvalidKeySize), 2);
    assert_eq!(count(TestFlag::HeaderFailure), 10);
    assert_eq!(count(TestFlag::PartialPlaintext), 9);
    assert_eq!(count(TestFlag::ValidFinalChunk), 4);
}

#[test]
fn vectors_open_at_once_or_not_at_all() {
    for (test, sealed) in vectors() {
        let id = test.tc_id;
        let opened =
            SealKey::try_from(&test.key[..]).and_then(|key| cobblestone::open(&key, &test.ctx, &sealed));
        match (test.result, opened) {
            (TestResult::Valid, Ok(plaintext)) => assert!(is_plaintext_of(&test, &plaintext), "tcId {id}"),
            (TestResult::Invalid, Err(error)) => assert_eq!(error, refusal(&test), "tcId {id}"),
            (expected, opened) => panic!("tcId {id} ({}): {expected:?}, but {opened:?}", test.comment),
        }
    }
}

#[test]
fn vectors_open_in_pieces_up_to_the_first_wrong_chunk() {
    for (test, sealed) in vectors() {
        for pattern in PATTERNS {
            let id = format!("tcId {} in pieces of {pattern:?}", test.tc_id);
            let mut out = Vec::new();
            let opened = SealKey::try_from(&test.key[..])
                .and_then(|key| open_in_pieces(&key, &test.ctx, &sealed, pattern, &mut out));
            assert_eq!(opened.is_ok(), test.result == TestResult::Valid, "{id}");
            if opened.is_ok() || test.flags.contains(&TestFlag::PartialPlaintext) {
                assert!(is_plaintext_of(&test, &out), "{id}");
            } else {
                assert!(out.is_empty(), "{id}");
            }
        }
    }
}

#[test]
fn a_wrong_header_is_refused_before_any_chunk() {
    for (test, sealed) in vectors() {
        let unlocked = SealKey::try_from(&test.key[..]).ok().and_then(|key| {
            let header = sealed.first_chunk::<HEADER_LEN>()?;
            ChunkReader::new(&key, &test.ctx, header).ok()
        });
        let refused = test.flags.contains(&TestFlag::HeaderFailure);
        assert_eq!(unlocked.is_none(), refused, "tcId {}", test.tc_id);
    }
}

#[test]
fn the_last_chunk_proves_the_length() {
    for (test, sealed) in vectors() {
        let Ok(key) = SealKey::try_from(&test.key[..]) else { continue };
        let Some((header, body)) = sealed.split_first_chunk::<HEADER_LEN>() else { continue };
        let Ok(reader) = ChunkReader::new(&key, &test.ctx, header) else { continue };
        let (whole, last) = body.split_at(body.len() / SEALED_CHUNK_LEN * SEALED_CHUNK_LEN);
        let opened = reader.open((whole.len() / SEALED_CHUNK_LEN) as u64, last).is_ok();
        let genuine = test.result == TestResult::Valid || test.flags.contains(&TestFlag::ValidFinalChunk);
        assert_eq!(opened, genuine, "tcId {}", test.tc_id);
    }
}

fn refusal(test: &Test) -> SealError {
    if test.flags.contains(&TestFlag::InvalidKeySize) { SealError::KeyLength } else { SealError::CannotOpen }
}
