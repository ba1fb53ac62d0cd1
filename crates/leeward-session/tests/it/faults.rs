//! A store that fails at any call: a session is there with its event, or neither is.

use crate::support::{ANNA, aal2, again, at, lives, sessions, started, store, told};
use leeward_event::{Action, Actor, SessionId};
use leeward_session::{SessionError, SessionToken, Sessions};
use leeward_store::{
    Store,
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
            let begun = block_on(sessions(&plan.over(&store)).start(aal2(ANNA, at(0)), at(0)));
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
        assert_eq!(met, 3, "two reads and a commit");
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
            let rotated = block_on(faulty.rotate(again(&old), aal2(ANNA, at(1)), at(1)));
            assert_eq!(is_live(&store), 1);
            assert_eq!(lives(&clean, &old, at(1)), told(&store, Action::SessionRotated) == 0);
            if let Ok((token, _)) = rotated {
                assert!(lives(&clean, &token, at(1)));
            }
        });
    }
}

type Revoke = fn(&Sessions, &SessionToken, SessionId) -> Result<(), SessionError>;

const REVOCATIONS: [Revoke; 3] = [
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

#[test]
fn an_unreadable_record_lets_nobody_in() {
    use leeward_store::{Batch, Expect, Scan, Space};
    let spaces = [Space::sealed("session.token"), Space::sealed_for("session.account", 0)];
    for space in spaces {
        let store = store();
        block_on(sessions(&store).revoke_all(ANNA, Actor::Staff(ANNA), at(-1))).unwrap();
        let (token, _) = started(&sessions(&store), ANNA, at(0));
        let page = block_on(store.scan(&Scan::all(space.prefix(&[]).unwrap()))).unwrap();
        let mut batch = Batch::new();
        batch.put(page.items[0].key.clone(), Expect::Any, b"\xFFrubbish");
        block_on(store.commit(batch)).unwrap();
        let looked_up = block_on(sessions(&store).look_up(&token, at(0)));
        assert!(matches!(looked_up, Err(SessionError::Corrupt { .. })), "{looked_up:?}");
        assert!(block_on(sessions(&store).list(ANNA, at(0))).is_err());
    }
}
