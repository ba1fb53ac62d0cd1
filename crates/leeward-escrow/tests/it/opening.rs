//! The ceremony: asked, decided by name, opened once.

use crate::support::{Board, OFFICER, SECRET, SUBJECT, asked, at, events, request, rng, staff, store, told};
use leeward_escrow::{
    Asked, EscrowError, EscrowId, OfficerKey, OpeningReason, OpeningRequest, RequestId, Scope, State,
};
use leeward_event::{Action, Actor, Component, Outcome, Reason};
use pollster::block_on;

#[test]
fn two_of_three_open_a_secret_and_every_step_is_told() {
    let (store, board) = (store(), Board::of(3));
    let (escrows, id) = board.keep(&store, 2);
    let (request, key) = request(&escrows, id);
    board.decide(&escrows, request.id, &[1, 3]);
    let released = block_on(escrows.release(request.id, OFFICER, at(3))).unwrap();
    assert_eq!(released.open(key).unwrap().expose(), SECRET);

    let told: Vec<_> = events(&store)
        .into_iter()
        .filter(|event| event.belongs_with() == Some(request.id.correlation()))
        .map(|event| {
            assert_eq!((event.whom(), event.how()), (Some(SUBJECT), Outcome::Success));
            assert_eq!(event.why(), Some(Reason::ThirdPartySafety));
            (event.what(), event.who())
        })
        .collect();
    assert_eq!(
        told,
        [
            (Action::EscrowRequested, Actor::Staff(OFFICER)),
            (Action::EscrowConsented, Actor::Staff(staff(1))),
            (Action::EscrowConsented, Actor::Staff(staff(3))),
            (Action::EscrowOpened, Actor::Staff(OFFICER)),
        ]
    );
}

#[test]
fn one_consent_is_too_few_and_the_same_twice_is_one() {
    let board = Board::of(3);
    let (escrows, id) = board.keep(&store(), 2);
    let (request, _) = request(&escrows, id);
    let early = block_on(escrows.release(request.id, OFFICER, at(2)));
    assert!(matches!(early, Err(EscrowError::Waiting { missing: 2 })));
    board.decide(&escrows, request.id, &[2]);
    let again = board.consent(&escrows, request.id, 2).unwrap();
    assert!(matches!(block_on(escrows.consent(request.id, again, at(2))), Err(EscrowError::Decided)));
    let early = block_on(escrows.release(request.id, OFFICER, at(2)));
    assert!(matches!(early, Err(EscrowError::Waiting { missing: 1 })));
}

#[test]
fn whoever_asks_does_not_decide() {
    let board = Board::of(3);
    let (escrows, id) = board.keep(&store(), 2);
    let key = OfficerKey::generate(&rng()).unwrap();
    let request = block_on(escrows.request(asked(id, staff(1), &key), at(1))).unwrap();
    let own = block_on(escrows.invitation(request.id, staff(1), at(2)));
    assert!(matches!(own, Err(EscrowError::OwnRequest)));
    assert!(matches!(block_on(escrows.refuse(request.id, staff(1), at(2))), Err(EscrowError::OwnRequest)));
    board.decide(&escrows, request.id, &[2, 3]);
    let released = block_on(escrows.release(request.id, staff(1), at(3))).unwrap();
    assert_eq!(released.open(key).unwrap().expose(), SECRET);
}

#[test]
fn an_officer_without_enough_others_cannot_even_ask() {
    let board = Board::of(2);
    let (escrows, id) = board.keep(&store(), 2);
    let key = OfficerKey::generate(&rng()).unwrap();
    let refused = block_on(escrows.request(asked(id, staff(2), &key), at(1)));
    assert!(matches!(refused, Err(EscrowError::TooFewTrustees)));
}

#[test]
fn a_scope_of_no_record_is_not_asked_for() {
    let board = Board::of(2);
    let (escrows, id) = board.keep(&store(), 2);
    let key = OfficerKey::generate(&rng()).unwrap();
    let asked = |scope| Asked { scope, ..asked(id, OFFICER, &key) };
    let backwards = block_on(escrows.request(asked(Scope::Records { from: 9, to: 3 }), at(1)));
    assert!(matches!(backwards, Err(EscrowError::Shape { what: "a scope that ends before it begins" })));
    let one = block_on(escrows.request(asked(Scope::Records { from: 9, to: 9 }), at(1))).unwrap();
    let mut bytes = one.encode();
    let to = bytes.len() - 24 + 7;
    assert_eq!(bytes[to], 9);
    bytes[to] = 8;
    assert!(OpeningRequest::decode(&bytes).is_err(), "nor read");
}

#[test]
fn a_refusal_is_final_also_after_enough_have_consented() {
    let (store, board) = (store(), Board::of(3));
    let (escrows, id) = board.keep(&store, 2);
    let (request, _) = request(&escrows, id);
    board.decide(&escrows, request.id, &[1, 2]);
    let late = board.consent(&escrows, request.id, 3).unwrap();
    block_on(escrows.refuse(request.id, staff(1), at(2))).unwrap();
    let refused = |error| matches!(error, EscrowError::Refused { by } if by == staff(1));
    assert!(refused(block_on(escrows.release(request.id, OFFICER, at(2))).unwrap_err()));
    assert!(refused(block_on(escrows.consent(request.id, late, at(2))).unwrap_err()));
    assert!(refused(block_on(escrows.invitation(request.id, staff(3), at(2))).unwrap_err()));
    assert!(refused(block_on(escrows.cancel(request.id, OFFICER, at(2))).unwrap_err()));
    assert_eq!((told(&store, Action::EscrowRefused), told(&store, Action::EscrowOpened)), (1, 0));
}

#[test]
fn it_is_opened_once_by_its_officer_alone() {
    let board = Board::of(3);
    let (escrows, id) = board.keep(&store(), 2);
    let (request, _) = request(&escrows, id);
    board.decide(&escrows, request.id, &[1, 2]);
    let other = block_on(escrows.release(request.id, staff(3), at(3)));
    assert!(matches!(other, Err(EscrowError::NotFound)));
    let released = block_on(escrows.release(request.id, OFFICER, at(3))).unwrap();
    let foreign = OfficerKey::generate(&rng()).unwrap();
    assert!(matches!(released.open(foreign), Err(EscrowError::CannotOpen)));
    assert!(matches!(block_on(escrows.release(request.id, OFFICER, at(3))), Err(EscrowError::Used)));
    let ceremony = block_on(escrows.ceremony(request.id, at(3))).unwrap();
    assert_eq!(ceremony.state(), &State::Released, "what was given to it is not kept");
}

#[test]
fn the_officer_takes_a_request_back() {
    let (store, board) = (store(), Board::of(3));
    let (escrows, id) = board.keep(&store, 2);
    let (request, _) = request(&escrows, id);
    assert!(matches!(block_on(escrows.cancel(request.id, staff(1), at(2))), Err(EscrowError::NotFound)));
    block_on(escrows.cancel(request.id, OFFICER, at(2))).unwrap();
    assert!(matches!(board.consent(&escrows, request.id, 1), Err(EscrowError::Cancelled)));
    let last = events(&store).pop().unwrap();
    assert_eq!((last.what(), last.why()), (Action::EscrowClosed, Some(Reason::Cancelled)));
}

#[test]
fn a_request_ends_with_its_time_and_the_log_says_so_once() {
    let (store, board) = (store(), Board::of(3));
    let (escrows, id) = board.keep(&store, 2);
    let (request, _) = request(&escrows, id);
    board.decide(&escrows, request.id, &[1, 2]);
    for _ in 0..2 {
        let late = block_on(escrows.release(request.id, OFFICER, at(60)));
        assert!(matches!(late, Err(EscrowError::Expired)));
    }
    // A clock that goes back does not open it again.
    assert!(matches!(block_on(escrows.release(request.id, OFFICER, at(59))), Err(EscrowError::Expired)));
    assert_eq!(block_on(escrows.expire(request.id, at(61))).unwrap().state(), &State::Expired);
    let last = events(&store).pop().unwrap();
    assert_eq!((last.what(), last.who()), (Action::EscrowClosed, Actor::Component(Component::Escrow)));
    assert_eq!(last.why(), Some(Reason::Expired));
    assert_eq!(told(&store, Action::EscrowClosed), 1);
}

#[test]
fn a_time_that_cannot_be_is_refused() {
    let board = Board::of(3);
    let (escrows, id) = board.keep(&store(), 2);
    let key = OfficerKey::generate(&rng()).unwrap();
    for minute in [0, 1, 1 + 72 * 60 + 1] {
        let mut asked = asked(id, OFFICER, &key);
        asked.expires_at = at(minute);
        assert!(matches!(block_on(escrows.request(asked, at(1))), Err(EscrowError::Window)), "{minute}");
    }
    let (request, _) = request(&escrows, id);
    let before = block_on(escrows.refuse(request.id, staff(1), at(0)));
    assert!(matches!(before, Err(EscrowError::ClockWentBack)));
}

#[test]
fn a_consent_serves_its_own_request_alone() {
    let (store, board) = (store(), Board::of(3));
    let (escrows, id) = board.keep(&store, 2);
    let ((first, _), (second, _)) = (request(&escrows, id), request(&escrows, id));
    let consent = board.consent(&escrows, first.id, 1).unwrap();
    assert!(matches!(block_on(escrows.consent(second.id, consent, at(2))), Err(EscrowError::BadProof)));
    let failure = events(&store).pop().unwrap();
    assert_eq!((failure.what(), failure.how()), (Action::EscrowConsented, Outcome::Failure));
    assert_eq!(failure.who(), Actor::Unknown, "whoever sent it was not shown to be the trustee");
    board.decide(&escrows, second.id, &[1]);
}

#[test]
fn nobody_consents_in_the_name_of_another() {
    let board = Board::of(3);
    let (escrows, id) = board.keep(&store(), 2);
    let (request, _) = request(&escrows, id);
    let mut bytes = board.consent(&escrows, request.id, 1).unwrap().encode();
    bytes[1..17].copy_from_slice(staff(2).as_bytes());
    let stolen = leeward_escrow::Consent::decode(&bytes).unwrap();
    assert!(matches!(block_on(escrows.consent(request.id, stolen, at(2))), Err(EscrowError::BadProof)));
    let wrong_key =
        block_on(escrows.invitation(request.id, staff(1), at(2))).unwrap().open_share(board.key(2));
    assert!(matches!(wrong_key, Err(EscrowError::CannotOpen)));
    let stranger = block_on(escrows.invitation(request.id, staff(9), at(2)));
    assert!(matches!(stranger, Err(EscrowError::NotTrustee)));
}

/// A service that lies sends the trustee's share of one secret with a request for another.
#[test]
fn a_share_of_one_secret_is_not_had_by_a_request_for_another() {
    let board = Board::of(3);
    let (escrows, one) = board.keep(&store(), 2);
    let other = block_on(escrows.deposit(&board.seal(2), crate::support::BY, at(0))).unwrap();
    let ((for_one, _), (for_other, _)) = (request(&escrows, one), request(&escrows, other));
    let honest = block_on(escrows.invitation(for_one.id, staff(1), at(2))).unwrap().encode();
    let (old, new) = (for_one.encode(), for_other.encode());
    let lie = [&honest[..3], &new, &honest[3 + old.len()..]].concat();
    let lie = leeward_escrow::Invitation::decode(&lie).unwrap();
    assert_eq!(lie.request().id, for_other.id);
    assert!(matches!(lie.open_share(board.key(1)), Err(EscrowError::CannotOpen)));
}

#[test]
fn what_is_asked_is_what_the_trustees_and_the_officer_read() {
    let board = Board::of(3);
    let (escrows, id) = board.keep(&store(), 2);
    let (request, key) = request(&escrows, id);
    let invitation = block_on(escrows.invitation(request.id, staff(1), at(2))).unwrap();
    assert_eq!((invitation.request(), invitation.purpose()), (&request, "transcript"));
    assert_eq!(invitation.request().reason, OpeningReason::ThirdPartySafety);
    assert_eq!(invitation.request().officer_key.id(), key.public().unwrap().id());
    board.decide(&escrows, request.id, &[1, 2]);
    let released = block_on(escrows.release(request.id, OFFICER, at(3))).unwrap();
    assert_eq!(released.request().scope, Scope::Records { from: 3, to: 9 });
}

#[test]
fn every_reason_has_words_in_the_log() {
    let reasons: Vec<_> = OpeningReason::ALL.iter().map(|reason| reason.event_reason().code()).collect();
    assert_eq!(reasons, [40, 41, 42, 43, 44, 61]);
}

/// What an application has to keep is an identifier, and not a request or a sealed set.
#[test]
fn what_waits_is_found_again_by_identifiers_that_were_kept() {
    let (store, board) = (store(), Board::of(3));
    let (escrows, id) = board.keep(&store, 2);
    let other = block_on(escrows.deposit(&board.seal(2), crate::support::BY, at(0))).unwrap();
    let ((open, _), (refused, _), _) =
        (request(&escrows, id), request(&escrows, id), request(&escrows, other));
    block_on(escrows.refuse(refused.id, staff(2), at(2))).unwrap();

    let (id, open) = (EscrowId::decode(&id.encode()).unwrap(), RequestId::decode(&open.id.encode()).unwrap());
    let states = |minute| {
        let found = block_on(escrows.requests(id, at(minute))).unwrap();
        let state = |id| found.iter().find(|one| one.request().id == id).unwrap().state().clone();
        (found.len(), state(open), state(refused.id))
    };
    assert_eq!(states(3), (2, State::Open { consents: vec![] }, State::Refused { by: staff(2) }));
    assert_eq!(states(60), (2, State::Expired, State::Refused { by: staff(2) }));
    assert_eq!(told(&store, Action::EscrowClosed), 0, "to look is no step");
    block_on(escrows.expire(open, at(60))).unwrap();
    assert_eq!(told(&store, Action::EscrowClosed), 1);
}
