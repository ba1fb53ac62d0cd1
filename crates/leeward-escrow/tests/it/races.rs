//! Two at the same moment.

use crate::support::{BY, Board, OFFICER, asked, at, request, rng, staff, store, told};
use leeward_escrow::{EscrowError, OfficerKey, State};
use leeward_event::Action;
use leeward_store::testing::{Call, Fault, Plan};
use pollster::block_on;
use std::{sync::Barrier, thread};

#[test]
fn of_eight_releases_at_once_one_gets_the_shares() {
    let (store, board) = (store(), Board::of(3));
    let (escrows, id) = board.keep(&store, 2);
    let (request, _) = request(&escrows, id);
    board.decide(&escrows, request.id, &[1, 2]);
    let start = Barrier::new(8);
    let released: usize = thread::scope(|scope| {
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    match block_on(escrows.release(request.id, OFFICER, at(3))) {
                        Ok(_) => 1,
                        Err(EscrowError::Used) => 0,
                        Err(error) => panic!("{error:?}"),
                    }
                })
            })
            .collect();
        tasks.into_iter().map(|task| task.join().unwrap()).sum()
    });
    assert_eq!((released, told(&store, Action::EscrowOpened)), (1, 1));
}

#[test]
fn a_refusal_and_a_release_at_once_have_one_winner() {
    for _ in 0..20 {
        let (store, board) = (store(), Board::of(3));
        let (escrows, id) = board.keep(&store, 2);
        let (request, _) = request(&escrows, id);
        board.decide(&escrows, request.id, &[1, 2]);
        let start = Barrier::new(2);
        let (released, refused) = thread::scope(|scope| {
            let refusing = scope.spawn(|| {
                start.wait();
                block_on(escrows.refuse(request.id, staff(3), at(3))).is_ok()
            });
            start.wait();
            (block_on(escrows.release(request.id, OFFICER, at(3))).is_ok(), refusing.join().unwrap())
        });
        assert!(released != refused);
        let told = [Action::EscrowOpened, Action::EscrowRefused].map(|action| told(&store, action));
        assert_eq!(told, [usize::from(released), usize::from(refused)]);
    }
}

#[test]
fn consents_at_once_are_all_kept() {
    let (store, board) = (store(), Board::of(6));
    let (escrows, id) = board.keep(&store, 6);
    let (request, _) = request(&escrows, id);
    thread::scope(|scope| {
        for number in 1..=6 {
            let (escrows, board, id) = (&escrows, &board, request.id);
            scope.spawn(move || board.decide(escrows, id, &[number]));
        }
    });
    let ceremony = block_on(escrows.ceremony(request.id, at(2))).unwrap();
    assert_eq!((ceremony.consented().count(), told(&store, Action::EscrowConsented)), (6, 6));
}

#[test]
fn a_writer_who_is_always_first_changes_nothing_but_the_order() {
    let (store, board) = (store(), Board::of(3));
    let (escrows, id) = board.keep(&store, 2);
    let (request, _) = request(&escrows, id);
    let consent = board.consent(&escrows, request.id, 1).unwrap();
    let plan = Plan::new().nth(1, Call::Commit, Fault::Conflict);
    let contended = leeward_escrow::Escrows::new(&plan.over(&store));
    let after = block_on(contended.consent(request.id, consent, at(2))).unwrap();
    assert!(matches!(after.state(), State::Open { consents } if consents.len() == 1));
    assert_eq!(told(&store, Action::EscrowConsented), 1);
}

#[test]
fn the_futures_go_to_any_thread() {
    fn is_send<T: Send>(_: T) {}
    let (store, board) = (store(), Board::of(3));
    let (escrows, id) = board.keep(&store, 2);
    let (asking, key) = request(&escrows, id);
    let consent = board.consent(&escrows, asking.id, 1).unwrap();
    let set = board.seal(2);
    let officer_key = OfficerKey::generate(&rng()).unwrap();
    is_send(key);
    is_send(escrows.deposit(&set, BY, at(0)));
    is_send(escrows.request(asked(id, OFFICER, &officer_key), at(1)));
    is_send(escrows.invitation(asking.id, staff(1), at(2)));
    is_send(escrows.consent(asking.id, consent, at(2)));
    is_send(escrows.refuse(asking.id, staff(1), at(2)));
    is_send(escrows.release(asking.id, OFFICER, at(2)));
    is_send(escrows.rehearse(id, BY, at(2)));
    is_send(escrows.requests(id, at(2)));
    is_send(escrows.shred(id, BY, at(2)));
}
