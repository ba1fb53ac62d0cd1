//! What happens between the two halves of a look-up, a start or a revocation.

use crate::support::{ANNA, aal2, again, at, lives, reauthenticate, sessions, start, started, store, told};
use leeward_event::{Action, Actor};
use leeward_session::{Session, SessionError, SessionToken, Sessions};
use leeward_store::{
    Store,
    testing::{Call, Fault, Gate, Plan},
};
use pollster::block_on;
use std::thread;

/// Runs `first` over the store until its `nth` call of a kind, then `second` to its end, and then the
/// rest of `first`.
fn interrupted<T: Send>(
    store: &Store,
    (call, nth): (Call, usize),
    first: impl FnOnce(&Sessions) -> T + Send,
    second: impl FnOnce(&Sessions),
) -> T {
    let gate = Gate::new();
    let plan = Plan::new().nth(nth, call, Fault::HoldBefore(gate.clone()));
    let held = sessions(&plan.over(store));
    thread::scope(|scope| {
        let first = scope.spawn(|| first(&held));
        while plan.is_pending() && !first.is_finished() {
            thread::yield_now();
        }
        assert!(!plan.is_pending(), "it ended before it came to the call");
        second(&sessions(store));
        gate.open();
        first.join().unwrap()
    })
}

fn look_up(sessions: &Sessions, token: &SessionToken) -> Result<Session, SessionError> {
    // Late enough that it writes the use down.
    block_on(sessions.look_up(token, at(30)))
}

type End = fn(&Sessions, &SessionToken);

const ENDS: [End; 4] = [
    |sessions, token| block_on(sessions.revoke(again(token), at(30))).unwrap(),
    |sessions, _| {
        let id = block_on(sessions.list(ANNA, at(30))).unwrap()[0].id();
        block_on(sessions.revoke_id(ANNA, id, Actor::Staff(ANNA), at(30))).unwrap();
    },
    |sessions, _| block_on(sessions.revoke_all(ANNA, Actor::Staff(ANNA), at(30))).unwrap(),
    |sessions, token| {
        reauthenticate(sessions, again(token), aal2(ANNA, at(30)), at(30)).map(drop).unwrap();
    },
];

#[test]
fn a_session_that_ends_during_a_look_up_stays_ended() {
    // Before its read, and before it writes the use down.
    for (call, nth) in [(Call::Get, 1), (Call::Commit, 1)] {
        for end in ENDS {
            let store = store();
            let (token, _) = started(&sessions(&store), ANNA, at(0));
            let looked_up =
                interrupted(&store, (call, nth), |held| look_up(held, &token), |other| end(other, &token));
            assert!(!lives(&sessions(&store), &token, at(30)));
            if (call, nth) == (Call::Get, 1) {
                assert!(matches!(looked_up, Err(SessionError::NotFound)));
            }
        }
    }
}

#[test]
fn two_uses_written_down_at_once_are_both_let_in() {
    let store = store();
    let (token, _) = started(&sessions(&store), ANNA, at(0));
    let looked_up = interrupted(
        &store,
        (Call::Commit, 1),
        |sessions| look_up(sessions, &token),
        |sessions| look_up(sessions, &token).map(drop).unwrap(),
    );
    assert_eq!(looked_up.unwrap().last_seen_at(), at(30));
}

#[test]
fn a_start_under_way_when_all_is_revoked_leaves_no_session() {
    let store = store();
    let begun = interrupted(
        &store,
        (Call::Commit, 1),
        |sessions| start(sessions, aal2(ANNA, at(0)), at(2)),
        |sessions| block_on(sessions.revoke_all(ANNA, Actor::Staff(ANNA), at(1))).unwrap(),
    );
    assert!(matches!(begun, Err(SessionError::StaleSignIn)));
    assert_eq!(block_on(sessions(&store).list(ANNA, at(2))).unwrap(), []);
    assert_eq!(told(&store, Action::SessionStarted), 0);
}

#[test]
fn many_look_ups_at_once_all_find_the_session() {
    let store = store();
    let sessions = sessions(&store);
    let (token, _) = started(&sessions, ANNA, at(0));
    for minute in (0..300).step_by(20) {
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert!(lives(&sessions, &token, at(minute)), "{minute}"));
            }
        });
    }
}

#[test]
fn revoking_races_look_ups_and_wins() {
    for _ in 0..50 {
        let store = store();
        let sessions = sessions(&store);
        let (token, _) = started(&sessions, ANNA, at(0));
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| drop(look_up(&sessions, &token)));
            }
            scope.spawn(|| block_on(sessions.revoke(again(&token), at(30))).unwrap());
        });
        assert!(!lives(&sessions, &token, at(30)));
        assert_eq!(told(&store, Action::SessionEnded), 1);
    }
}
