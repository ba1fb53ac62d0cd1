//! Encodings: one for each value, and no other bytes are read.

use crate::support::{BY, Board, OFFICER, at, request, staff, store};
use leeward_escrow::{
    Consent, EscrowId, Invitation, OpeningRequest, PublicKey, RehearsalId, RehearsalInvitation,
    RehearsalProof, Released, RequestId, SealedSet,
};
use pollster::block_on;
use proptest::prelude::*;
use std::sync::OnceLock;

type Read = fn(&[u8]) -> Option<Vec<u8>>;

const READERS: [(&str, Read); 11] = [
    ("set", |bytes| SealedSet::decode(bytes).ok().map(|set| set.encode())),
    ("request", |bytes| OpeningRequest::decode(bytes).ok().map(|request| request.encode())),
    ("invitation", |bytes| Invitation::decode(bytes).ok().map(|invitation| invitation.encode())),
    ("consent", |bytes| Consent::decode(bytes).ok().map(|consent| consent.encode())),
    ("release", |bytes| Released::decode(bytes).ok().map(|released| released.encode())),
    ("rehearsal", |bytes| RehearsalInvitation::decode(bytes).ok().map(|invitation| invitation.encode())),
    ("proof", |bytes| RehearsalProof::decode(bytes).ok().map(|proof| proof.encode())),
    ("key", |bytes| PublicKey::decode(bytes).ok().map(|key| key.encode())),
    ("identifier of a set", |bytes| EscrowId::decode(bytes).ok().map(|id| id.encode())),
    ("identifier of a request", |bytes| RequestId::decode(bytes).ok().map(|id| id.encode())),
    ("identifier of a rehearsal", |bytes| RehearsalId::decode(bytes).ok().map(|id| id.encode())),
];

/// One of each, in the order of the readers.
fn written() -> &'static [Vec<u8>; 11] {
    static WRITTEN: OnceLock<[Vec<u8>; 11]> = OnceLock::new();
    WRITTEN.get_or_init(|| {
        let board = Board::of(3);
        let (escrows, id) = board.keep(&store(), 2);
        let set = block_on(escrows.set(id)).unwrap();
        let (request, _) = request(&escrows, id);
        let invitation = block_on(escrows.invitation(request.id, staff(1), at(2))).unwrap();
        let consent = board.consent(&escrows, request.id, 1).unwrap();
        board.decide(&escrows, request.id, &[1, 2]);
        let released = block_on(escrows.release(request.id, OFFICER, at(3))).unwrap();
        let begun = block_on(escrows.rehearse(id, BY, at(1))).unwrap().id();
        let rehearsal = block_on(escrows.rehearsal_invitation(begun, staff(1), at(2))).unwrap();
        assert_eq!(rehearsal.id(), begun);
        let proof = rehearsal.prove(board.key(1)).unwrap();
        [
            set.encode(),
            request.encode(),
            invitation.encode(),
            consent.encode(),
            released.encode(),
            rehearsal.encode(),
            proof.encode(),
            board.trustees[0].key.encode(),
            id.encode(),
            request.id.encode(),
            begun.encode(),
        ]
    })
}

#[test]
fn what_is_written_is_read_and_no_part_or_continuation_of_it() {
    for ((name, read), bytes) in READERS.iter().zip(written()) {
        assert_eq!(read(bytes).as_ref(), Some(bytes), "{name}");
        assert!((0..bytes.len()).all(|len| read(&bytes[..len]).is_none()), "{name} cut short");
        assert!(read(&[&bytes[..], &[0]].concat()).is_none(), "{name} with something behind it");
        assert!(read(&[&[2], &bytes[1..]].concat()).is_none(), "{name} of another version");
    }
}

proptest! {
    #[test]
    fn whatever_is_read_is_what_is_written(
        (which, at, mask) in (0..11_usize, any::<prop::sample::Index>(), 1..=u8::MAX),
    ) {
        let (mut bytes, (name, read)) = (written()[which].clone(), READERS[which]);
        let at = at.index(bytes.len());
        bytes[at] ^= mask;
        if let Some(again) = read(&bytes) {
            prop_assert_eq!(again, bytes, "{}", name);
        }
    }

    #[test]
    fn noise_is_refused_or_read_as_it_is(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for (name, read) in READERS {
            if let Some(again) = read(&bytes) {
                prop_assert_eq!(&again, &bytes, "{}", name);
            }
        }
    }
}
