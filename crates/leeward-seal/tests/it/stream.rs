use leeward_seal::{
    SealError, SealKey,
    cobblestone::{self, CHUNK_LEN, ChunkReader, HEADER_LEN, Opener, Sealer, TAG_LEN},
};
use ring::rand::SystemRandom;

/// Sizes of the pieces that a message arrives in, over and over.
pub(crate) const PATTERNS: &[&[usize]] = &[
    &[usize::MAX],
    &[1_000],
    &[CHUNK_LEN],
    &[CHUNK_LEN + TAG_LEN],
    &[CHUNK_LEN + TAG_LEN - 1],
    &[CHUNK_LEN + TAG_LEN + 1],
    &[1, 0, 2 * CHUNK_LEN, 7],
];

const CONTEXT: &[u8] = b"attachment 1";
const SEALED_CHUNK_LEN: usize = CHUNK_LEN + TAG_LEN;

pub(crate) fn open_in_pieces(
    key: &SealKey,
    context: &[u8],
    sealed: &[u8],
    pattern: &[usize],
    out: &mut Vec<u8>,
) -> Result<(), SealError> {
    let (header, body) = sealed.split_first_chunk::<HEADER_LEN>().ok_or(SealError::CannotOpen)?;
    let mut opener = Opener::new(key, context, header)?;
    for piece in pieces(body, pattern) {
        opener.update(piece, out)?;
    }
    opener.finish(out)
}

pub(crate) fn seal_in_pieces(key: &SealKey, context: &[u8], plaintext: &[u8], pattern: &[usize]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut sealer = Sealer::new(key, context, &SystemRandom::new(), &mut out).unwrap();
    for piece in pieces(plaintext, pattern) {
        sealer.update(piece, &mut out).unwrap();
    }
    sealer.finish(&mut out).unwrap();
    out
}

fn pieces<'a>(mut rest: &'a [u8], pattern: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    pattern.iter().cycle().map_while(move |&len| {
        let (piece, tail) = rest.split_at(len.min(rest.len()));
        let more = !rest.is_empty();
        rest = tail;
        more.then_some(piece)
    })
}

fn key() -> SealKey {
    SealKey::from_bytes(&[9; SealKey::LEN])
}

fn text(len: usize) -> Vec<u8> {
    (0..len).map(|index| u8::try_from(index % 251).unwrap()).collect()
}

fn refused(sealed: &[u8], what: &str) {
    for pattern in PATTERNS {
        let opened = open_in_pieces(&key(), CONTEXT, sealed, pattern, &mut Vec::new());
        assert_eq!(opened, Err(SealError::CannotOpen), "{what} in pieces of {pattern:?}");
    }
    assert_eq!(cobblestone::open(&key(), CONTEXT, sealed).unwrap_err(), SealError::CannotOpen, "{what}");
}

#[test]
fn pieces_and_whole_messages_open_each_other() {
    for len in [0, 1, CHUNK_LEN - 1, CHUNK_LEN, CHUNK_LEN + 1, 3 * CHUNK_LEN, 3 * CHUNK_LEN + 500] {
        let text = text(len);
        for pattern in PATTERNS {
            let sealed = seal_in_pieces(&key(), CONTEXT, &text, pattern);
            assert_eq!(cobblestone::sealed_len(len), Some(sealed.len()));
            assert_eq!(cobblestone::plaintext_len(sealed.len()), Some(len));
            assert_eq!(&cobblestone::open(&key(), CONTEXT, &sealed).unwrap()[..], text);
            let mut out = Vec::new();
            open_in_pieces(&key(), CONTEXT, &sealed, pattern, &mut out).unwrap();
            assert_eq!(out, text, "{len} bytes in pieces of {pattern:?}");
        }
    }
}

#[test]
fn chunks_swapped_dropped_repeated_or_added_are_refused() {
    let sealed = seal_in_pieces(&key(), CONTEXT, &text(3 * CHUNK_LEN + 10), &[usize::MAX]);
    let (header, body) = sealed.split_at(HEADER_LEN);
    let chunks: Vec<&[u8]> = body.chunks(SEALED_CHUNK_LEN).collect();
    let [a, b, c, last] = chunks[..] else { panic!("four chunks") };
    let with = |chunks: &[&[u8]]| [header, &chunks.concat()].concat();
    refused(&with(&[b, a, c, last]), "two chunks swapped");
    refused(&with(&[a, c, last]), "a chunk dropped");
    refused(&with(&[a, a, b, c, last]), "a chunk repeated");
    refused(&with(&[a, b, c]), "the last chunk dropped");
    refused(&with(&[a, b, c, last, last]), "the last chunk repeated");
    refused(&with(&[a, b, c, last, a]), "a chunk added");
    refused(&with(&[]), "all chunks dropped");
}

#[test]
fn a_chunk_of_another_message_is_refused() {
    let (first, second) = (
        seal_in_pieces(&key(), CONTEXT, &text(CHUNK_LEN + 1), &[usize::MAX]),
        seal_in_pieces(&key(), CONTEXT, &text(CHUNK_LEN + 1), &[usize::MAX]),
    );
    let middle = HEADER_LEN + SEALED_CHUNK_LEN;
    refused(&[&first[..middle], &second[middle..]].concat(), "a foreign last chunk");
    refused(&[&first[..HEADER_LEN], &second[HEADER_LEN..]].concat(), "a foreign header");
}

#[test]
fn a_stream_cut_anywhere_is_refused() {
    let sealed = seal_in_pieces(&key(), CONTEXT, &text(CHUNK_LEN + 20), &[usize::MAX]);
    let around_a_border = HEADER_LEN + SEALED_CHUNK_LEN - 20..sealed.len();
    for len in (0..HEADER_LEN + 20).chain(around_a_border) {
        refused(&sealed[..len], &format!("cut to {len} bytes"));
    }
}

#[test]
fn after_an_error_nothing_more_is_released() {
    let sealed = seal_in_pieces(&key(), CONTEXT, &text(2 * CHUNK_LEN), &[usize::MAX]);
    let (header, body) = sealed.split_first_chunk::<HEADER_LEN>().unwrap();
    let (first, rest) = body.split_at(SEALED_CHUNK_LEN);
    let mut opener = Opener::new(&key(), CONTEXT, header).unwrap();
    let mut out = Vec::new();
    opener.update(first, &mut out).unwrap();
    assert_eq!(out.len(), CHUNK_LEN);
    assert_eq!(opener.update(first, &mut out), Err(SealError::CannotOpen));
    assert_eq!(opener.update(rest, &mut out), Err(SealError::CannotOpen));
    assert_eq!(opener.finish(&mut out), Err(SealError::CannotOpen));
    assert_eq!(out, text(CHUNK_LEN));
}

#[test]
fn chunks_are_read_in_any_order() {
    let text = text(2 * CHUNK_LEN + 100);
    let sealed = cobblestone::seal(&key(), CONTEXT, &text, &SystemRandom::new()).unwrap();
    let reader = ChunkReader::new(&key(), CONTEXT, sealed.first_chunk().unwrap()).unwrap();
    for index in [2, 0, 1] {
        let range = ChunkReader::range(index).unwrap();
        let (start, end) = (usize::try_from(range.start).unwrap(), usize::try_from(range.end).unwrap());
        let chunk = &sealed[start..end.min(sealed.len())];
        let expected = text.chunks(CHUNK_LEN).nth(usize::try_from(index).unwrap()).unwrap();
        assert_eq!(&reader.open(index, chunk).unwrap()[..], expected);
        assert_eq!(reader.open(index + 1, chunk).unwrap_err(), SealError::CannotOpen);
    }
}

#[test]
fn no_message_has_more_than_two_to_the_38_chunks() {
    let sealed = cobblestone::seal(&key(), CONTEXT, b"", &SystemRandom::new()).unwrap();
    let reader = ChunkReader::new(&key(), CONTEXT, sealed.first_chunk().unwrap()).unwrap();
    let end = cobblestone::MAX_CHUNKS;
    assert_eq!(reader.open(end - 1, &[0; TAG_LEN]).unwrap_err(), SealError::CannotOpen);
    assert_eq!(reader.open(end, &[0; TAG_LEN]).unwrap_err(), SealError::MessageTooLong);
    assert_eq!(reader.open(0, &[0; SEALED_CHUNK_LEN + 1]).unwrap_err(), SealError::CannotOpen);
    assert_eq!(ChunkReader::range(end - 1).unwrap().end, 56 + (1 << 38) * 16_400);
    assert!(ChunkReader::range(end).is_none());
}

#[test]
fn lengths_that_no_message_has_are_known() {
    let impossible = [0, 55, 56, 71, HEADER_LEN + SEALED_CHUNK_LEN, HEADER_LEN + SEALED_CHUNK_LEN + 15];
    for len in impossible {
        assert_eq!(cobblestone::plaintext_len(len), None, "{len}");
    }
    assert_eq!(cobblestone::plaintext_len(72), Some(0));
    assert_eq!(cobblestone::sealed_len(usize::MAX), None);
}
