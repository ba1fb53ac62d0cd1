//! A grant serves one action of one session once.

use crate::support::{
    ANNA, BELA, MS, aal1, aal2, at, at_once, by, events, gate, lives, mins, sessions, started, store, told,
};
use leeward_event::{
    Action, Actor, Outcome, Reason, Subject,
    assurance::{Aal, FactorKind, Requirement, SignIn},
};
use leeward_session::{
    ActionDigest, FactorChange, SessionError, SessionToken, Sessions, StepUp, StepUpToken,
};
use leeward_store::Timestamp;
use pollster::block_on;

pub(crate) fn action() -> ActionDigest {
    ActionDigest::of(b"export case 17")
}

fn grant(
    sessions: &Sessions,
    token: &SessionToken,
    sign_in: SignIn,
    needs: Requirement,
    now: Timestamp,
) -> Result<StepUpToken, SessionError> {
    block_on(sessions.grant_step_up(gate(&sign_in, now), token, sign_in, (action(), needs), now))
}

pub(crate) fn granted(sessions: &Sessions, token: &SessionToken, now: Timestamp) -> StepUpToken {
    grant(sessions, token, aal1(ANNA, now), Requirement::needs(Aal::One), now).unwrap()
}

fn use_it(
    sessions: &Sessions,
    token: &SessionToken,
    grant: &StepUpToken,
    action: ActionDigest,
    now: Timestamp,
) -> Result<StepUp, SessionError> {
    let grant = StepUpToken::parse(&grant.reveal()).unwrap();
    block_on(sessions.use_step_up(token, grant, action, now))
}

fn is_refused(used: &Result<StepUp, SessionError>) -> bool {
    matches!(used, Err(SessionError::NoStepUp))
}

#[test]
fn a_grant_says_what_proved_it_and_serves_once() {
    let store = store();
    let sessions = sessions(&store);
    let (token, _) = started(&sessions, ANNA, at(0));
    let passkey = FactorKind::Passkey { synced: false, user_verified: true };
    let needs = Requirement::needs(Aal::Two).phishing_resistant();
    let grant = grant(&sessions, &token, by(ANNA, passkey, at(1)), needs, at(1)).unwrap();
    let used = use_it(&sessions, &token, &grant, action(), at(2)).unwrap();
    assert_eq!((used.account(), used.action()), (ANNA, action()));
    let [proof] = used.proofs() else { panic!() };
    assert_eq!((proof.kind(), proof.at()), (passkey, at(1)));
    assert!(is_refused(&use_it(&sessions, &token, &grant, action(), at(2))));
    assert_eq!((told(&store, Action::StepUpGranted), told(&store, Action::StepUpUsed)), (1, 1));
}

#[test]
fn a_sign_in_that_proves_too_little_grants_nothing() {
    let sessions = sessions(&store());
    let (token, _) = started(&sessions, ANNA, at(0));
    for needs in [Requirement::needs(Aal::Three), Requirement::needs(Aal::One).phishing_resistant()] {
        let refused = grant(&sessions, &token, aal2(ANNA, at(1)), needs, at(1));
        assert!(matches!(refused, Err(SessionError::WeakerSignIn)), "whatever the session is");
    }
    let one = Requirement::needs(Aal::One);
    let other = grant(&sessions, &token, aal2(BELA, at(1)), one, at(1));
    assert!(matches!(other, Err(SessionError::OtherAccount)));
    let stale = grant(&sessions, &token, aal2(ANNA, at(1)), one, at(6) + MS);
    assert!(matches!(stale, Err(SessionError::StaleSignIn)));
    block_on(sessions.revoke(SessionToken::parse(&token.reveal()).unwrap(), at(1))).unwrap();
    let ended = grant(&sessions, &token, aal2(ANNA, at(1)), one, at(1));
    assert!(matches!(ended, Err(SessionError::NotFound)));
}

#[test]
fn a_grant_is_for_its_action_and_its_session_and_whoever_tries_another_ends_it() {
    let store = store();
    let sessions = sessions(&store);
    let (token, _) = started(&sessions, ANNA, at(0));
    let (other, _) = started(&sessions, ANNA, at(0));
    let first = granted(&sessions, &token, at(1));
    assert!(is_refused(&use_it(&sessions, &token, &first, ActionDigest::of(b"export case 18"), at(1))));
    assert!(is_refused(&use_it(&sessions, &token, &first, action(), at(1))));
    let second = granted(&sessions, &token, at(1));
    assert!(is_refused(&use_it(&sessions, &other, &second, action(), at(1))));
    assert!(is_refused(&use_it(&sessions, &token, &second, action(), at(1))));
    let used = events(&store).into_iter().filter(|event| event.what() == Action::StepUpUsed);
    let told = used.map(|event| (event.how(), event.why())).collect::<Vec<_>>();
    assert_eq!(told, [(Outcome::Failure, Some(Reason::Foreign)); 2]);
}

#[test]
fn a_grant_waits_five_minutes_and_a_clock_that_goes_back_extends_nothing() {
    let sessions = sessions(&store());
    let (token, _) = started(&sessions, ANNA, at(0));
    for (now, serves) in [
        (at(1), true),
        (at(6) - MS, true),
        (at(6), false),
        (at(60) - MS, false),
        (at(1) - mins(1), true),
        (at(1) - mins(1) - MS, false),
    ] {
        let grant = granted(&sessions, &token, at(1));
        assert_eq!(use_it(&sessions, &token, &grant, action(), now).is_ok(), serves, "{now}");
    }
}

#[test]
fn a_grant_ends_with_its_session() {
    let sessions = sessions(&store());
    let (token, session) = started(&sessions, ANNA, at(0));
    let grant = granted(&sessions, &token, at(1));
    block_on(sessions.revoke_id(ANNA, session.id(), Actor::Staff(ANNA), at(1))).unwrap();
    let used = use_it(&sessions, &token, &grant, action(), at(1));
    assert!(matches!(used, Err(SessionError::NotFound)));
    let (another, _) = started(&sessions, ANNA, at(1));
    assert!(is_refused(&use_it(&sessions, &another, &grant, action(), at(1))));
}

#[test]
fn a_grant_ends_when_a_factor_changes_though_its_session_is_kept() {
    let sessions = sessions(&store());
    let (token, session) = started(&sessions, ANNA, at(0));
    let changes = [FactorChange::Changed { keep: Some(session.id()) }, FactorChange::FirstAdded];
    for (minute, change) in (1..).zip(changes) {
        let before = granted(&sessions, &token, at(minute));
        let changed = at(minute) + MS;
        block_on(sessions.factor_changed(ANNA, change, Actor::Staff(ANNA), changed)).unwrap();
        assert!(lives(&sessions, &token, changed), "{change:?}");
        assert!(is_refused(&use_it(&sessions, &token, &before, action(), changed)), "{change:?}");
    }
    let after = granted(&sessions, &token, at(3));
    assert!(use_it(&sessions, &token, &after, action(), at(3)).is_ok());
}

#[test]
fn the_log_tells_who_presented_the_grant_of_another() {
    let store = store();
    let sessions = sessions(&store);
    let (of_anna, _) = started(&sessions, ANNA, at(0));
    let (of_bela, _) = started(&sessions, BELA, at(0));
    let grant = granted(&sessions, &of_anna, at(1));
    assert!(is_refused(&use_it(&sessions, &of_bela, &grant, action(), at(1))));
    let used = events(&store).into_iter().find(|event| event.what() == Action::StepUpUsed).unwrap();
    assert_eq!((used.who(), used.whom()), (Actor::Staff(BELA), Some(Subject::Staff(ANNA))));
}

#[test]
fn of_sixty_four_uses_at_once_one_wins() {
    let store = store();
    let sessions = sessions(&store);
    let (token, _) = started(&sessions, ANNA, at(0));
    let grant = granted(&sessions, &token, at(1));
    let all = at_once(64, || use_it(&sessions, &token, &grant, action(), at(1)));
    assert_eq!(all.iter().filter(|used| used.is_ok()).count(), 1);
    assert_eq!(all.iter().filter(|used| is_refused(used)).count(), 63);
    assert_eq!(told(&store, Action::StepUpUsed), 1);
}
