use crate::support::{
    ANNA, MS, aal2, again, again_refresh, at, events, gate, mins, sessions, start, start_refreshed, started,
    store,
};
use leeward_event::{
    Action, Actor, CorrelationId, Outcome, Subject,
    assurance::{Aal, Requirement},
};
use leeward_session::{ActionDigest, SessionError, Sessions, StepUpToken};
use leeward_store::{Store, StoreError};
use pollster::block_on;

#[test]
fn a_session_says_who_how_strongly_and_when() {
    let sessions = sessions(&store());
    let (token, session) = start(&sessions, aal2(ANNA, at(0)), at(1)).unwrap();
    assert_eq!((session.account(), session.aal()), (ANNA, Aal::Two));
    assert_eq!((session.signed_in_at(), session.last_seen_at()), (at(0), at(1)));
    assert_eq!(block_on(sessions.look_up(&token, at(1))).unwrap(), session);
}

#[test]
fn a_sign_in_keeps_for_five_minutes() {
    let sessions = sessions(&store());
    for (signed_in, fresh) in [
        (at(0), true),
        (at(0) - mins(5), true),
        (at(0) - mins(5) - MS, false),
        (at(0) + mins(1), true),
        (at(0) + mins(1) + MS, false),
    ] {
        let started = start(&sessions, aal2(ANNA, signed_in), at(0));
        match started {
            Ok((_, session)) => assert!(fresh && session.signed_in_at() <= at(0), "{signed_in}"),
            Err(SessionError::StaleSignIn) => assert!(!fresh, "{signed_in}"),
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[test]
fn a_start_is_told_without_the_token() {
    let store = store();
    let (_, session) = started(&sessions(&store), ANNA, at(0));
    let [event] = events(&store)[..] else { panic!() };
    assert_eq!((event.what(), event.how()), (Action::SessionStarted, Outcome::Success));
    assert_eq!((event.who(), event.whom()), (Actor::Staff(ANNA), Some(Subject::Staff(ANNA))));
    assert_eq!(event.belongs_with(), Some(CorrelationId::from_bytes(*session.id().as_bytes())));
}

#[test]
fn a_store_that_does_not_seal_starts_no_session() {
    let refused = start(&sessions(&Store::memory()), aal2(ANNA, at(0)), at(0));
    assert!(matches!(refused, Err(SessionError::Store(StoreError::Unsealed { .. }))));
}

#[test]
fn the_futures_and_the_service_move_between_threads() {
    fn send<T: Send>(value: T) -> T {
        value
    }
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Sessions>();
    let sessions = sessions(&store());
    let (token, session) = started(&sessions, ANNA, at(0));
    let sign_in = || aal2(ANNA, at(0));
    let gate = || gate(&sign_in(), at(0));
    drop(send(sessions.start(gate(), sign_in(), at(0))));
    drop(send(sessions.start_refreshed(gate(), sign_in(), at(0))));
    drop(send(sessions.look_up(&token, at(0))));
    drop(send(sessions.revoke_id(ANNA, session.id(), Actor::Staff(ANNA), at(0))));
    drop(send(sessions.revoke_all(ANNA, Actor::Staff(ANNA), at(0))));
    drop(send(sessions.list(ANNA, at(0))));
    drop(send(sessions.revoke_others(&token, at(0))));
    drop(send(sessions.disable(ANNA, Actor::Staff(ANNA), at(0))));
    let action = ActionDigest::of(b"");
    let needs = (action, Requirement::needs(Aal::One));
    drop(send(sessions.grant_step_up(gate(), &token, sign_in(), needs, at(0))));
    let grant = StepUpToken::parse(&token.reveal()).unwrap();
    drop(send(sessions.use_step_up(&token, grant, action, at(0))));
    drop(send(sessions.resume(gate(), again(&token), sign_in(), at(0))));
    drop(send(sessions.reauthenticate(gate(), token, sign_in(), at(0))));
    let refreshed = start_refreshed(&sessions, ANNA, at(0));
    drop(send(sessions.refresh(again_refresh(&refreshed.refresh), at(0))));
    drop(send(sessions.reauthenticate_refreshed(gate(), refreshed.refresh, sign_in(), at(0))));
}
