//! Binding a factor, and taking it away.

use crate::support::{
    START, account, at, enrol, event, events, finish, last_step, mfa, notices, pending, permit, proved,
    record, signed_in, store, wrong_code,
};
use leeward_event::{Action, Outcome, Reason, assurance::Aal};
use leeward_mfa::{Mfa, MfaError, Permit, Profile, TotpSecret};
use leeward_notify::NoticeKind;
use leeward_store::{Store, StoreError};

#[test]
fn nothing_is_stored_until_a_code_confirms_it() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let enrolment = mfa.enrol_totp(&permit(account(1), START), "night desk", at(START)).await.unwrap();
        assert!(record(&store, account(1)).await.is_none());
        let refused = mfa.require(proved(account(1), START), Aal::Two, at(START)).await.unwrap_err();
        assert!(matches!(refused, MfaError::NotEnrolled));

        let code = enrolment.secret().code_at(at(START));
        let bound = enrolment.confirm(&code, at(START)).await.unwrap();
        assert!(bound.first);
        assert_eq!(last_step(&store, account(1)).await, START / 30);
        assert_eq!(notices(&store).await, [NoticeKind::FactorAdded]);
        assert_eq!(events(&store).await, [event(Action::FactorEnrolled, account(1), START)]);
    });
}

#[test]
fn the_confirming_code_signs_nobody_in() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let app = enrol(&mfa, account(1), START).await;
        let pending = pending(&mfa, account(1), START).await;
        let refused = finish(pending, &app.code_at(at(START)), START).await.unwrap_err();
        assert!(matches!(refused.error(), MfaError::Rejected));
        let next = app.code_at(at(START + 30));
        assert!(finish(refused.retry().unwrap(), &next, START + 30).await.is_ok());
    });
}

#[test]
fn a_wrong_code_gives_the_enrolment_back_five_times() {
    pollster::block_on(async {
        let store = store();
        let mut enrolment =
            mfa(&store).enrol_totp(&permit(account(1), START), "night desk", at(START)).await.unwrap();
        let app = TotpSecret::from_uri(&enrolment.expose_otpauth_uri()).unwrap();
        let wrong = wrong_code(&app, START);
        for left in (1..=4).rev() {
            let refused = enrolment.confirm(&wrong, at(START)).await.unwrap_err();
            assert!(matches!(refused.error(), MfaError::Rejected));
            enrolment = refused.retry().unwrap();
            assert_eq!(enrolment.tries_left(), left);
        }
        let last = enrolment.confirm(&wrong, at(START)).await.unwrap_err();
        assert!(matches!(last.retry(), Err(MfaError::TooManyTries)));
        assert!(record(&store, account(1)).await.is_none());
        let failed = event(Action::FactorEnrolled, account(1), START);
        let failed = failed.outcome(Outcome::Failure).reason(Reason::WrongSecret);
        assert_eq!(events(&store).await, [failed; 5]);
    });
}

#[test]
fn an_enrolment_lasts_ten_minutes() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        for (after, confirmed) in [(601, false), (600, true)] {
            let enrolment =
                mfa.enrol_totp(&permit(account(1), START), "night desk", at(START)).await.unwrap();
            let code = enrolment.secret().code_at(at(START + after));
            let answer = enrolment.confirm(&code, at(START + after)).await;
            assert_eq!(answer.is_ok(), confirmed);
            if let Err(refused) = answer {
                assert!(matches!(refused.retry(), Err(MfaError::Expired)));
            }
        }
    });
}

#[test]
fn a_second_authenticator_counts_beside_the_first() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let first = enrol(&mfa, account(1), START).await;
        let second = enrol(&mfa, account(1), START).await;
        for (app, now) in [(first, START + 30), (second, START + 60)] {
            let waiting = pending(&mfa, account(1), now).await;
            assert_eq!(waiting.options().len(), 2);
            assert!(finish(waiting, &app.code_at(at(now)), now).await.is_ok());
        }
    });
}

#[test]
fn of_enrolments_that_race_one_is_the_first() {
    let store = store();
    let mfa = mfa(&store);
    let confirm = async || {
        let enrolment = mfa.enrol_totp(&permit(account(1), START), "night desk", at(START)).await.unwrap();
        let code = enrolment.secret().code_at(at(START));
        enrolment.confirm(&code, at(START)).await.unwrap().first
    };
    let firsts: Vec<bool> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| pollster::block_on(confirm()))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(firsts.iter().filter(|first| **first).count(), 1);
    assert_eq!(pollster::block_on(mfa.factors(account(1))).unwrap().len(), 8);
    assert_eq!(pollster::block_on(events(&store)).len(), 8);
}

/// A passphrase alone is enough to bind the first factor. It is not any more when somebody has bound one
/// meanwhile.
#[test]
fn nist_sp_800_63b_4_4_1_2_an_enrolment_is_measured_by_the_factors_at_its_end() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let weak = Permit::of(&signed_in(account(1), None, START));
        let late = mfa.enrol_totp(&weak, "night desk", at(START)).await.unwrap();
        enrol(&mfa, account(1), START).await;
        let refused = mfa.enrol_totp(&weak, "night desk", at(START)).await;
        assert!(matches!(refused, Err(MfaError::NotPermitted { needed: Aal::Two })));
        let code = late.secret().code_at(at(START));
        let refused = late.confirm(&code, at(START)).await.unwrap_err();
        assert!(matches!(refused.retry(), Err(MfaError::NotPermitted { needed: Aal::Two })));
        assert_eq!(mfa.factors(account(1)).await.unwrap().len(), 1);
    });
}

#[test]
fn codes_are_no_factor_of_staff_unless_the_service_says_so() {
    pollster::block_on(async {
        let mfa = mfa(&store()).profile(Profile::default());
        let refused = mfa.enrol_totp(&permit(account(1), START), "night desk", at(START)).await;
        assert!(matches!(refused, Err(MfaError::NotAccepted)));
    });
}

#[test]
fn the_uri_is_what_an_app_scans() {
    pollster::block_on(async {
        let mfa = Mfa::new(&store(), "Línea Puerto & Co").unwrap().profile(Profile::StaffCodes);
        let enrolment =
            mfa.enrol_totp(&permit(account(1), START), "turno/noche 7%", at(START)).await.unwrap();
        let expected = format!(
            "otpauth://totp/L%C3%ADnea%20Puerto%20%26%20Co:turno%2Fnoche%207%25?secret={}\
             &issuer=L%C3%ADnea%20Puerto%20%26%20Co&algorithm=SHA1&digits=6&period=30",
            *enrolment.secret().expose_base32()
        );
        assert_eq!(*enrolment.expose_otpauth_uri(), expected);
    });
}

#[test]
fn names_that_an_app_cannot_show_are_refused() {
    let too_long = "ü".repeat(65);
    for name in ["", "a:b", "a\nb", &too_long] {
        assert!(matches!(Mfa::new(&store(), name), Err(MfaError::Label)), "{name:?}");
        let enrolled =
            pollster::block_on(mfa(&store()).enrol_totp(&permit(account(1), START), name, at(START)));
        assert!(matches!(enrolled, Err(MfaError::Label)), "{name:?}");
    }
}

#[test]
fn the_longest_names_fit_and_growing_leaves_no_copy_of_the_secret_behind() {
    for longest in ["x", "ü", "🌊"].map(|letter| letter.repeat(64)) {
        let mfa = Mfa::new(&store(), &longest).unwrap().profile(Profile::StaffCodes);
        let enrolment =
            pollster::block_on(mfa.enrol_totp(&permit(account(1), START), &longest, at(START))).unwrap();
        let uri = enrolment.expose_otpauth_uri();
        assert!(uri.ends_with("&algorithm=SHA1&digits=6&period=30"));
        assert_eq!(uri.capacity(), uri.len(), "it was allocated once, at its full length");
    }
}

#[test]
fn each_secret_is_new() {
    let rng = ring::rand::SystemRandom::new();
    let secrets: std::collections::HashSet<_> =
        (0..100).map(|_| TotpSecret::generate(&rng).unwrap().expose_bytes().to_vec()).collect();
    assert_eq!(secrets.len(), 100);
}

#[test]
fn a_secret_is_not_written_through_a_handle_that_seals_nothing() {
    pollster::block_on(async {
        let enrolment = mfa(&Store::memory())
            .enrol_totp(&permit(account(1), START), "night desk", at(START))
            .await
            .unwrap();
        let code = enrolment.secret().code_at(at(START));
        let refused = enrolment.confirm(&code, at(START)).await.unwrap_err();
        assert!(matches!(refused.error(), MfaError::Store(StoreError::Unsealed { .. })));
    });
}
