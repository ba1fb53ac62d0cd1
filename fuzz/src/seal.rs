use crate::input::Input;
use leeward_seal::{
    Context, SealError, SealKey,
    cobblestone::{self, HEADER_LEN, Opener},
};

/// 16,500 bytes, sealed under [`KEY`] in [`CONTEXT`]: a whole chunk and a short one.
const SEALED: &[u8] = include_bytes!("../messages/two-chunks");
const PLAINTEXT_LEN: usize = 16_500;
const KEY: [u8; 32] = [7; 32];
const CONTEXT: &[u8] = b"fuzz";

/// A message that was cut, extended and changed opens if and only if nothing was done to it, and in
/// pieces exactly as in one.
pub fn cobblestone_open(data: &[u8]) {
    let mut input = Input::new(data);
    let (len, piece) = (usize::from(input.u16()), usize::from(input.u16()) + 1);
    let sealed = edited(len, input);
    let whole = cobblestone::open(&SealKey::from_bytes(&KEY), CONTEXT, &sealed);
    assert_eq!(whole.is_ok(), sealed == SEALED);

    let mut released = Vec::new();
    let in_pieces = open_in_pieces(&sealed, piece, &mut released);
    assert_eq!(in_pieces.is_ok(), whole.is_ok());
    assert!(genuine().starts_with(&released), "only genuine bytes are released");
    if let Ok(whole) = whole {
        assert_eq!(whole.as_slice(), released);
    }
}

/// Two contexts have one encoding only if they are one.
pub fn context_encoding(data: &[u8]) {
    let mut input = Input::new(data);
    let (a, b) = (context(&mut input), context(&mut input));
    let (Some(a), Some(b)) = (a, b) else { return };
    let (a_encoded, b_encoded) = (a.encode().expect("short fields"), b.encode().expect("short fields"));
    assert_eq!(a_encoded == b_encoded, a == b);
    assert!(a == b || !a_encoded.starts_with(&b_encoded), "no encoding is the beginning of another");
}

/// The message at `len` bytes, with zeroes if that is more than it has, and single bytes changed.
fn edited(len: usize, edits: Input<'_>) -> Vec<u8> {
    let mut sealed = SEALED.to_vec();
    sealed.resize(len, 0);
    edits.flip(&mut sealed);
    sealed
}

fn open_in_pieces(sealed: &[u8], piece: usize, out: &mut Vec<u8>) -> Result<(), SealError> {
    let (header, body) = sealed.split_first_chunk::<HEADER_LEN>().ok_or(SealError::CannotOpen)?;
    let mut opener = Opener::new(&SealKey::from_bytes(&KEY), CONTEXT, header)?;
    for piece in body.chunks(piece) {
        opener.update(piece, out)?;
    }
    opener.finish(out)
}

fn genuine() -> Vec<u8> {
    vec![b'x'; PLAINTEXT_LEN]
}

fn context<'a>(input: &mut Input<'a>) -> Option<Context<'a>> {
    Some(Context {
        purpose: std::str::from_utf8(input.bytes()).ok()?,
        space: std::str::from_utf8(input.bytes()).ok()?,
        key: input.bytes(),
        subject: input.bytes(),
        schema_version: u32::from_be_bytes(input.array()),
    })
}
