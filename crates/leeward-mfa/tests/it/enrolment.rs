//! Binding a factor, and taking it away.

use crate::support::{
    START, account, at, counters, enrol, event, events, mfa, pending, proved, record, store, wrong_code,
};
use leeward_event::{Action, Actor, Component, Event, Outcome, Reason, Subject, assurance::Aal};
use leeward_mfa::{Mfa, MfaError, TotpSecret};
use leeward_store::{Store, StoreError};

#[test]
fn nothing_is_stored_until_a_code_confirms_it() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let enrolment = mfa.enrol_totp(account(1), "night desk", at(START)).await.unwrap();
        assert!(record(&store, account(1)).await.is_none());
        let refused = mfa.require(proved(account(1), START), Aal::Two, at(START)).await.unwrap_err();
        assert!(matches!(refused, MfaError::NotEnrolled));

        let code = enrolment.secret().code_at(at(START));
        enrolment.confirm(&code, at(START)).await.unwrap();
        assert_eq!(counters(&store, account(1)).await, (u64::try_from(START / 30).unwrap(), 0));
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
        let refused = pending.finish(&app.code_at(at(START)), at(START)).await.unwrap_err();
        assert!(matches!(refused.error(), MfaError::Rejected));
        let next = app.code_at(at(START + 30));
        assert!(refused.retry().unwrap().finish(&next, at(START + 30)).await.is_ok());
    });
}

#[test]
fn a_wrong_code_gives_the_enrolment_back_five_times() {
    pollster::block_on(async {
        let store = store();
        let mut enrolment = mfa(&store).enrol_totp(account(1), "night desk", at(START)).await.unwrap();
        let app = TotpSecret::from_bytes(enrolment.secret().expose_bytes());
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
            let enrolment = mfa.enrol_totp(account(1), "night desk", at(START)).await.unwrap();
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
fn a_second_enrolment_replaces_nothing() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let late = mfa.enrol_totp(account(1), "night desk", at(START)).await.unwrap();
        enrol(&mfa, account(1), START).await;
        let before = record(&store, account(1)).await;

        let another = mfa.enrol_totp(account(1), "night desk", at(START)).await;
        assert!(matches!(another, Err(MfaError::AlreadyEnrolled)));
        let code = late.secret().code_at(at(START));
        let refused = late.confirm(&code, at(START)).await.unwrap_err();
        assert!(matches!(refused.retry(), Err(MfaError::AlreadyEnrolled)));
        assert_eq!(record(&store, account(1)).await, before);
    });
}

#[test]
fn of_enrolments_that_race_one_is_stored() {
    let store = store();
    let mfa = mfa(&store);
    let confirmed: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    pollster::block_on(async {
                        let enrolment = mfa.enrol_totp(account(1), "night desk", at(START)).await.ok()?;
                        let code = enrolment.secret().code_at(at(START));
                        enrolment.confirm(&code, at(START)).await.ok()
                    })
                })
            })
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().unwrap()).count()
    });
    assert_eq!(confirmed, 1);
    assert_eq!(pollster::block_on(events(&store)).len(), 1);
}

#[test]
fn a_removed_factor_is_gone_and_the_log_says_who_did_it() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let app = enrol(&mfa, account(1), START).await;
        let waiting = pending(&mfa, account(1), START).await;
        assert!(mfa.has_totp(account(1)).await.unwrap());
        mfa.remove_totp(account(1), Actor::Staff(account(9)), Reason::Compromise, at(START)).await.unwrap();

        assert!(!mfa.has_totp(account(1)).await.unwrap());
        assert!(record(&store, account(1)).await.is_none());
        let code = app.code_at(at(START + 30));
        let refused = waiting.finish(&code, at(START + 30)).await.unwrap_err();
        assert!(matches!(refused.retry(), Err(MfaError::NotEnrolled)));
        let removed = Event::new(Action::FactorRemoved, Actor::Staff(account(9)), at(START));
        let removed = removed.about(Subject::Staff(account(1))).reason(Reason::Compromise);
        assert_eq!(events(&store).await.pop(), Some(removed));

        let by = Actor::Component(Component::Application);
        let again = mfa.remove_totp(account(1), by, Reason::Requested, at(START)).await;
        assert!(matches!(again, Err(MfaError::NotEnrolled)));
        enrol(&mfa, account(1), START).await;
    });
}

#[test]
fn the_uri_is_what_an_app_scans() {
    pollster::block_on(async {
        let mfa = Mfa::new(&store(), "Línea Puerto & Co").unwrap();
        let enrolment = mfa.enrol_totp(account(1), "turno/noche 7%", at(START)).await.unwrap();
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
        let enrolled = pollster::block_on(mfa(&store()).enrol_totp(account(1), name, at(START)));
        assert!(matches!(enrolled, Err(MfaError::Label)), "{name:?}");
    }
}

#[test]
fn the_longest_names_fit_and_growing_leaves_no_copy_of_the_secret_behind() {
    for longest in ["x", "ü", "🌊"].map(|letter| letter.repeat(64)) {
        let mfa = Mfa::new(&store(), &longest).unwrap();
        let enrolment = pollster::block_on(mfa.enrol_totp(account(1), &longest, at(START))).unwrap();
        let uri = enrolment.expose_otpauth_uri();
        assert!(uri.ends_with("&algorithm=SHA1&digits=6&period=30"));
        assert_eq!(uri.capacity(), uri.len(), "it was allocated once, at its full length");
    }
}

#[test]
fn each_secret_is_new() {
    let rng = ring::rand::SystemRandom::new();
    let secrets: std::collections::HashSet<_> =
        (0..100).map(|_| *TotpSecret::generate(&rng).unwrap().expose_bytes()).collect();
    assert_eq!(secrets.len(), 100);
}

#[test]
fn a_secret_is_not_written_through_a_handle_that_seals_nothing() {
    pollster::block_on(async {
        let enrolment = mfa(&Store::memory()).enrol_totp(account(1), "night desk", at(START)).await.unwrap();
        let code = enrolment.secret().code_at(at(START));
        let refused = enrolment.confirm(&code, at(START)).await.unwrap_err();
        assert!(matches!(refused.error(), MfaError::Store(StoreError::Unsealed { space: "mfa.totp" })));
    });
}
