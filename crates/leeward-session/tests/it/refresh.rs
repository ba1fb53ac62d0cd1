//! Refresh tokens serve once.

use crate::support::{
    ANNA, BELA, MS, aal1, aal2, again, again_refresh, at, at_once, events, gate, keys, lives, mins,
    reauthenticate, sessions, start_refreshed, started, store, told,
};
use jiff::SignedDuration;
use leeward_event::{Action, Actor, CorrelationId, Outcome, Reason, Subject, assurance::Aal};
use leeward_notify::NoticeKind;
use leeward_session::{RefreshToken, Refreshed, SessionError, SessionPolicy, Sessions};
use leeward_store::{Store, Timestamp};
use pollster::block_on;

fn refresh(sessions: &Sessions, token: &RefreshToken, now: Timestamp) -> Result<Refreshed, SessionError> {
    block_on(sessions.refresh(again_refresh(token), now))
}

fn notices(store: &Store) -> Vec<NoticeKind> {
    let waiting = block_on(leeward_notify::waiting(store, 100)).unwrap();
    assert!(waiting.iter().all(|notice| notice.account() == ANNA));
    waiting.iter().map(|notice| notice.kind()).collect()
}

#[test]
fn an_access_token_lasts_ten_minutes_and_a_refresh_gives_the_next() {
    let sessions = sessions(&store());
    let first = start_refreshed(&sessions, ANNA, at(0));
    assert!(first.session.is_refreshed());
    assert!(lives(&sessions, &first.access, at(10) - MS));
    assert!(!lives(&sessions, &first.access, at(10)));
    let second = refresh(&sessions, &first.refresh, at(10)).unwrap();
    assert!(lives(&sessions, &second.access, at(10)) && !lives(&sessions, &first.access, at(9)));
    assert_eq!(second.session.id(), first.session.id());
    assert_eq!(second.session.signed_in_at(), at(0));
    assert_eq!(second.session.proofs(), first.session.proofs());
    assert_eq!(block_on(sessions.list(ANNA, at(10))).unwrap(), [second.session]);
}

#[test]
fn a_second_use_ends_the_family_and_says_so() {
    let store = store();
    let sessions = sessions(&store);
    let (cookie, _) = started(&sessions, ANNA, at(0));
    let first = start_refreshed(&sessions, ANNA, at(0));
    let second = refresh(&sessions, &first.refresh, at(1)).unwrap();
    let third = refresh(&sessions, &second.refresh, at(2)).unwrap();
    assert_eq!(notices(&store), []);

    // The oldest one, from long ago, is recognised as well as the last.
    assert!(matches!(refresh(&sessions, &first.refresh, at(3)), Err(SessionError::RefreshReused)));
    assert!(!lives(&sessions, &third.access, at(3)));
    for token in [&first, &second, &third] {
        let refreshed = refresh(&sessions, &token.refresh, at(3));
        assert!(matches!(refreshed, Err(SessionError::NotFound)));
    }
    assert!(lives(&sessions, &cookie, at(3)), "another session of the account");
    assert_eq!(notices(&store), [NoticeKind::SessionRefreshReused]);
    let reused = events(&store).into_iter().find(|event| event.what() == Action::RefreshReused).unwrap();
    assert_eq!((reused.who(), reused.whom()), (Actor::Unknown, Some(Subject::Staff(ANNA))));
    assert_eq!((reused.how(), reused.why()), (Outcome::Failure, Some(Reason::Reused)));
    assert_eq!(reused.belongs_with(), Some(CorrelationId::from_bytes(*first.session.id().as_bytes())));
}

#[test]
fn of_sixty_four_uses_at_once_one_wins_and_the_family_ends() {
    let store = store();
    let sessions = sessions(&store);
    let first = start_refreshed(&sessions, ANNA, at(0));
    let all = at_once(64, || refresh(&sessions, &first.refresh, at(1)));
    let (won, lost): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    let reused = lost.iter().filter(|lost| matches!(lost, Err(SessionError::RefreshReused))).count();
    let gone = lost.iter().filter(|lost| matches!(lost, Err(SessionError::NotFound))).count();
    assert_eq!((reused, gone), (1, 62));
    assert!(!lives(&sessions, &won[0].as_ref().unwrap().access, at(1)));
    assert_eq!(told(&store, Action::RefreshReused), 1);
    assert_eq!(notices(&store).len(), 1);
}

#[test]
fn refreshing_extends_nothing_beyond_the_limits_of_the_level() {
    let sessions = sessions(&store());
    let mut last = start_refreshed(&sessions, ANNA, at(0));
    for minute in (30..24 * 60).step_by(30) {
        last = refresh(&sessions, &last.refresh, at(minute)).unwrap();
    }
    assert!(matches!(refresh(&sessions, &last.refresh, at(24 * 60)), Err(SessionError::NotFound)));

    let idle = start_refreshed(&sessions, ANNA, at(0));
    assert!(matches!(refresh(&sessions, &idle.refresh, at(60)), Err(SessionError::NotFound)));
    let used = start_refreshed(&sessions, ANNA, at(0));
    assert!(lives(&sessions, &used.access, at(9)), "the use is written down");
    assert!(refresh(&sessions, &used.refresh, at(69) - MS).is_ok());
}

#[test]
fn a_clock_that_went_back_refreshes_nothing() {
    let sessions = sessions(&store());
    let first = start_refreshed(&sessions, ANNA, at(0));
    let second = refresh(&sessions, &first.refresh, at(30)).unwrap();
    assert!(matches!(refresh(&sessions, &second.refresh, at(20)), Err(SessionError::NotFound)));
    assert!(!lives(&sessions, &second.access, at(20)));
    assert!(refresh(&sessions, &second.refresh, at(30)).is_ok(), "and the token was not used up");
}

#[test]
fn a_stronger_or_newer_sign_in_renews_both_tokens() {
    let store = store();
    let sessions = sessions(&store);
    let weak = aal1(ANNA, at(0));
    let first = block_on(sessions.start_refreshed(gate(&weak, at(0)), weak, at(0))).unwrap();
    let renew = |token: &RefreshToken, sign_in, now| {
        let gate = gate(&sign_in, now);
        block_on(sessions.reauthenticate_refreshed(gate, again_refresh(token), sign_in, now))
    };
    let other = renew(&first.refresh, aal2(BELA, at(5)), at(5));
    assert!(matches!(other, Err(SessionError::OtherAccount)));
    let second = renew(&first.refresh, aal2(ANNA, at(5)), at(5)).unwrap();
    assert_eq!((second.session.aal(), second.session.signed_in_at()), (Aal::Two, at(5)));
    assert_eq!(second.session.id(), first.session.id());
    assert!(lives(&sessions, &second.access, at(5)) && !lives(&sessions, &first.access, at(5)));
    let weaker = renew(&second.refresh, aal1(ANNA, at(6)), at(6));
    assert!(matches!(weaker, Err(SessionError::WeakerSignIn)));
    assert_eq!(told(&store, Action::SessionRotated), 1);
    let reused = renew(&first.refresh, aal2(ANNA, at(6)), at(6));
    assert!(matches!(reused, Err(SessionError::RefreshReused)));
}

#[test]
fn a_session_that_is_refreshed_is_renewed_by_its_refresh_token_alone() {
    let sessions = sessions(&store());
    let first = start_refreshed(&sessions, ANNA, at(0));
    let renewed = reauthenticate(&sessions, again(&first.access), aal2(ANNA, at(1)), at(1));
    assert!(matches!(renewed, Err(SessionError::NeedsRefreshToken)));
    let refreshed = refresh(&sessions, &first.refresh, at(1)).unwrap();
    block_on(sessions.revoke(refreshed.access, at(2))).unwrap();
    assert!(matches!(refresh(&sessions, &refreshed.refresh, at(2)), Err(SessionError::NotFound)));
}

#[test]
fn an_access_token_lives_an_hour_at_the_most() {
    let hour = SignedDuration::from_hours(1);
    let nist = SessionPolicy::nist();
    for refused in [hour + MS, SignedDuration::ZERO, -MS] {
        assert!(matches!(nist.access_for(refused), Err(SessionError::Limit)));
    }
    let brief = Sessions::new(&store(), nist.access_for(mins(2)).unwrap(), keys());
    let first = start_refreshed(&brief, ANNA, at(0));
    assert!(lives(&brief, &first.access, at(2) - MS) && !lives(&brief, &first.access, at(2)));
}

#[test]
fn a_family_whose_access_token_was_purged_is_refreshed_still() {
    let store = store();
    let sessions = sessions(&store);
    let first = start_refreshed(&sessions, ANNA, at(0));
    assert_eq!(block_on(store.purge(at(10))).unwrap(), 1);
    assert_eq!(block_on(sessions.list(ANNA, at(10))).unwrap().len(), 1);
    assert!(refresh(&sessions, &first.refresh, at(11)).is_ok());
}
