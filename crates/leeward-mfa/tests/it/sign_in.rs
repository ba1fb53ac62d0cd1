//! From a proved passphrase to a sign-in.

use crate::support::{
    START, account, at, enrol, erasing, event, events, finish, gate, mfa, pending, permit, proved,
    put_record, record, store, wrong_code,
};
use leeward_event::{
    Action, AuthenticatorId, Outcome, Reason,
    assurance::{Aal, FactorKind, ProvedFactor},
};
use leeward_mfa::{MfaError, Presented, TotpFactor};

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
            let sign_in = finish(pending, &app.code_at(at(now)), now).await.unwrap();
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
        enrol(&mfa, account(1), START).await;
        let other_device = AuthenticatorId::from_bytes([0xbb; 16]);
        let held = ProvedFactor::assume_proved(account(1), FactorKind::Totp, other_device, at(START));
        let refused = mfa.require(held, Aal::Two, at(START)).await;
        assert!(matches!(refused, Err(MfaError::OutOfReach { aal: Aal::Two })));
    });
}

#[test]
fn one_authenticator_is_not_two_factors() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        enrol(&mfa, account(1), START).await;
        let factor = TotpFactor::from_bytes(&record(&store, account(1)).await.unwrap()).unwrap();
        let same = ProvedFactor::assume_proved(
            account(1),
            FactorKind::Passphrase,
            factor.authenticator(),
            at(START),
        );
        let refused = mfa.require(same, Aal::Two, at(START)).await;
        assert!(matches!(refused, Err(MfaError::OutOfReach { aal: Aal::Two })));
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
            let refused = finish(waiting, &wrong, now).await.unwrap_err();
            assert!(matches!(refused.error(), MfaError::Rejected));
            waiting = refused.retry().unwrap();
            assert_eq!(waiting.tries_left(), left);
        }
        let last = finish(waiting, &wrong, now).await.unwrap_err();
        assert!(matches!(last.retry(), Err(MfaError::TooManyTries)));

        let failed = event(Action::FactorChecked, account(1), now);
        let failed = failed.outcome(Outcome::Failure).reason(Reason::WrongSecret);
        assert_eq!(events(&store).await[1..], [failed; 5]);

        let right = pending(&mfa, account(1), now).await;
        assert!(finish(right, &app.code_at(at(now)), now).await.is_ok());
    });
}

#[test]
fn a_right_code_after_a_wrong_one_finishes() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let app = enrol(&mfa, account(1), START).await;
        let now = START + 60;
        let waiting = pending(&mfa, account(1), now).await;
        let refused = finish(waiting, "000", now).await.unwrap_err();
        let waiting = refused.retry().unwrap();
        let sign_in = finish(waiting, &app.code_at(at(now)), now).await.unwrap();
        assert_eq!(sign_in.aal(), Aal::Two);
    });
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
        let refused = finish(late, &code, START + 601).await.unwrap_err();
        assert!(matches!(refused.retry(), Err(MfaError::Expired)));
        let in_time = mfa.require(proved(account(1), START), Aal::Two, at(START + 600)).await.unwrap();
        assert!(finish(in_time, &code, START + 600).await.is_ok(), "and the late try used no code up");
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
        assert!(finish(theirs, &mine.code_at(at(now)), now).await.is_err());
    });
}

#[test]
fn a_record_of_a_later_form_is_an_error_and_no_rejection() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let app = enrol(&mfa, account(1), START).await;
        let mut later = record(&store, account(1)).await.unwrap();
        later[0] = 3;
        let waiting = pending(&mfa, account(1), START).await;
        put_record(&store, account(1), later).await;
        let refused = finish(waiting, &app.code_at(at(START + 30)), START + 30).await.unwrap_err();
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
        assert!(erased.factors(account(1)).await.unwrap().is_empty());
    });
}

#[test]
fn the_futures_can_move_between_threads() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    pollster::block_on(async {
        let (mfa, permit) = (mfa(&store()), permit(account(1), START));
        let enrolment = is_send(mfa.enrol_totp(&permit, "night desk", at(START))).await.unwrap();
        let code = enrolment.secret().code_at(at(START));
        let _ = is_send(enrolment.confirm(&code, at(START))).await.unwrap();
        let waiting = is_send(mfa.require(proved(account(1), START), Aal::Two, at(START))).await.unwrap();
        let code = Presented::Totp("000000");
        let gate = gate(account(1), &code, START);
        drop(is_send(waiting.finish(gate, code, at(START))).await);
        drop(is_send(mfa.factors(account(1))));
        drop(is_send(mfa.revoke(&permit, AuthenticatorId::from_bytes([1; 16]), at(START))));
        drop(is_send(mfa.issue_recovery_codes(&permit, at(START))));
    });
}
