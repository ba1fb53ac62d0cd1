//! What one machine ends is ended for the next request on every other: two handles on one database.

use crate::support::{
    ANNA, again, again_refresh, at, at_once, lives, mins, sessions, start_refreshed, started,
};
use leeward_event::Actor;
use leeward_session::{FactorChange, SessionError, SessionToken, Sessions};
use leeward_store::Timestamp;
use leeward_test_store::pair;
use pollster::block_on;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const BY: Actor = Actor::Staff(ANNA);

type End = fn(&Sessions, &SessionToken, Timestamp);

const ENDS: [End; 4] = [
    |sessions, _, now| block_on(sessions.revoke_all(ANNA, BY, now)).unwrap(),
    |sessions, _, now| {
        let change = FactorChange::Changed { keep: None };
        block_on(sessions.factor_changed(ANNA, change, BY, now)).unwrap();
    },
    |sessions, token, now| {
        block_on(sessions.revoke_others(token, now)).unwrap();
        block_on(sessions.revoke(again(token), now)).unwrap();
    },
    |sessions, _, now| block_on(sessions.disable(ANNA, BY, now)).unwrap(),
];

#[test]
fn what_one_machine_ends_the_next_request_on_the_other_finds_ended() {
    let (one, other) = pair();
    let (one, other) = (sessions(&one), sessions(&other));
    let turns = [(&one, &other), (&other, &one)];
    for (turn, end) in (0..).zip(ENDS) {
        for (half, (begins, ends)) in (0..).zip(turns) {
            let now = at(turn * 10 + half * 5);
            let (token, _) = started(begins, ANNA, now);
            let refreshed = start_refreshed(begins, ANNA, now);
            assert!(lives(ends, &token, now) && lives(begins, &token, now));
            end(ends, &token, now);
            assert!(!lives(begins, &token, now) && !lives(begins, &refreshed.access, now));
            let next = block_on(begins.refresh(again_refresh(&refreshed.refresh), now));
            assert!(matches!(next, Err(SessionError::NotFound)));
            block_on(begins.enable(ANNA, now + mins(1))).unwrap();
        }
    }
}

#[test]
fn one_refresh_token_on_two_machines_serves_one() {
    let (one, other) = pair();
    let machines = [sessions(&one), sessions(&other)];
    let first = start_refreshed(&machines[0], ANNA, at(0));
    let turn = AtomicUsize::new(0);
    let all = at_once(16, || {
        let machine = &machines[turn.fetch_add(1, Relaxed) % 2];
        block_on(machine.refresh(again_refresh(&first.refresh), at(1)))
    });
    let won = all.iter().flatten().collect::<Vec<_>>();
    assert_eq!(won.len(), 1);
    let reused = all.iter().filter(|all| matches!(all, Err(SessionError::RefreshReused))).count();
    assert_eq!(reused, 1);
    assert!(machines.iter().all(|machine| !lives(machine, &won[0].access, at(1))));
}
