//! A store that fails at any call: a session is there with its event, or neither is.

use crate::{
    step_up::{action, granted},
    support::{
        ANNA, aal2, again, again_refresh, at, lives, reauthenticate, sessions, start, start_refreshed,
        started, store, told,
    },
};
use leeward_event::{Action, Actor, SessionId};
use leeward_session::{FactorChange, SessionError, SessionToken, Sessions, StepUpToken};
use leeward_store::{
    Batch, Expect, Scan, Space, Store, StoreError,
    testing::{Call, Fault, at_every_call},
};
use pollster::block_on;

const FAULTS: [Fault; 3] = [Fault::Refuse, Fault::LoseRequest, Fault::LoseAnswer];

fn is_live(store: &Store) -> usize {
    block_on(sessions(store).list(ANNA, at(1))).unwrap().len()
}

#[test]
fn a_start_is_whole_or_nothing() {
    for fault in FAULTS {
        let met = at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            let begun = start(&sessions(&plan.over(&store)), aal2(ANNA, at(0)), at(0));
            assert_eq!(is_live(&store), told(&store, Action::SessionStarted));
            if let Ok((token, _)) = begun {
                assert!(lives(&sessions(&store), &token, at(0)));
            }
        });
        assert_eq!(met, 2, "a read and a commit");
    }
}

#[test]
fn a_look_up_that_cannot_read_or_write_lets_nobody_in() {
    for fault in FAULTS {
        let met = at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            let (token, _) = started(&sessions(&store), ANNA, at(0));
            let looked_up = block_on(sessions(&plan.over(&store)).look_up(&token, at(30)));
            assert_eq!(looked_up.is_ok(), plan.is_pending(), "only when nothing failed");
            assert!(lives(&sessions(&store), &token, at(31)), "and it harms nobody");
        });
        assert_eq!(met, 2, "a read and a commit");
    }
}

#[test]
fn a_rotation_is_whole_or_nothing() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            let clean = sessions(&store);
            let (old, _) = started(&clean, ANNA, at(0));
            let faulty = sessions(&plan.over(&store));
            let rotated = reauthenticate(&faulty, again(&old), aal2(ANNA, at(1)), at(1));
            assert_eq!(is_live(&store), 1);
            assert_eq!(lives(&clean, &old, at(1)), told(&store, Action::SessionRotated) == 0);
            if let Ok((token, _)) = rotated {
                assert!(lives(&clean, &token, at(1)));
            }
        });
    }
}

type Revoke = fn(&Sessions, &SessionToken, SessionId) -> Result<(), SessionError>;

const REVOCATIONS: [Revoke; 5] = [
    |sessions, _, _| block_on(sessions.disable(ANNA, Actor::Staff(ANNA), at(1))),
    |sessions, _, _| {
        let change = FactorChange::Changed { keep: None };
        block_on(sessions.factor_changed(ANNA, change, Actor::Staff(ANNA), at(1)))
    },
    |sessions, token, _| block_on(sessions.revoke(again(token), at(1))),
    |sessions, _, id| block_on(sessions.revoke_id(ANNA, id, Actor::Staff(ANNA), at(1))),
    |sessions, _, _| block_on(sessions.revoke_all(ANNA, Actor::Staff(ANNA), at(1))),
];

#[test]
fn a_revocation_that_succeeded_holds_and_one_that_failed_can_be_repeated() {
    for (fault, revoke) in FAULTS.iter().flat_map(|fault| REVOCATIONS.map(|revoke| (fault, revoke))) {
        at_every_call(Call::Any, fault, |plan| {
            let store = store();
            let (token, session) = started(&sessions(&store), ANNA, at(0));
            let revoked = revoke(&sessions(&plan.over(&store)), &token, session.id());
            let dead = !lives(&sessions(&store), &token, at(1));
            assert_eq!(dead, told(&store, Action::SessionEnded) == 1);
            assert!(dead || revoked.is_err());
            revoke(&sessions(&store), &token, session.id()).unwrap();
            assert!(!lives(&sessions(&store), &token, at(1)));
        });
    }
}

fn spoil(store: &Store, space: Space) {
    let page = block_on(store.scan(&Scan::all(space.prefix(&[]).unwrap()))).unwrap();
    let mut batch = Batch::new();
    for item in page.items {
        batch.put(item.key, Expect::Any, b"\xFFrubbish");
    }
    block_on(store.commit(batch)).unwrap();
}

fn is_corrupt<T>(result: &Result<T, SessionError>) -> bool {
    matches!(result, Err(SessionError::Corrupt { .. }))
}

#[test]
fn an_unreadable_session_lets_nobody_in() {
    let store = store();
    let sessions = sessions(&store);
    let (token, _) = started(&sessions, ANNA, at(0));
    spoil(&store, Space::sealed("session.token"));
    assert!(is_corrupt(&block_on(sessions.look_up(&token, at(0)))));
    assert!(is_corrupt(&block_on(sessions.list(ANNA, at(0)))));
    // It can be ended all the same.
    block_on(sessions.revoke_all(ANNA, Actor::Staff(ANNA), at(1))).unwrap();
    assert!(!lives(&sessions, &token, at(1)));
}

#[test]
fn an_unreadable_account_starts_and_renews_nothing() {
    let store = store();
    let sessions = sessions(&store);
    let (token, _) = started(&sessions, ANNA, at(0));
    let refreshed = start_refreshed(&sessions, ANNA, at(0));
    spoil(&store, Space::sealed_for("session.account", 0));
    assert!(is_corrupt(&start(&sessions, aal2(ANNA, at(0)), at(0))));
    assert!(is_corrupt(&reauthenticate(&sessions, token, aal2(ANNA, at(0)), at(0))));
    assert!(is_corrupt(&block_on(sessions.refresh(refreshed.refresh, at(0)))));
    assert!(is_corrupt(&block_on(sessions.list(ANNA, at(0)))));
}

#[test]
fn an_erased_account_starts_nothing() {
    let store = store();
    let erased = leeward_test_store::erasing(&store, Space::sealed_for("session.account", 0));
    let begun = start(&sessions(&erased), aal2(ANNA, at(0)), at(0));
    assert!(matches!(begun, Err(SessionError::Store(StoreError::Erased { .. }))));
}

#[test]
fn a_refresh_is_whole_or_nothing() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            let clean = sessions(&store);
            let old = start_refreshed(&clean, ANNA, at(0));
            let renewed = block_on(sessions(&plan.over(&store)).refresh(again_refresh(&old.refresh), at(1)));
            assert_eq!(is_live(&store), 1);
            match renewed {
                Ok(new) => {
                    assert!(lives(&clean, &new.access, at(1)) && !lives(&clean, &old.access, at(1)));
                }
                // A commit whose answer was lost may have been done: then the token was used.
                Err(_) => match block_on(clean.refresh(old.refresh, at(1))) {
                    Ok(new) => assert!(lives(&clean, &new.access, at(1))),
                    Err(error) => {
                        assert!(matches!(error, SessionError::RefreshReused), "{error:?}");
                        assert_eq!(is_live(&store), 0);
                    }
                },
            }
        });
    }
}

#[test]
fn a_family_that_was_ended_has_its_event_and_its_notice_and_one_that_was_not_lives() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            let clean = sessions(&store);
            let first = start_refreshed(&clean, ANNA, at(0));
            let second = block_on(clean.refresh(again_refresh(&first.refresh), at(1))).unwrap();
            let reused = block_on(sessions(&plan.over(&store)).refresh(first.refresh, at(2)));
            assert!(reused.is_err());
            let ended = usize::from(!lives(&clean, &second.access, at(2)));
            assert_eq!(told(&store, Action::RefreshReused), ended);
            assert_eq!(block_on(leeward_notify::waiting(&store, 10)).unwrap().len(), ended);
        });
    }
}

#[test]
fn a_grant_is_used_with_its_event_or_not_at_all() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            let clean = sessions(&store);
            let (token, _) = started(&clean, ANNA, at(0));
            let grant = granted(&clean, &token, at(0));
            let used = block_on(sessions(&plan.over(&store)).use_step_up(
                &token,
                StepUpToken::parse(&grant.reveal()).unwrap(),
                action(),
                at(1),
            ));
            let again = block_on(clean.use_step_up(&token, grant, action(), at(1)));
            assert!(used.is_err() || again.is_err(), "never twice");
            assert_eq!(told(&store, Action::StepUpUsed), 1);
        });
    }
}
