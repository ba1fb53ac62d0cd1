//! A store that fails at any call: a step and its event are there together, or neither.

use crate::support::{BY, Board, OFFICER, SECRET, asked, at, request, rng, staff, store, told};
use leeward_escrow::{EscrowError, Escrows, OfficerKey, State};
use leeward_event::Action;
use leeward_store::{
    Batch, Expect, Scan, Space,
    testing::{Call, Fault, at_every_call},
};
use pollster::block_on;

const FAULTS: [Fault; 3] = [Fault::Refuse, Fault::LoseRequest, Fault::LoseAnswer];

#[test]
fn shares_leave_once_or_not_at_all_and_never_untold() {
    for fault in FAULTS {
        let met = at_every_call(Call::Any, &fault, |plan| {
            let (store, board) = (store(), Board::of(3));
            let (escrows, id) = board.keep(&store, 2);
            let (request, key) = request(&escrows, id);
            board.decide(&escrows, request.id, &[1, 2]);
            let faulty = Escrows::new(&plan.over(&store));
            let released = block_on(faulty.release(request.id, OFFICER, at(3)));
            let told = told(&store, Action::EscrowOpened);
            let again = block_on(escrows.release(request.id, OFFICER, at(3)));
            match (&released, told) {
                (Ok(released), 1) => assert_eq!(released.open(key).unwrap().expose(), SECRET),
                (Err(_), 1) => {}
                (Err(_), 0) => return assert!(again.is_ok()),
                other => panic!("{other:?}"),
            }
            assert!(matches!(again, Err(EscrowError::Used)));
        });
        assert_eq!(met, 3, "the set, the request, and a commit");
    }
}

#[test]
fn a_decision_is_kept_with_its_event_or_not_at_all() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let (store, board) = (store(), Board::of(3));
            let (escrows, id) = board.keep(&store, 2);
            let (request, _) = request(&escrows, id);
            let consent = board.consent(&escrows, request.id, 1).unwrap();
            let faulty = Escrows::new(&plan.over(&store));
            let done = block_on(faulty.consent(request.id, consent, at(2))).is_ok();
            let kept = block_on(escrows.ceremony(request.id, at(2))).unwrap().consented().count();
            assert_eq!(kept, told(&store, Action::EscrowConsented));
            assert!(kept == 1 || !done);

            let done = block_on(faulty.refuse(request.id, staff(2), at(2))).is_ok();
            let ceremony = block_on(escrows.ceremony(request.id, at(2))).unwrap();
            let refused = matches!(ceremony.state(), State::Refused { .. });
            assert_eq!(usize::from(refused), told(&store, Action::EscrowRefused));
            assert!(refused || !done);
        });
    }
}

#[test]
fn asking_depositing_and_rehearsing_are_whole_or_nothing() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let (store, board) = (store(), Board::of(3));
            let (escrows, id) = board.keep(&store, 2);
            let faulty = Escrows::new(&plan.over(&store));
            let set = board.seal(2);
            let done = block_on(faulty.deposit(&set, BY, at(1))).is_ok();
            let kept = block_on(escrows.set(set.id())).is_ok();
            assert_eq!(usize::from(kept) + 1, told(&store, Action::EscrowDeposited));
            assert!(kept || !done);

            let key = OfficerKey::generate(&rng()).unwrap();
            let asked = block_on(faulty.request(asked(id, OFFICER, &key), at(1)));
            let told_of = told(&store, Action::EscrowRequested);
            assert!(told_of == 1 || (told_of == 0 && asked.is_err()));

            let begun = block_on(faulty.rehearse(id, BY, at(1)));
            let told_of = told(&store, Action::EscrowRehearsalBegun);
            assert!(told_of == 1 || (told_of == 0 && begun.is_err()));

            let rehearsal = block_on(escrows.rehearse(id, BY, at(1))).unwrap().id();
            let invitation = block_on(escrows.rehearsal_invitation(rehearsal, staff(1), at(2))).unwrap();
            let answered =
                block_on(faulty.answer(rehearsal, &invitation.prove(board.key(1)).unwrap(), at(2)));
            let kept = block_on(escrows.rehearsal(rehearsal)).unwrap().answered().len();
            assert_eq!(kept, told(&store, Action::EscrowRehearsed));
            assert!(kept == 1 || answered.is_err());
        });
    }
}

#[test]
fn shredding_that_is_interrupted_is_not_undone_and_goes_on() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let (store, board) = (store(), Board::of(3));
            let (escrows, id) = board.keep(&store, 2);
            let (request, _) = request(&escrows, id);
            board.decide(&escrows, request.id, &[1, 2]);
            let done = block_on(Escrows::new(&plan.over(&store)).shred(id, BY, at(3))).is_ok();
            let shredded = told(&store, Action::EscrowShredded) == 1;
            assert!(shredded || !done);
            let released = block_on(escrows.release(request.id, OFFICER, at(3)));
            assert_eq!(released.is_ok(), !shredded);
            block_on(escrows.shred(id, BY, at(3))).unwrap();
            assert_eq!(told(&store, Action::EscrowShredded), 1);
            let prefix = Space::sealed_for("escrow.request", 0).prefix(&[]).unwrap();
            assert!(block_on(store.scan(&Scan::all(prefix))).unwrap().items.is_empty());
        });
    }
}

#[test]
fn an_unreadable_record_opens_nothing() {
    for name in ["escrow.set", "escrow.request", "escrow.trustee", "escrow.rehearsal"] {
        let (store, board) = (store(), Board::of(3));
        let (escrows, id) = board.keep(&store, 2);
        let (request, _) = request(&escrows, id);
        let rehearsal = block_on(escrows.rehearse(id, BY, at(1))).unwrap();
        board.decide(&escrows, request.id, &[1, 2]);
        let prefix = Space::sealed_for(name, 0).prefix(&[]).unwrap();
        let mut batch = Batch::new();
        for item in block_on(store.scan(&Scan::all(prefix))).unwrap().items {
            batch.put(item.key, Expect::Any, b"\xFFrubbish");
        }
        assert!(!batch.is_empty(), "{name}");
        block_on(store.commit(batch)).unwrap();
        let refused = match name {
            "escrow.trustee" => block_on(escrows.deposit(&board.seal(2), BY, at(1))).unwrap_err(),
            "escrow.rehearsal" => block_on(escrows.rehearsal(rehearsal.id())).unwrap_err(),
            _ => block_on(escrows.release(request.id, OFFICER, at(3))).unwrap_err(),
        };
        assert!(matches!(refused, EscrowError::Corrupt { .. }), "{name} {refused:?}");
    }
}
