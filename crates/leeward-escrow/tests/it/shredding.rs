//! What is shredded is gone, and stays gone.

use crate::support::{BY, Board, OFFICER, at, request, staff, store, told};
use leeward_escrow::EscrowError;
use leeward_event::Action;
use leeward_store::{Scan, Space};
use pollster::block_on;

#[test]
fn after_shredding_nothing_is_opened_answered_or_kept_again() {
    let (store, board) = (store(), Board::of(3));
    let (escrows, id) = board.keep(&store, 2);
    let set = block_on(escrows.set(id)).unwrap();
    let (request, _) = request(&escrows, id);
    let rehearsal = block_on(escrows.rehearse(id, BY, at(1))).unwrap();
    board.decide(&escrows, request.id, &[1, 2]);
    block_on(escrows.shred(id, BY, at(3))).unwrap();
    block_on(escrows.shred(id, BY, at(3))).unwrap();

    let gone = |error| matches!(error, EscrowError::Shredded);
    assert!(gone(block_on(escrows.release(request.id, OFFICER, at(3))).unwrap_err()));
    assert!(gone(block_on(escrows.rehearsal_invitation(rehearsal.id(), staff(1), at(3))).unwrap_err()));
    assert!(gone(block_on(escrows.set(id)).unwrap_err()));
    assert!(matches!(block_on(escrows.deposit(&set, BY, at(3))), Err(EscrowError::Exists)));
    assert_eq!(told(&store, Action::EscrowShredded), 1);
    for name in ["escrow.request", "escrow.rehearsal"] {
        let prefix = Space::sealed_for(name, 0).prefix(&[]).unwrap();
        assert!(block_on(store.scan(&Scan::all(prefix))).unwrap().items.is_empty(), "{name}");
    }
}

#[test]
fn shredding_one_secret_leaves_another_of_the_same_subject() {
    let board = Board::of(3);
    let (escrows, one) = board.keep(&store(), 2);
    let other = block_on(escrows.deposit(&board.seal(2), BY, at(0))).unwrap();
    let (kept, _) = request(&escrows, other);
    block_on(escrows.shred(one, BY, at(1))).unwrap();
    board.decide(&escrows, kept.id, &[1, 2]);
    assert!(block_on(escrows.release(kept.id, OFFICER, at(2))).is_ok());
}
