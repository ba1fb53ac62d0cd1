//! After nothing but a time without use, one factor is enough at AAL2 (NIST SP 800-63B-4 2.2.3).

use crate::support::{
    ANNA, BELA, MS, aal1, aal2, again, at, by, lives, resume, sessions, start, start_refreshed, started,
    store, told,
};
use leeward_event::{
    Action, Actor,
    assurance::{Aal, FactorKind},
};
use leeward_session::SessionError;
use pollster::block_on;

const SYNCED: FactorKind = FactorKind::Passkey { synced: true, user_verified: true };

#[test]
fn a_passphrase_or_a_verified_passkey_resumes_an_idle_session() {
    for sign_in in [aal1(ANNA, at(90)), by(ANNA, SYNCED, at(90))] {
        let store = store();
        let sessions = sessions(&store);
        let (old, before) = started(&sessions, ANNA, at(0));
        assert!(!lives(&sessions, &old, at(90)));
        let (token, session) = resume(&sessions, &old, sign_in, at(90)).unwrap();
        assert_eq!((session.id(), session.aal()), (before.id(), Aal::Two));
        assert_eq!((session.signed_in_at(), session.last_seen_at()), (at(0), at(90)));
        assert_eq!(block_on(sessions.look_up(&token, at(90))).unwrap(), session);
        assert!(!lives(&sessions, &old, at(90)), "a new token");
        assert!(resume(&sessions, &old, aal1(ANNA, at(91)), at(91)).is_err());
        assert_eq!(told(&store, Action::SessionRotated), 1);
    }
}

#[test]
fn what_was_proved_long_ago_stays_long_ago() {
    let sessions = sessions(&store());
    let (old, _) = started(&sessions, ANNA, at(0));
    let (_, session) = resume(&sessions, &old, aal1(ANNA, at(90)), at(90)).unwrap();
    let mut proofs = session.proofs().iter().map(|proof| (proof.kind(), proof.at())).collect::<Vec<_>>();
    proofs.sort_by_key(|(_, at)| *at);
    assert_eq!(proofs, [(FactorKind::Totp, at(0)), (FactorKind::Passphrase, at(90))]);
}

#[test]
fn it_keeps_the_overall_limit() {
    let sessions = sessions(&store());
    let (old, _) = started(&sessions, ANNA, at(0));
    let day = at(24 * 60);
    let (token, _) = resume(&sessions, &old, aal1(ANNA, day - MS), day - MS).unwrap();
    assert!(lives(&sessions, &token, day - MS) && !lives(&sessions, &token, day));
    let late = resume(&sessions, &token, aal1(ANNA, day), day);
    assert!(matches!(late, Err(SessionError::NotFound)));
}

#[test]
fn something_held_is_not_enough_and_neither_is_somebody_else() {
    let sessions = sessions(&store());
    let (old, _) = started(&sessions, ANNA, at(0));
    let touched_only = FactorKind::Passkey { synced: false, user_verified: false };
    for kind in [FactorKind::Totp, FactorKind::OutOfBand, touched_only] {
        let resumed = resume(&sessions, &old, by(ANNA, kind, at(90)), at(90));
        assert!(matches!(resumed, Err(SessionError::WeakerSignIn)), "{kind:?}");
    }
    let other = resume(&sessions, &old, aal2(BELA, at(90)), at(90));
    assert!(matches!(other, Err(SessionError::OtherAccount)));
    let stale = resume(&sessions, &old, aal1(ANNA, at(90)), at(96));
    assert!(matches!(stale, Err(SessionError::StaleSignIn)));
    resume(&sessions, &old, aal1(ANNA, at(90)), at(90)).unwrap();
}

#[test]
fn only_at_aal2_only_cookies_and_only_what_was_not_ended() {
    let sessions = sessions(&store());
    let device_bound = FactorKind::Passkey { synced: false, user_verified: true };
    for sign_in in [aal1(ANNA, at(0)), by(ANNA, device_bound, at(0))] {
        let (old, session) = start(&sessions, sign_in, at(0)).unwrap();
        assert_ne!(session.aal(), Aal::Two);
        let resumed = resume(&sessions, &old, aal1(ANNA, at(20)), at(20));
        assert!(matches!(resumed, Err(SessionError::NotFound)));
    }
    let refreshed = start_refreshed(&sessions, ANNA, at(0));
    let resumed = resume(&sessions, &refreshed.access, aal1(ANNA, at(5)), at(5));
    assert!(matches!(resumed, Err(SessionError::NeedsRefreshToken)));
    let (ended, _) = started(&sessions, ANNA, at(0));
    block_on(sessions.revoke_all(ANNA, Actor::Staff(ANNA), at(1))).unwrap();
    let resumed = resume(&sessions, &again(&ended), aal1(ANNA, at(90)), at(90));
    assert!(matches!(resumed, Err(SessionError::NotFound)));
}

#[test]
fn a_clock_that_went_back_resumes_nothing() {
    let sessions = sessions(&store());
    let (old, _) = started(&sessions, ANNA, at(0));
    assert!(lives(&sessions, &old, at(50)));
    let resumed = resume(&sessions, &old, aal1(ANNA, at(40)), at(40));
    assert!(matches!(resumed, Err(SessionError::NotFound)));
}
