//! What follows a recovery may bind authenticators, and is no session.

use crate::support::{ANNA, MS, aal2, at, at_once, lives, mins, recovery_gate, sessions, start, store, told};
use leeward_event::{Action, Actor, assurance::Recovered};
use leeward_session::{
    FactorChange, RecoverySession, RecoveryToken, SessionError, SessionToken, Sessions, StepUpToken,
};
use leeward_store::Timestamp;
use pollster::block_on;

pub(crate) fn recovering(
    sessions: &Sessions,
    now: Timestamp,
) -> Result<(RecoveryToken, RecoverySession), SessionError> {
    let recovered = Recovered::assume_recovered(ANNA, now);
    block_on(sessions.start_recovery(recovery_gate(&recovered, now), recovered, now))
}

fn is_live(sessions: &Sessions, token: &RecoveryToken, now: Timestamp) -> bool {
    match block_on(sessions.look_up_recovery(token, now)) {
        Ok(_) => true,
        Err(SessionError::NotFound) => false,
        Err(error) => panic!("{error:?}"),
    }
}

#[test]
fn it_lasts_a_quarter_of_an_hour_and_ends_when_it_is_done() {
    let store = store();
    let sessions = sessions(&store);
    let (token, session) = recovering(&sessions, at(0)).unwrap();
    assert_eq!((session.account(), session.ends_at()), (ANNA, at(15)));
    assert_eq!(block_on(sessions.look_up_recovery(&token, at(1))).unwrap(), session);
    assert!(is_live(&sessions, &token, at(15) - MS) && !is_live(&sessions, &token, at(15)));
    assert!(!is_live(&sessions, &token, at(0) - mins(1) - MS), "the clock went back");
    let again = RecoveryToken::parse(&token.reveal()).unwrap();
    block_on(sessions.finish_recovery(again, at(1))).unwrap();
    assert!(!is_live(&sessions, &token, at(1)));
    block_on(sessions.finish_recovery(token, at(1))).unwrap();
    assert_eq!((told(&store, Action::SessionStarted), told(&store, Action::SessionEnded)), (1, 1));
}

#[test]
fn no_token_opens_anything_of_another_kind() {
    let sessions = sessions(&store());
    let (recovery, _) = recovering(&sessions, at(0)).unwrap();
    let text = recovery.reveal();
    assert!(!lives(&sessions, &SessionToken::parse(&text).unwrap(), at(0)));
    assert_eq!(block_on(sessions.list(ANNA, at(0))).unwrap(), []);
    let (session, _) = start(&sessions, aal2(ANNA, at(0)), at(0)).unwrap();
    assert!(!is_live(&sessions, &RecoveryToken::parse(&session.reveal()).unwrap(), at(0)));
    for text in [text, session.reveal()] {
        let grant = StepUpToken::parse(&text).unwrap();
        let used = block_on(sessions.use_step_up(&session, grant, crate::step_up::action(), at(0)));
        assert!(matches!(used, Err(SessionError::NoStepUp)));
    }
}

#[test]
fn it_ends_with_the_account_and_not_with_its_first_factor() {
    let by = Actor::Staff(ANNA);
    let sessions = sessions(&store());
    let (token, session) = recovering(&sessions, at(0)).unwrap();
    block_on(sessions.factor_changed(ANNA, FactorChange::FirstAdded, by, at(1))).unwrap();
    assert!(is_live(&sessions, &token, at(1)));
    let change = FactorChange::Changed { keep: Some(session.id()) };
    block_on(sessions.factor_changed(ANNA, change, by, at(1))).unwrap();
    assert!(is_live(&sessions, &token, at(1)));
    block_on(sessions.disable(ANNA, by, at(2))).unwrap();
    assert!(!is_live(&sessions, &token, at(2)));
    assert!(matches!(recovering(&sessions, at(3)), Err(SessionError::Disabled)));
}

#[test]
fn a_recovery_that_is_not_of_now_starts_nothing() {
    let sessions = sessions(&store());
    let begin = |recovered_at| {
        let recovered = Recovered::assume_recovered(ANNA, recovered_at);
        block_on(sessions.start_recovery(recovery_gate(&recovered, at(0)), recovered, at(0))).map(|_| ())
    };
    assert!(matches!(begin(at(-5) - MS), Err(SessionError::StaleSignIn)));
    assert!(matches!(begin(at(1) + MS), Err(SessionError::StaleSignIn)));
    begin(at(-5)).unwrap();
}

#[test]
fn many_at_once_all_begin() {
    let sessions = sessions(&store());
    let begun = at_once(8, || recovering(&sessions, at(0)).unwrap().0);
    assert!(begun.iter().all(|token| is_live(&sessions, token, at(0))));
}
