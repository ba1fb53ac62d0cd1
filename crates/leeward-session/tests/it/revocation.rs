use crate::support::{
    ANNA, BELA, MS, aal1, aal2, again, at, events, keys, lives, mins, sessions, start, start_refreshed,
    started, store, told,
};
use jiff::SignedDuration;
use leeward_event::{Action, Actor, Component, Reason, SessionId, assurance::Aal};
use leeward_session::{FactorChange, Limits, SessionError, SessionPolicy, Sessions};
use leeward_store::{Scan, Space};
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
    let spaces = [Space::sealed("session.token"), Space::sealed("session.family")];
    let ((first, _), (_, second)) = (started(&sessions, ANNA, at(0)), started(&sessions, ANNA, at(0)));
    let third = start_refreshed(&sessions, ANNA, at(0)).session;
    assert_eq!(spaces.map(left), [3, 1]);
    block_on(sessions.revoke(first, at(1))).unwrap();
    assert_eq!(spaces.map(left), [2, 1]);
    block_on(sessions.revoke_id(ANNA, second.id(), ADMIN, at(1))).unwrap();
    assert_eq!(spaces.map(left), [1, 1]);
    block_on(sessions.revoke_id(ANNA, third.id(), ADMIN, at(1))).unwrap();
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
    let mine = (0..Sessions::MOST).map(|_| started(&sessions, ANNA, at(0)).0).collect::<Vec<_>>();
    let (other, _) = started(&sessions, BELA, at(0));
    assert_eq!(block_on(sessions.list(ANNA, at(1))).unwrap().len(), Sessions::MOST);
    block_on(sessions.revoke_all(ANNA, ADMIN, at(1))).unwrap();
    assert!(mine.iter().all(|token| !lives(&sessions, token, at(1))));
    assert_eq!(block_on(sessions.list(ANNA, at(1))).unwrap(), []);
    assert!(lives(&sessions, &other, at(1)));
    let [.., last] = events(&store)[..] else { panic!() };
    assert_eq!((last.what(), last.how_many().get()), (Action::SessionEnded, 100));
    assert_eq!(told(&store, Action::SessionEnded), 1);
}

#[test]
fn one_session_too_many_ends_the_oldest() {
    let store = store();
    let sessions = sessions(&store);
    let mine = (0..=Sessions::MOST).map(|_| started(&sessions, ANNA, at(0)).0).collect::<Vec<_>>();
    assert!(!lives(&sessions, &mine[0], at(1)));
    assert!(mine[1..].iter().all(|token| lives(&sessions, token, at(1))));
    assert_eq!(told(&store, Action::SessionEnded), 1);
}

#[test]
fn the_others_end_and_this_one_lives() {
    let sessions = sessions(&store());
    let ((mine, _), (other, _)) = (started(&sessions, ANNA, at(0)), started(&sessions, ANNA, at(0)));
    let refreshed = start_refreshed(&sessions, ANNA, at(0));
    let (bela, _) = started(&sessions, BELA, at(0));
    block_on(sessions.revoke_others(&mine, at(1))).unwrap();
    assert!(lives(&sessions, &mine, at(1)) && lives(&sessions, &bela, at(1)));
    assert!(!lives(&sessions, &other, at(1)) && !lives(&sessions, &refreshed.access, at(1)));
    let refreshed = block_on(sessions.refresh(refreshed.refresh, at(1)));
    assert!(matches!(refreshed, Err(SessionError::NotFound)));
    assert!(matches!(block_on(sessions.revoke_others(&other, at(1))), Err(SessionError::NotFound)));
}

#[test]
fn a_disabled_account_has_no_session_and_starts_none() {
    let store = store();
    let sessions = sessions(&store);
    let (token, _) = started(&sessions, ANNA, at(0));
    let refreshed = start_refreshed(&sessions, ANNA, at(0));
    block_on(sessions.disable(ANNA, ADMIN, at(1))).unwrap();
    assert!(!lives(&sessions, &token, at(1)) && !lives(&sessions, &refreshed.access, at(1)));
    let again = block_on(sessions.refresh(refreshed.refresh, at(1)));
    assert!(matches!(again, Err(SessionError::NotFound)));
    assert!(matches!(start(&sessions, aal2(ANNA, at(2)), at(2)), Err(SessionError::Disabled)));
    let last = *events(&store).last().unwrap();
    assert_eq!(
        (last.what(), last.why(), last.how_many().get()),
        (Action::SessionEnded, Some(Reason::Suspended), 2)
    );

    block_on(sessions.enable(ANNA, at(3))).unwrap();
    assert!(!lives(&sessions, &token, at(3)));
    assert!(matches!(start(&sessions, aal2(ANNA, at(2)), at(3)), Err(SessionError::StaleSignIn)));
    let (token, _) = started(&sessions, ANNA, at(4));
    assert!(lives(&sessions, &token, at(4)));
}

#[test]
fn the_first_second_factor_ends_what_one_factor_opened() {
    let store = store();
    let sessions = sessions(&store);
    let (weak, _) = start(&sessions, aal1(ANNA, at(0)), at(0)).unwrap();
    let (strong, _) = started(&sessions, ANNA, at(0));
    block_on(sessions.factor_changed(ANNA, FactorChange::FirstAdded, Actor::Staff(ANNA), at(1))).unwrap();
    assert!(!lives(&sessions, &weak, at(1)) && lives(&sessions, &strong, at(1)));
    assert!(matches!(start(&sessions, aal1(ANNA, at(0)), at(2)), Err(SessionError::StaleSignIn)));
    assert!(start(&sessions, aal2(ANNA, at(0)), at(2)).is_ok());
    let ended = events(&store).into_iter().find(|event| event.what() == Action::SessionEnded).unwrap();
    assert_eq!((ended.why(), ended.how_many().get()), (Some(Reason::FactorChanged), 1));
}

#[test]
fn a_changed_factor_ends_all_but_where_it_was_changed() {
    let sessions = sessions(&store());
    let (mine, session) = started(&sessions, ANNA, at(0));
    let (other, _) = started(&sessions, ANNA, at(0));
    let change = |keep| {
        let change = FactorChange::Changed { keep };
        block_on(sessions.factor_changed(ANNA, change, Actor::Staff(ANNA), at(1))).unwrap();
    };
    change(Some(session.id()));
    assert!(lives(&sessions, &mine, at(1)) && !lives(&sessions, &other, at(1)));
    assert!(matches!(start(&sessions, aal2(ANNA, at(0)), at(2)), Err(SessionError::StaleSignIn)));
    change(None);
    assert!(!lives(&sessions, &mine, at(1)));
}

#[test]
fn a_sign_in_from_before_a_revocation_starts_nothing() {
    let sessions = sessions(&store());
    block_on(sessions.revoke_all(ANNA, ADMIN, at(1))).unwrap();
    let late = start(&sessions, aal2(ANNA, at(0)), at(2));
    assert!(matches!(late, Err(SessionError::StaleSignIn)));
    let (token, _) = started(&sessions, ANNA, at(2));
    assert!(lives(&sessions, &token, at(2)));
    assert!(start(&sessions, aal2(BELA, at(0)), at(2)).is_ok(), "another account");
}

#[test]
fn a_sign_in_from_just_before_a_revocation_starts_nothing() {
    let instant = SignedDuration::from_nanos(1);
    for revoked_at in [at(1) + MS / 2, at(1) + MS, at(1) + MS + instant] {
        let sessions = sessions(&store());
        block_on(sessions.revoke_all(ANNA, ADMIN, revoked_at)).unwrap();
        let late = start(&sessions, aal2(ANNA, revoked_at - instant), revoked_at);
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
    let late = start(&sessions, aal2(ANNA, at(0)), behind);
    assert!(matches!(late, Err(SessionError::StaleSignIn)));
}

#[test]
fn a_session_that_a_longer_policy_keeps_alive_can_still_be_ended() {
    let store = store();
    let brief = Limits::new(mins(60), Some(mins(60))).unwrap();
    let brief = Sessions::new(&store, SessionPolicy::nist().shorten(Aal::Two, brief).unwrap(), keys());
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

#[test]
fn a_machine_whose_clock_is_behind_takes_nothing_back_of_a_revocation() {
    let store = store();
    let sessions = sessions(&store);
    let secs = SignedDuration::from_secs;
    let before = at(1) - secs(5);
    block_on(sessions.revoke_all(ANNA, ADMIN, at(1))).unwrap();
    block_on(sessions.revoke_all(ANNA, ADMIN, at(1) - secs(30))).unwrap();
    assert!(matches!(start(&sessions, aal2(ANNA, before), at(1)), Err(SessionError::StaleSignIn)));
    assert!(start(&sessions, aal2(ANNA, at(1) + MS), at(1) + MS).is_ok());
}

#[test]
fn a_clock_that_went_far_back_revokes_by_what_it_says() {
    let sessions = sessions(&store());
    block_on(sessions.revoke_all(ANNA, ADMIN, at(600))).unwrap();
    block_on(sessions.revoke_all(ANNA, ADMIN, at(1))).unwrap();
    assert!(matches!(start(&sessions, aal2(ANNA, at(0)), at(1)), Err(SessionError::StaleSignIn)));
    assert!(start(&sessions, aal2(ANNA, at(2)), at(2)).is_ok());
}
