//! The same secret for other trustees.

use crate::support::{BY, Board, OFFICER, SECRET, at, events, request, rng, secret, staff, store, told};
use leeward_escrow::{EscrowError, Escrows, SealedSet, Secret, State, Trustee, TrusteeKey};
use leeward_event::{Action, Reason};
use leeward_store::testing::{Call, Fault, at_every_call};
use pollster::block_on;

/// Somebody takes the place of trustee 3.
fn newcomer(board: &mut Board, escrows: &Escrows) {
    board.keys[2] = TrusteeKey::generate(&rng()).unwrap();
    board.trustees[2] = Trustee::new(staff(3), board.keys[2].public().unwrap());
    block_on(escrows.enrol(&board.trustees[2], BY, at(1))).unwrap();
}

#[test]
fn a_trustee_is_replaced_and_what_was_begun_before_ends() {
    let (store, mut board) = (store(), Board::of(3));
    let (escrows, id) = board.keep(&store, 2);
    let (before, _) = request(&escrows, id);
    board.decide(&escrows, before.id, &[1, 2]);
    newcomer(&mut board, &escrows);
    let set = block_on(escrows.set(id)).unwrap();
    let next = set.deal_anew(&secret(), (8, 2), &board.trustees, &rng()).unwrap();
    block_on(escrows.replace(&next, BY, at(2))).unwrap();
    assert_eq!((next.generation(), next.policy_version(), told(&store, Action::EscrowReshared)), (1, 8, 1));

    let old = block_on(escrows.release(before.id, OFFICER, at(3)));
    assert!(matches!(old, Err(EscrowError::OtherGeneration)));
    assert_eq!(block_on(escrows.ceremony(before.id, at(3))).unwrap().state(), &State::Superseded);
    let closed = events(&store).pop().unwrap();
    assert_eq!(
        (closed.what(), closed.who(), closed.why()),
        (Action::EscrowClosed, BY, Some(Reason::Revoked))
    );
    let (request, key) = request(&escrows, id);
    board.decide(&escrows, request.id, &[1, 3]);
    let released = block_on(escrows.release(request.id, OFFICER, at(3))).unwrap();
    assert_eq!(released.open(key).unwrap().expose(), SECRET);
}

#[test]
fn another_secret_an_older_dealing_and_a_stranger_are_refused() {
    let board = Board::of(3);
    let (escrows, id) = board.keep(&store(), 2);
    let set = block_on(escrows.set(id)).unwrap();
    let other = Secret::from_bytes(&[1; 32]).unwrap();
    let dealt = set.deal_anew(&other, (7, 2), &board.trustees, &rng());
    assert!(matches!(dealt, Err(EscrowError::WrongSecret)));

    let dealt = set.deal_anew(&secret(), (6, 2), &board.trustees, &rng());
    assert!(matches!(dealt, Err(EscrowError::Shape { what: "a dealing under an older policy" })));
    let mut older = set.deal_anew(&secret(), (7, 2), &board.trustees, &rng()).unwrap().encode();
    let policy_version = 1 + 17 + 16 + 2 + "transcript".len() + 3;
    assert_eq!(older[policy_version], 7);
    older[policy_version] = 6;
    let older = block_on(escrows.replace(&SealedSet::decode(&older).unwrap(), BY, at(1)));
    assert!(matches!(older, Err(EscrowError::OtherGeneration)), "nor is it kept");

    let next = set.deal_anew(&secret(), (7, 2), &board.trustees, &rng()).unwrap();
    block_on(escrows.replace(&next, BY, at(1))).unwrap();
    assert!(matches!(block_on(escrows.replace(&set, BY, at(1))), Err(EscrowError::OtherGeneration)));
    block_on(escrows.replace(&next, BY, at(1))).unwrap();
    let twice = set.deal_anew(&secret(), (7, 2), &board.trustees, &rng()).unwrap();
    assert!(matches!(block_on(escrows.replace(&twice, BY, at(1))), Err(EscrowError::OtherGeneration)));
    let unknown = next.deal_anew(&secret(), (7, 2), &Board::of(3).trustees, &rng()).unwrap();
    assert!(matches!(block_on(escrows.replace(&unknown, BY, at(1))), Err(EscrowError::NotEnrolled)));
}

#[test]
fn a_new_dealing_is_kept_with_its_event_or_not_at_all() {
    for fault in [Fault::Refuse, Fault::LoseRequest, Fault::LoseAnswer] {
        at_every_call(Call::Any, &fault, |plan| {
            let (store, board) = (store(), Board::of(3));
            let (escrows, id) = board.keep(&store, 2);
            let set = block_on(escrows.set(id)).unwrap();
            let (request, _) = request(&escrows, id);
            board.decide(&escrows, request.id, &[1, 2]);
            let next = set.deal_anew(&secret(), (7, 2), &board.trustees, &rng()).unwrap();
            let done = block_on(Escrows::new(&plan.over(&store)).replace(&next, BY, at(1))).is_ok();
            let kept = block_on(escrows.set(id)).unwrap() == next;
            assert_eq!(usize::from(kept), told(&store, Action::EscrowReshared));
            assert!(kept || !done);
            let ended = |escrows: &Escrows| {
                block_on(escrows.ceremony(request.id, at(1))).unwrap().state() == &State::Superseded
            };
            assert!(ended(&escrows) || !done, "what was given for the earlier dealing is gone");
            block_on(escrows.replace(&next, BY, at(1))).unwrap();
            assert!(ended(&escrows));
            assert_eq!((told(&store, Action::EscrowReshared), told(&store, Action::EscrowClosed)), (1, 1));
        });
    }
}
