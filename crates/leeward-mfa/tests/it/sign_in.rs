//! From a proved passphrase to a sign-in.

use crate::support::{
    START, account, at, counters, enrol, erasing, event, events, mfa, pending, proved, put_record, record,
    store, wrong_code,
};
use leeward_event::{
    Action, Actor, AuthenticatorId, Outcome, Reason,
    assurance::{Aal, FactorKind, ProvedFactor},
};
use leeward_mfa::{MfaError, TotpFactor};

#[test]
fn two_factors_make_a_sign_in_at_aal_2() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let app = enrol(&mfa, account(1), START).await;
        let now = START + 60;
        for aal in [Aal::One, Aal::Two] {
            let now = if aal == Aal::One { now } else { now + 60 };
            let pending = mfa.require(proved(account(1), now), aal, at(now)).await.unwrap();
            assert_eq!((pending.account(), pending.tries_left()), (account(1), 5));
            let sign_in = pending.finish(&app.code_at(at(now)), at(now)).await.unwrap();
            assert_eq!((sign_in.account(), sign_in.aal(), sign_in.at()), (account(1), Aal::Two, at(now)));
            assert_eq!(events(&store).await.pop(), Some(event(Action::FactorChecked, account(1), now)));
        }
    });
}

#[test]
fn what_totp_cannot_reach_is_refused_at_once() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        enrol(&mfa, account(1), START).await;
        let refused = mfa.require(proved(account(1), START), Aal::Three, at(START)).await;
        assert!(matches!(refused, Err(MfaError::OutOfReach { aal: Aal::Three })));
    });
}

#[test]
fn two_factors_of_one_kind_do_not_reach_aal_2() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let app = enrol(&mfa, account(1), START).await;
        let other_device = AuthenticatorId::from_bytes([0xbb; 16]);
        let held = ProvedFactor::assume_proved(account(1), FactorKind::Totp, other_device, at(START));
        let pending = mfa.require(held, Aal::Two, at(START)).await.unwrap();
        let now = START + 30;
        let refused = pending.finish(&app.code_at(at(now)), at(now)).await.unwrap_err();
        assert!(matches!(refused.retry(), Err(MfaError::OutOfReach { aal: Aal::Two })));
    });
}

#[test]
fn one_authenticator_is_not_two_factors() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let app = enrol(&mfa, account(1), START).await;
        let factor = TotpFactor::from_bytes(&record(&store, account(1)).await.unwrap()).unwrap();
        let same = ProvedFactor::assume_proved(
            account(1),
            FactorKind::Passphrase,
            factor.authenticator(),
            at(START),
        );
        let pending = mfa.require(same, Aal::Two, at(START)).await.unwrap();
        let refused = pending.finish(&app.code_at(at(START + 30)), at(START + 30)).await.unwrap_err();
        assert!(matches!(refused.retry(), Err(MfaError::Assurance(_))));
    });
}

#[test]
fn a_wrong_code_gives_the_sign_in_back_five_times() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let app = enrol(&mfa, account(1), START).await;
        let (now, wrong) = (START + 60, wrong_code(&app, START + 60));
        let mut waiting = pending(&mfa, account(1), now).await;
        for left in (1..=4).rev() {
            let refused = waiting.finish(&wrong, at(now)).await.unwrap_err();
            assert!(matches!(refused.error(), MfaError::Rejected));
            waiting = refused.retry().unwrap();
            assert_eq!(waiting.tries_left(), left);
        }
        let last = waiting.finish(&wrong, at(now)).await.unwrap_err();
        assert!(matches!(last.retry(), Err(MfaError::TooManyTries)));

        let failed = event(Action::FactorChecked, account(1), now);
        let failed = failed.outcome(Outcome::Failure).reason(Reason::WrongSecret);
        assert_eq!(events(&store).await[1..], [failed; 5]);
        assert_eq!(counters(&store, account(1)).await.1, 5);

        let right = pending(&mfa, account(1), now).await;
        assert!(right.finish(&app.code_at(at(now)), at(now)).await.is_ok());
        assert_eq!(counters(&store, account(1)).await.1, 0, "a right code ends the row");
    });
}

#[test]
fn a_right_code_after_a_wrong_one_finishes() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let app = enrol(&mfa, account(1), START).await;
        let now = START + 60;
        let refused = pending(&mfa, account(1), now).await.finish("000", at(now)).await.unwrap_err();
        let sign_in = refused.retry().unwrap().finish(&app.code_at(at(now)), at(now)).await.unwrap();
        assert_eq!(sign_in.aal(), Aal::Two);
    });
}

#[test]
fn nist_sp_800_63b_4_3_2_2_a_hundred_failures_in_a_row_disable_the_factor() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let app = enrol(&mfa, account(1), START).await;
        let (now, wrong) = (START + 60, wrong_code(&app, START + 60));
        for _ in 0..20 {
            let mut waiting = pending(&mfa, account(1), now).await;
            while let Ok(again) = waiting.finish(&wrong, at(now)).await.unwrap_err().retry() {
                waiting = again;
            }
        }
        assert_eq!(counters(&store, account(1)).await.1, TotpFactor::MAX_FAILURES);
        let before = record(&store, account(1)).await;
        let waiting = pending(&mfa, account(1), now).await;
        let refused = waiting.finish(&app.code_at(at(now)), at(now)).await.unwrap_err();
        assert!(matches!(refused.retry(), Err(MfaError::Disabled)), "the right code too");
        assert_eq!(record(&store, account(1)).await, before);
        let throttled = event(Action::FactorChecked, account(1), now);
        let throttled = throttled.outcome(Outcome::Failure).reason(Reason::Throttled);
        assert_eq!(events(&store).await.pop(), Some(throttled));
    });
}

#[test]
fn failures_that_race_are_all_counted() {
    let store = store();
    let mfa = mfa(&store);
    let app = pollster::block_on(enrol(&mfa, account(1), START));
    let wrong = wrong_code(&app, START);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let waiting = pollster::block_on(pending(&mfa, account(1), START));
                assert!(pollster::block_on(waiting.finish(&wrong, at(START))).is_err());
            });
        }
    });
    assert_eq!(pollster::block_on(counters(&store, account(1))).1, 16);
}

#[test]
fn a_sign_in_lasts_ten_minutes_from_the_first_factor() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let app = enrol(&mfa, account(1), START - 60).await;
        let stale = mfa.require(proved(account(1), START), Aal::Two, at(START + 601)).await;
        assert!(matches!(stale, Err(MfaError::Expired)));

        let late = mfa.require(proved(account(1), START), Aal::Two, at(START + 590)).await.unwrap();
        let code = app.code_at(at(START + 601));
        let refused = late.finish(&code, at(START + 601)).await.unwrap_err();
        assert!(matches!(refused.retry(), Err(MfaError::Expired)));
        let in_time = mfa.require(proved(account(1), START), Aal::Two, at(START + 600)).await.unwrap();
        assert!(in_time.finish(&code, at(START + 600)).await.is_ok(), "and the late try used no code up");
    });
}

#[test]
fn the_code_of_one_account_does_not_finish_another() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let mine = enrol(&mfa, account(1), START).await;
        enrol(&mfa, account(2), START).await;
        let now = START + 60;
        let theirs = pending(&mfa, account(2), now).await;
        assert!(theirs.finish(&mine.code_at(at(now)), at(now)).await.is_err());
    });
}

#[test]
fn a_record_of_a_later_form_is_an_error_and_no_rejection() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let app = enrol(&mfa, account(1), START).await;
        let mut later = record(&store, account(1)).await.unwrap();
        later[0] = 2;
        let waiting = pending(&mfa, account(1), START).await;
        put_record(&store, account(1), later).await;
        let refused = waiting.finish(&app.code_at(at(START + 30)), at(START + 30)).await.unwrap_err();
        assert!(matches!(refused.retry(), Err(MfaError::Record { .. })));
    });
}

#[test]
fn an_erased_account_has_no_factor() {
    pollster::block_on(async {
        let store = store();
        enrol(&mfa(&store), account(1), START).await;
        let erased = mfa(&erasing(&store));
        let refused = erased.require(proved(account(1), START), Aal::Two, at(START)).await;
        assert!(matches!(refused, Err(MfaError::NotEnrolled)));
        let removed = erased.remove_totp(account(1), Actor::Unknown, Reason::Requested, at(START)).await;
        assert!(matches!(removed, Err(MfaError::NotEnrolled)));
    });
}

#[test]
fn the_futures_can_move_between_threads() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    pollster::block_on(async {
        let mfa = mfa(&store());
        let enrolment = is_send(mfa.enrol_totp(account(1), "night desk", at(START))).await.unwrap();
        let code = enrolment.secret().code_at(at(START));
        is_send(enrolment.confirm(&code, at(START))).await.unwrap();
        let waiting = is_send(mfa.require(proved(account(1), START), Aal::Two, at(START))).await.unwrap();
        drop(is_send(waiting.finish("000000", at(START))));
    });
}
