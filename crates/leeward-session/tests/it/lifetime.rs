use crate::support::{ANNA, MS, aal1, at, keys, lives, mins, sessions, start, started, store};
use jiff::SignedDuration;
use leeward_event::assurance::Aal;
use leeward_session::{Limits, SessionError, SessionPolicy, Sessions};
use leeward_store::testing::{Call, Plan};
use pollster::block_on;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[test]
fn at_aal1_a_session_lasts_thirty_days_used_or_not() {
    let sessions = sessions(&store());
    let (token, session) = start(&sessions, aal1(ANNA, at(0)), at(0)).unwrap();
    assert_eq!(session.aal(), Aal::One);
    let end = at(30 * 24 * 60);
    assert!(lives(&sessions, &token, end - MS));
    assert!(!lives(&sessions, &token, end));
}

#[test]
fn at_aal2_an_idle_hour_ends_it() {
    let sessions = sessions(&store());
    let (token, _) = started(&sessions, ANNA, at(0));
    assert!(lives(&sessions, &token, at(60) - MS));
    let (token, _) = started(&sessions, ANNA, at(0));
    assert!(!lives(&sessions, &token, at(60)));
}

#[test]
fn at_aal2_a_day_ends_it_however_busy() {
    let sessions = sessions(&store());
    let (token, _) = started(&sessions, ANNA, at(0));
    for minute in (0..24 * 60).step_by(20) {
        assert!(lives(&sessions, &token, at(minute)), "{minute}");
    }
    assert!(lives(&sessions, &token, at(24 * 60) - MS));
    assert!(!lives(&sessions, &token, at(24 * 60)));
}

#[test]
fn a_look_up_writes_only_when_a_tenth_of_the_idle_limit_has_passed() {
    let (clean, plan) = (store(), Plan::new());
    let sessions = sessions(&plan.over(&clean));
    let (token, session) = started(&sessions, ANNA, at(0));
    let before = plan.calls(Call::Commit);
    for minute in [0, 3, 6] {
        assert_eq!(block_on(sessions.look_up(&token, at(minute))).unwrap(), session);
    }
    assert_eq!(plan.calls(Call::Commit), before);
    assert_eq!(block_on(sessions.look_up(&token, at(6) + MS)).unwrap().last_seen_at(), at(6) + MS);
    assert_eq!(plan.calls(Call::Commit), before + 1);
    assert!(lives(&sessions, &token, at(7)));
    assert_eq!(plan.calls(Call::Commit), before + 1);
}

#[test]
fn a_clock_that_goes_back_extends_nothing() {
    let sessions = sessions(&store());
    let (token, _) = started(&sessions, ANNA, at(0));
    assert!(lives(&sessions, &token, at(50)), "the clock runs ahead, and the use is written down");
    assert!(!lives(&sessions, &token, at(20)), "it went back");
    assert!(lives(&sessions, &token, at(49)), "it has nearly caught up");
    assert!(!lives(&sessions, &token, at(110)), "an hour after the last use that was written down");
}

#[test]
fn what_expired_is_purged_and_what_lives_is_not() {
    let store = store();
    let sessions = sessions(&store);
    let (token, _) = started(&sessions, ANNA, at(0));
    assert!(lives(&sessions, &token, at(30)));
    assert_eq!(block_on(store.purge(at(60))).unwrap(), 0, "used since");
    assert!(lives(&sessions, &token, at(61)));
    assert_eq!(block_on(store.purge(at(24 * 60) - MS)).unwrap(), 0, "idle, and could be resumed");
    assert_eq!(block_on(sessions.list(ANNA, at(122))).unwrap(), []);
    assert_eq!(block_on(store.purge(at(24 * 60))).unwrap(), 1, "the session");
}

#[test]
fn a_policy_only_shortens() {
    let nist = SessionPolicy::nist();
    let limits = |overall, idle| Limits::new(overall, idle).unwrap();
    for (aal, too_long) in [
        (Aal::One, limits(HOUR * 24 * 30 + MS, None)),
        (Aal::Two, limits(HOUR * 24 + MS, Some(HOUR))),
        (Aal::Two, limits(HOUR * 24, Some(HOUR + MS))),
        (Aal::Two, limits(HOUR, None)),
        (Aal::Three, limits(HOUR * 12, Some(mins(15) + MS))),
    ] {
        assert!(matches!(nist.shorten(aal, too_long), Err(SessionError::Limit)), "{aal:?} {too_long:?}");
    }
    for not_positive in [SignedDuration::ZERO, -MS] {
        assert!(Limits::new(not_positive, None).is_err());
        assert!(Limits::new(HOUR, Some(not_positive)).is_err());
    }
    assert_eq!(nist.shorten(Aal::Two, nist.limits(Aal::Two)).unwrap(), nist);
}

#[test]
fn a_shorter_policy_ends_sessions_that_are_under_way() {
    let store = store();
    let (token, _) = started(&sessions(&store), ANNA, at(0));
    let brief = Limits::new(HOUR, Some(mins(10))).unwrap();
    let policy = SessionPolicy::nist().shorten(Aal::Two, brief).unwrap();
    let stricter = Sessions::new(&store, policy, keys());
    assert!(lives(&stricter, &token, at(10) - MS));
    let (token, _) = started(&sessions(&store), ANNA, at(0));
    assert!(!lives(&stricter, &token, at(10)));
}
