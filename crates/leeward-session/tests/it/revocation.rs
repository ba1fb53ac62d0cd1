use crate::support::{ANNA, BELA, MS, aal2, again, at, events, lives, mins, sessions, started, store, told};
use jiff::SignedDuration;
use leeward_event::{Action, Actor, Component, Reason, SessionId, assurance::Aal};
use leeward_session::{Limits, SessionError, SessionPolicy, Sessions};
use leeward_store::{Batch, Expect, Scan, Space};
use pollster::block_on;

const ADMIN: Actor = Actor::Component(Component::Application);

#[test]
fn signing_out_ends_one_session_and_can_be_done_twice() {
    let store = store();
    let sessions = sessions(&store);
    let ((mine, _), (other, _)) = (started(&sessions, ANNA, at(0)), started(&sessions, ANNA, at(0)));
    for _ in 0..2 {
        block_on(sessions.revoke(again(&mine), at(1))).unwrap();
    }
    assert!(!lives(&sessions, &mine, at(1)));
    assert!(lives(&sessions, &other, at(1)));
    let ended = events(&store).into_iter().filter(|event| event.what() == Action::SessionEnded);
    assert_eq!(ended.map(|event| event.why()).collect::<Vec<_>>(), [Some(Reason::SignedOut)]);
}

#[test]
fn what_is_ended_leaves_nothing_behind() {
    let store = store();
    let sessions = sessions(&store);
    let left =
        |space: Space| block_on(store.scan(&Scan::all(space.prefix(&[]).unwrap()))).unwrap().items.len();
    let spaces = [Space::sealed("session.token"), Space::sealed_for("session.by-account", 0)];
    let ((first, _), (_, second)) = (started(&sessions, ANNA, at(0)), started(&sessions, ANNA, at(0)));
    assert_eq!(spaces.map(left), [2, 2]);
    block_on(sessions.revoke(first, at(1))).unwrap();
    assert_eq!(spaces.map(left), [1, 1]);
    block_on(sessions.revoke_id(ANNA, second.id(), ADMIN, at(1))).unwrap();
    assert_eq!(spaces.map(left), [0, 0]);
}

#[test]
fn one_session_is_ended_by_its_id_and_its_account() {
    let store = store();
    let sessions = sessions(&store);
    let (token, session) = started(&sessions, ANNA, at(0));
    let end = |account, id| block_on(sessions.revoke_id(account, id, ADMIN, at(1))).unwrap();
    end(BELA, session.id());
    end(ANNA, SessionId::from_bytes([0; 16]));
    assert!(lives(&sessions, &token, at(1)));
    end(ANNA, session.id());
    assert!(!lives(&sessions, &token, at(1)));
    let last = *events(&store).last().unwrap();
    assert_eq!((last.who(), last.why()), (ADMIN, Some(Reason::Revoked)));
    assert_eq!(told(&store, Action::SessionEnded), 1);
}

#[test]
fn all_sessions_of_one_account_end_at_once() {
    let store = store();
    let sessions = sessions(&store);
    let mine = (0..250).map(|_| started(&sessions, ANNA, at(0)).0).collect::<Vec<_>>();
    let (other, _) = started(&sessions, BELA, at(0));
    assert_eq!(block_on(sessions.list(ANNA, at(1))).unwrap().len(), 250);
    block_on(sessions.revoke_all(ANNA, ADMIN, at(1))).unwrap();
    assert!(mine.iter().all(|token| !lives(&sessions, token, at(1))));
    assert_eq!(block_on(sessions.list(ANNA, at(1))).unwrap(), []);
    assert!(lives(&sessions, &other, at(1)));
    assert_eq!(told(&store, Action::SessionEnded), 1);
}

#[test]
fn a_sign_in_from_before_a_revocation_starts_nothing() {
    let sessions = sessions(&store());
    block_on(sessions.revoke_all(ANNA, ADMIN, at(1))).unwrap();
    let late = block_on(sessions.start(aal2(ANNA, at(0)), at(2)));
    assert!(matches!(late, Err(SessionError::StaleSignIn)));
    let (token, _) = started(&sessions, ANNA, at(2));
    assert!(lives(&sessions, &token, at(2)));
    assert!(block_on(sessions.start(aal2(BELA, at(0)), at(2))).is_ok(), "another account");
}

#[test]
fn a_sign_in_from_just_before_a_revocation_starts_nothing() {
    let instant = SignedDuration::from_nanos(1);
    for revoked_at in [at(1) + MS / 2, at(1) + MS, at(1) + MS + instant] {
        let sessions = sessions(&store());
        block_on(sessions.revoke_all(ANNA, ADMIN, revoked_at)).unwrap();
        let late = block_on(sessions.start(aal2(ANNA, revoked_at - instant), revoked_at));
        assert!(matches!(late, Err(SessionError::StaleSignIn)), "{revoked_at}");
        let (token, _) = started(&sessions, ANNA, revoked_at + MS);
        assert!(lives(&sessions, &token, revoked_at + MS));
    }
}

#[test]
fn a_revocation_by_a_machine_a_little_ahead_still_counts() {
    let sessions = sessions(&store());
    block_on(sessions.revoke_all(ANNA, ADMIN, at(1))).unwrap();
    let behind = at(1) - SignedDuration::from_secs(30);
    let late = block_on(sessions.start(aal2(ANNA, at(0)), behind));
    assert!(matches!(late, Err(SessionError::StaleSignIn)));
}

#[test]
fn the_last_generation_is_followed_by_another() {
    let store = store();
    let sessions = sessions(&store);
    let mut batch = Batch::new();
    let account = Space::sealed_for("session.account", 0).key(&[ANNA.as_bytes()]).unwrap();
    batch.put(account, Expect::Absent, [&[1][..], &[0xFF; 8], &[0; 8]].concat());
    block_on(store.commit(batch)).unwrap();
    let (before, _) = started(&sessions, ANNA, at(0));
    assert!(lives(&sessions, &before, at(0)));
    block_on(sessions.revoke_all(ANNA, ADMIN, at(0))).unwrap();
    assert!(!lives(&sessions, &before, at(0)));
    let (after, _) = started(&sessions, ANNA, at(1));
    assert!(lives(&sessions, &after, at(1)));
}

#[test]
fn a_session_that_a_longer_policy_keeps_alive_can_still_be_ended() {
    let store = store();
    let brief = Limits::new(mins(60), Some(mins(60))).unwrap();
    let brief = Sessions::new(&store, SessionPolicy::nist().shorten(Aal::Two, brief).unwrap());
    let (token, session) = started(&brief, ANNA, at(0));
    let longer = sessions(&store);
    assert!(lives(&longer, &token, at(50)));
    block_on(store.purge(at(70))).unwrap();
    assert!(lives(&longer, &token, at(70)));
    assert_eq!(block_on(longer.list(ANNA, at(70))).unwrap().len(), 1);
    block_on(longer.revoke_id(ANNA, session.id(), ADMIN, at(70))).unwrap();
    assert!(!lives(&longer, &token, at(70)));
}

#[test]
fn a_revocation_by_a_clock_that_ran_ahead_shuts_nobody_out() {
    let sessions = sessions(&store());
    let (before, _) = started(&sessions, ANNA, at(0));
    block_on(sessions.revoke_all(ANNA, ADMIN, at(0) + mins(1_000_000))).unwrap();
    assert!(!lives(&sessions, &before, at(1)));
    let (after, _) = started(&sessions, ANNA, at(1));
    assert!(lives(&sessions, &after, at(1)));
}

#[test]
fn the_list_holds_what_lives() {
    let sessions = sessions(&store());
    let (_, first) = started(&sessions, ANNA, at(0));
    let (_, second) = started(&sessions, ANNA, at(30));
    let ids = |now| {
        let mut ids = block_on(sessions.list(ANNA, now)).unwrap();
        ids.sort_by_key(leeward_session::Session::signed_in_at);
        ids.iter().map(leeward_session::Session::id).collect::<Vec<_>>()
    };
    assert_eq!(ids(at(59)), [first.id(), second.id()]);
    assert_eq!(ids(at(60)), [second.id()]);
    assert_eq!(ids(at(90)), []);
}
