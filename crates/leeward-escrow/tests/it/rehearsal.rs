//! Rehearsals prove that shares are held, and open nothing.

use crate::support::{BY, Board, SUBJECT, at, events, rng, staff, store};
use leeward_escrow::{EscrowError, RehearsalInvitation, RehearsalProof, TrusteeKey};
use leeward_event::{Action, Actor, Outcome};
use pollster::block_on;

#[test]
fn a_rehearsal_counts_who_holds_their_share() {
    let (store, board) = (store(), Board::of(3));
    let (escrows, id) = board.keep(&store, 2);
    let rehearsal = block_on(escrows.rehearse(id, BY, at(1))).unwrap();
    for (answers, number) in [(1, 1), (1, 1), (2, 3)] {
        let invitation =
            block_on(escrows.rehearsal_invitation(rehearsal.id(), staff(number), at(2))).unwrap();
        let invitation = RehearsalInvitation::decode(&invitation.encode()).unwrap();
        let proof = RehearsalProof::decode(&invitation.prove(board.key(number)).unwrap().encode()).unwrap();
        let after = block_on(escrows.answer(rehearsal.id(), &proof, at(2))).unwrap();
        assert_eq!((after.answered().len(), after.is_enough()), (answers, answers == 2));
    }
    let events = events(&store);
    let of_it = events.iter().filter(|event| event.belongs_with() == Some(rehearsal.id().correlation()));
    let told: Vec<_> = of_it.map(|event| (event.what(), event.who(), event.whom())).collect();
    let answered = |number| (Action::EscrowRehearsed, Actor::Staff(staff(number)), Some(SUBJECT));
    let begun = (Action::EscrowRehearsalBegun, BY, Some(SUBJECT));
    assert_eq!(told, [begun, answered(1), answered(1), answered(3)]);
}

#[test]
fn who_has_lost_the_key_cannot_prove_it_and_nobody_does_for_them() {
    let (store, board) = (store(), Board::of(3));
    let (escrows, id) = board.keep(&store, 2);
    let rehearsal = block_on(escrows.rehearse(id, BY, at(1))).unwrap();
    let invite =
        |number| block_on(escrows.rehearsal_invitation(rehearsal.id(), staff(number), at(2))).unwrap();
    let new_key = TrusteeKey::generate(&rng()).unwrap();
    assert!(matches!(invite(1).prove(&new_key), Err(EscrowError::CannotOpen)));

    let mut bytes = invite(2).prove(board.key(2)).unwrap().encode();
    bytes[1..17].copy_from_slice(staff(1).as_bytes());
    let borrowed = RehearsalProof::decode(&bytes).unwrap();
    assert!(matches!(block_on(escrows.answer(rehearsal.id(), &borrowed, at(2))), Err(EscrowError::BadProof)));
    let failure = events(&store).pop().unwrap();
    assert_eq!((failure.how(), failure.who()), (Outcome::Failure, Actor::Unknown));
    assert!(block_on(escrows.rehearsal(rehearsal.id())).unwrap().answered().is_empty());
}

#[test]
fn an_answer_to_an_earlier_challenge_is_none() {
    let board = Board::of(3);
    let (escrows, id) = board.keep(&store(), 2);
    let (first, second) =
        (block_on(escrows.rehearse(id, BY, at(1))), block_on(escrows.rehearse(id, BY, at(1))));
    let (first, second) = (first.unwrap().id(), second.unwrap().id());
    let invitation = block_on(escrows.rehearsal_invitation(first, staff(1), at(2))).unwrap();
    let proof = invitation.prove(board.key(1)).unwrap();
    assert!(matches!(block_on(escrows.answer(second, &proof, at(2))), Err(EscrowError::BadProof)));
    let late = at(1 + 7 * 24 * 60);
    assert!(matches!(block_on(escrows.answer(first, &proof, late)), Err(EscrowError::Expired)));
    block_on(escrows.answer(first, &proof, at(2))).unwrap();
}
