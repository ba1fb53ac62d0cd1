use crate::support::{
    ANNA, BELA, aal1, aal2, again, at, lives, mins, reauthenticate, sessions, start, started, store, told,
};
use leeward_event::{Action, assurance::Aal};
use leeward_session::SessionError;
use pollster::block_on;

#[test]
fn a_stronger_sign_in_gives_a_new_token_and_kills_the_old_one() {
    let store = store();
    let sessions = sessions(&store);
    let (weak, before) = start(&sessions, aal1(ANNA, at(0)), at(0)).unwrap();
    let stolen = again(&weak);
    let (strong, after) = reauthenticate(&sessions, weak, aal2(ANNA, at(9)), at(9)).unwrap();
    assert_eq!((before.aal(), after.aal()), (Aal::One, Aal::Two));
    assert_eq!((after.id(), after.signed_in_at()), (before.id(), at(9)));
    assert!(!lives(&sessions, &stolen, at(9)));
    assert!(lives(&sessions, &strong, at(9)));
    assert_eq!(block_on(sessions.list(ANNA, at(9))).unwrap(), [after]);
    assert_eq!((told(&store, Action::SessionRotated), told(&store, Action::SessionEnded)), (1, 0));
}

#[test]
fn a_session_is_renewed_by_its_owner_as_strongly_as_it_was_and_now() {
    let sessions = sessions(&store());
    let (token, _) = started(&sessions, ANNA, at(0));
    let rotate = |sign_in, now| reauthenticate(&sessions, again(&token), sign_in, now).map(|_| ());
    assert!(matches!(rotate(aal2(BELA, at(1)), at(1)), Err(SessionError::OtherAccount)));
    assert!(matches!(rotate(aal1(ANNA, at(1)), at(1)), Err(SessionError::WeakerSignIn)));
    assert!(matches!(rotate(aal2(ANNA, at(1)), at(1) + mins(6)), Err(SessionError::StaleSignIn)));
    assert!(lives(&sessions, &token, at(1)), "a refusal leaves it as it was");
    assert!(matches!(rotate(aal2(ANNA, at(60)), at(60)), Err(SessionError::NotFound)), "it was idle");
    rotate(aal2(ANNA, at(1)), at(1)).unwrap();
}

#[test]
fn the_old_token_of_two_rotations_at_once_serves_one() {
    let sessions = sessions(&store());
    let (token, _) = started(&sessions, ANNA, at(0));
    let rotated = std::thread::scope(|scope| {
        let rotate = || reauthenticate(&sessions, again(&token), aal2(ANNA, at(1)), at(1));
        let threads = (0..8).map(|_| scope.spawn(rotate)).collect::<Vec<_>>();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let (won, lost): (Vec<_>, Vec<_>) = rotated.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    assert!(lost.iter().all(|lost| matches!(lost, Err(SessionError::NotFound))));
    assert_eq!(block_on(sessions.list(ANNA, at(1))).unwrap().len(), 1);
}
