//! What a sealed share is bound to, byte by byte.

use crate::support::{Board, request, staff, store};
use leeward_escrow::{EscrowError, Invitation};
use pollster::block_on;
use std::ops::Range;

/// The parts of an invitation that say for what the share was dealt, in the order of the encodings.
fn bound_to(bytes: &[u8]) -> [(&'static str, Range<usize>); 9] {
    let request_len = usize::from(u16::from_be_bytes([bytes[1], bytes[2]]));
    let purpose = 3 + request_len + 2;
    let after_purpose = purpose + "transcript".len();
    [
        ("subject", 4..21),
        ("set", 21..37),
        ("generation", 53..57),
        ("purpose", purpose..after_purpose),
        ("policy version", after_purpose..after_purpose + 4),
        ("threshold", after_purpose + 4..after_purpose + 5),
        ("number of trustees", after_purpose + 5..after_purpose + 6),
        ("index", after_purpose + 6..after_purpose + 7),
        ("trustee", after_purpose + 7..after_purpose + 23),
    ]
}

#[test]
fn a_share_opens_for_all_that_it_was_dealt_for_and_for_nothing_else() {
    let board = Board::of(3);
    let (escrows, id) = board.keep(&store(), 2);
    let (request, _) = request(&escrows, id);
    let bytes = block_on(escrows.invitation(request.id, staff(1), crate::support::at(2))).unwrap().encode();
    let opened = |bytes: &[u8]| Invitation::decode(bytes)?.open_share(board.key(1));
    assert!(opened(&bytes).is_ok());
    for (what, part) in bound_to(&bytes) {
        for at in part {
            for mask in [1, 2, 0x80] {
                let mut other = bytes.clone();
                other[at] ^= mask;
                let refused = opened(&other);
                let told = matches!(refused, Err(EscrowError::CannotOpen | EscrowError::Malformed { .. }));
                assert!(told, "{what}, byte {at}: {refused:?}");
            }
        }
    }
}

#[test]
fn what_the_parts_are_is_what_the_set_says() {
    let board = Board::of(3);
    let (escrows, id) = board.keep(&store(), 2);
    let (request, _) = request(&escrows, id);
    let bytes = block_on(escrows.invitation(request.id, staff(1), crate::support::at(2))).unwrap().encode();
    let part = |name: &str| {
        let (_, range) = bound_to(&bytes).into_iter().find(|(what, _)| *what == name).unwrap();
        bytes[range].to_vec()
    };
    assert_eq!(part("purpose"), b"transcript");
    assert_eq!(part("policy version"), [0, 0, 0, 7]);
    assert_eq!([part("threshold"), part("number of trustees"), part("index")], [[2], [3], [1]]);
    assert_eq!(part("set"), id.correlation().as_bytes());
    assert_eq!(part("generation"), [0; 4]);
    assert_eq!(part("trustee"), staff(1).as_bytes());
}
