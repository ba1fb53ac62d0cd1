//! Tokens with a button, recovery codes, the second factor first, and the way back from too many wrong
//! codes.

use crate::support::{
    START, account, at, enrol, events, gate, mfa, notices, pending, permit, present, proved, store,
    wrong_code,
};
use leeward_event::{
    Action, Actor, AuthenticatorId, Outcome, Reason,
    assurance::{Aal, FactorKind, Requirement},
};
use leeward_mfa::{
    Digits, HotpFactor, HotpSecret, Mfa, MfaError, Presented, Profile, RecoveryCode, TotpSecret, Unlocking,
};
use leeward_notify::NoticeKind;
use proptest::prelude::*;

fn token() -> HotpSecret {
    HotpSecret::from_bytes(b"12345678901234567890", Digits::Six).unwrap()
}

async fn bind_token(mfa: &Mfa) {
    let (first, second) = (token().code_at(0), token().code_at(1));
    let permit = permit(account(1), START);
    let bound = mfa.bind_hotp(&permit, "token 7", (token(), 0), (&first, &second), at(START)).await.unwrap();
    assert!(bound.first);
}

async fn show(mfa: &Mfa, code: Presented<'_>) -> bool {
    let waiting = pending(mfa, account(1), START).await;
    match present(waiting, code, START).await {
        Ok(sign_in) => sign_in.aal() == Aal::Two,
        Err(refused) => {
            assert!(matches!(refused.error(), MfaError::Rejected), "{refused}");
            false
        }
    }
}

#[test]
fn rfc_4226_7_4_a_token_is_followed_ten_codes_ahead_and_no_code_works_twice() {
    pollster::block_on(async {
        let mfa = mfa(&store());
        bind_token(&mfa).await;
        for (counter, right) in
            [(0, false), (1, false), (2, true), (2, false), (12, true), (11, false), (23, false)]
        {
            assert_eq!(show(&mfa, Presented::Hotp(&token().code_at(counter))).await, right, "{counter}");
        }
    });
}

#[test]
fn rfc_4226_7_4_two_codes_that_follow_each_other_resynchronise() {
    pollster::block_on(async {
        let mfa = mfa(&store());
        bind_token(&mfa).await;
        let pair = |one, two| (token().code_at(one), token().code_at(two));
        for ((first, second), right) in [
            (pair(500, 502), false),
            (pair(1002, 1003), false),
            (pair(500, 501), true),
            (pair(500, 501), false),
        ] {
            assert_eq!(show(&mfa, Presented::HotpPair(&first, &second)).await, right);
        }
        assert!(show(&mfa, Presented::Hotp(&token().code_at(502))).await);
    });
}

#[test]
fn a_token_is_bound_by_its_own_codes_alone() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let permit = permit(account(1), START);
        let refused = mfa.bind_hotp(&permit, "token", (token(), 0), ("000000", "111111"), at(START)).await;
        assert!(matches!(refused, Err(MfaError::Rejected)));
        assert!(mfa.factors(account(1)).await.unwrap().is_empty());
        assert_eq!(events(&store).await[0].why(), Some(Reason::WrongSecret));
    });
}

#[test]
fn the_last_counter_of_all_is_never_used_up_twice() {
    let id = AuthenticatorId::from_bytes([1; 16]);
    let mut token = HotpFactor::new(id, token(), u64::MAX - 1);
    let last = token.secret().code_at(u64::MAX - 1);
    assert!(token.present(&last));
    assert!(!token.present(&last) && !token.resynchronise(&last, &last));
}

#[test]
fn each_recovery_code_works_once_and_the_owner_is_told() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let issued = mfa.issue_recovery_codes(&permit(account(1), START), at(START)).await.unwrap();
        assert!(issued.bound().first);
        assert_eq!(issued.codes().len(), 10);
        for (used, code) in (1..).zip(issued.codes()) {
            assert!(show(&mfa, Presented::RecoveryCode(&code.expose().to_lowercase())).await);
            assert!(!show(&mfa, Presented::RecoveryCode(&code.expose())).await, "{used}");
            assert_eq!(mfa.recovery_codes_left(account(1)).await.unwrap(), 10 - used);
        }
        let told = notices(&store).await;
        assert_eq!(told[0], NoticeKind::RecoveryCodesIssued);
        assert_eq!(told[1..7], [NoticeKind::RecoveryCodeUsed; 6]);
        assert_eq!(told[7..10], [NoticeKind::RecoveryCodesFew; 3]);
        assert_eq!(told[10..], [NoticeKind::RecoveryCodesUsedUp]);
    });
}

#[test]
fn a_new_set_of_recovery_codes_ends_the_one_before() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let permit = permit(account(1), START);
        let old = mfa.issue_recovery_codes(&permit, at(START)).await.unwrap();
        let new = mfa.issue_recovery_codes(&permit, at(START)).await.unwrap();
        assert!(!new.bound().first);
        assert_eq!(mfa.factors(account(1)).await.unwrap().len(), 1);
        assert!(!show(&mfa, Presented::RecoveryCode(&old.codes()[0].expose())).await);
        assert!(show(&mfa, Presented::RecoveryCode(&new.codes()[0].expose())).await);
        assert_eq!(mfa.recovery_codes_left(account(2)).await.unwrap(), 0);
    });
}

#[test]
fn a_mistyped_recovery_code_uses_none_up() {
    pollster::block_on(async {
        let mfa = mfa(&store());
        let issued = mfa.issue_recovery_codes(&permit(account(1), START), at(START)).await.unwrap();
        let code = issued.codes()[0].expose();
        let full_width: String = code
            .chars()
            .map(|c| if c == '-' { ' ' } else { char::from_u32(u32::from(c) + 0xFEE0).unwrap() })
            .collect();
        assert!(!show(&mfa, Presented::RecoveryCode(&code[..28])).await);
        assert!(!show(&mfa, Presented::RecoveryCode("")).await);
        assert!(show(&mfa, Presented::RecoveryCode(&full_width)).await);
    });
}

/// To stop whoever has no device from probing passphrases.
#[test]
fn the_code_may_come_before_the_passphrase() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let app = enrol(&mfa, account(1), START).await;
        let code = app.code_at(at(START + 30));
        let code = Presented::Totp(&code);
        let held =
            mfa.prove(gate(account(1), &code, START + 30), account(1), code, at(START + 30)).await.unwrap();
        assert_eq!((held.account(), held.kind()), (account(1), FactorKind::Totp));
        let sign_in = mfa.add_up(held, [proved(account(1), START + 30)], Aal::Two, at(START + 30)).unwrap();
        assert_eq!(sign_in.aal(), Aal::Two);

        let wrong = wrong_code(&app, START + 30);
        let wrong = Presented::Totp(&wrong);
        for who in [account(1), account(2)] {
            let refused = mfa.prove(gate(who, &wrong, START + 30), who, wrong, at(START + 30)).await;
            assert!(matches!(refused, Err(MfaError::Rejected)), "with a factor or without");
            let told = events(&store).await.pop().unwrap();
            assert_eq!(
                (told.what(), told.who(), told.how()),
                (Action::FactorChecked, Actor::Unknown, Outcome::Failure)
            );
        }
    });
}

#[test]
fn a_gate_of_another_account_or_kind_lets_no_code_through() {
    pollster::block_on(async {
        let mfa = mfa(&store());
        let app = enrol(&mfa, account(1), START).await;
        let (now, code) = (START + 30, app.code_at(at(START + 30)));
        let code = Presented::Totp(&code);
        let other = Presented::RecoveryCode("");
        let waiting = pending(&mfa, account(1), now).await;
        let refused = waiting.finish(gate(account(2), &code, now), code, at(now)).await.unwrap_err();
        assert!(matches!(refused.error(), MfaError::Throttle(_)));
        let refused =
            refused.retry().unwrap().finish(gate(account(1), &other, now), code, at(now)).await.unwrap_err();
        let waiting = refused.retry().unwrap();
        assert_eq!(waiting.tries_left(), 5, "nothing was judged");
        assert!(waiting.finish(gate(account(1), &code, now), code, at(now)).await.is_ok());
    });
}

#[test]
fn three_codes_in_a_row_end_too_many_wrong_ones() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let app = enrol(&mfa, account(1), START).await;
        let id = mfa.factors(account(1)).await.unwrap()[0].authenticator();
        let waiting = pending(&mfa, account(1), START).await;
        let unlock = async |second: i64| waiting.unlock_totp(id, &app.code_at(at(second)), at(second)).await;
        assert_eq!(unlock(START + 30).await.unwrap(), Unlocking::More { codes: 2 });
        assert_eq!(unlock(START + 60).await.unwrap(), Unlocking::More { codes: 1 });
        assert!(matches!(unlock(START + 60).await, Err(MfaError::Rejected)), "a used code breaks the row");
        assert!(matches!(unlock(START + 90).await, Err(MfaError::Rejected)), "and begins a pause");

        let later = START + 60 + 15 * 60;
        let waiting = pending(&mfa, account(1), later).await;
        let unlock = async |second: i64| waiting.unlock_totp(id, &app.code_at(at(second)), at(second)).await;
        assert_eq!(unlock(later).await.unwrap(), Unlocking::More { codes: 2 });
        assert_eq!(unlock(later + 60).await.unwrap(), Unlocking::More { codes: 2 }, "one was left out");
        assert_eq!(unlock(later + 90).await.unwrap(), Unlocking::More { codes: 1 });
        assert_eq!(unlock(later + 120).await.unwrap(), Unlocking::Unlocked);
        assert_eq!(notices(&store).await.pop(), Some(NoticeKind::FactorReinstated));
        assert!(show_at(&mfa, &app.code_at(at(later + 150)), later + 150).await);
    });
}

#[test]
fn a_wrong_code_on_the_way_back_pauses_one_authenticator_and_is_told() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let apps = [enrol(&mfa, account(1), START).await, enrol(&mfa, account(1), START).await];
        let ids = mfa.factors(account(1)).await.unwrap();
        let waiting = pending(&mfa, account(1), START).await;
        let told = events(&store).await.len();
        let unlock = async |which: usize, code: &str| {
            waiting.unlock_totp(ids[which].authenticator(), code, at(START + 30)).await
        };
        assert!(matches!(unlock(0, &wrong_code(&apps[0], START)).await, Err(MfaError::Rejected)));
        let right = apps.each_ref().map(|app| app.code_at(at(START + 30)));
        assert!(matches!(unlock(0, &right[0]).await, Err(MfaError::Rejected)), "the pause of this one");
        assert_eq!(unlock(1, &right[1]).await.unwrap(), Unlocking::More { codes: 2 });
        let nobody = waiting.unlock_totp(AuthenticatorId::from_bytes([9; 16]), &right[0], at(START)).await;
        assert!(matches!(nobody, Err(MfaError::NotEnrolled)));
        let told = events(&store).await.split_off(told);
        let told: Vec<_> = told.iter().map(|event| (event.what(), event.who(), event.how())).collect();
        let checked = |outcome| (Action::FactorChecked, Actor::Staff(account(1)), outcome);
        assert_eq!(told, [checked(Outcome::Failure), checked(Outcome::Success)]);
    });
}

#[test]
fn what_a_narrower_profile_does_not_accept_counts_for_nothing() {
    pollster::block_on(async {
        let store = store();
        let wide = mfa(&store);
        let app = enrol(&wide, account(1), START).await;
        let enrolling = wide.enrol_totp(&permit(account(1), START), "spare", at(START)).await.unwrap();
        let spare = TotpSecret::from_uri(&enrolling.expose_otpauth_uri()).unwrap();
        let ticket = enrolling.park().await.unwrap();
        let begun = pending(&wide, account(1), START).await;
        let narrow = wide.clone().profile(Profile::StaffPhishingResistant);

        let asked = narrow.require(proved(account(1), START), Aal::Two, at(START)).await;
        assert!(matches!(asked, Err(MfaError::OutOfReach { aal: Aal::Two })));
        let _ = narrow.issue_recovery_codes(&permit(account(1), START), at(START)).await.unwrap();
        let needed = Requirement::needs(Aal::Two);
        let proofs = [proved(account(1), START).proof()];
        let kinds = async |mfa: &Mfa| {
            let would = mfa.would_fulfil(account(1), &needed, &proofs, at(START)).await.unwrap();
            would.iter().map(leeward_mfa::Factor::kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds(&narrow).await, [FactorKind::RecoveryCode], "what would do is said");
        assert_eq!(kinds(&wide).await, [FactorKind::Totp, FactorKind::RecoveryCode]);

        let resumed = narrow.resume(begun.park().await.unwrap(), at(START)).await;
        assert!(matches!(resumed, Err(MfaError::OutOfReach { aal: Aal::Two })));
        let (code, now) = (app.code_at(at(START + 30)), START + 30);
        let code = Presented::Totp(&code);
        let alone = narrow.prove(gate(account(1), &code, now), account(1), code, at(now)).await;
        assert!(matches!(alone, Err(MfaError::Rejected)));
        let second = wide.prove(gate(account(1), &code, now), account(1), code, at(now)).await.unwrap();
        let summed = narrow.add_up(proved(account(1), now), [second], Aal::One, at(now));
        assert!(matches!(summed, Err(MfaError::OutOfReach { .. })));

        let resumed = narrow.resume_totp_enrolment(ticket, at(START)).await.unwrap();
        let bound = resumed.confirm(&spare.code_at(at(START)), at(START)).await;
        assert!(matches!(bound.unwrap_err().error(), MfaError::NotAccepted));
    });
}

async fn show_at(mfa: &Mfa, code: &str, second: i64) -> bool {
    let waiting = pending(mfa, account(1), second).await;
    crate::support::finish(waiting, code, second).await.is_ok()
}

#[test]
fn the_drift_of_a_clock_is_told() {
    pollster::block_on(async {
        let mfa = mfa(&store());
        let app = enrol(&mfa, account(1), START).await;
        let id = mfa.factors(account(1)).await.unwrap()[0].authenticator();
        for (now, ahead) in [(START + 300, 1), (START + 600, -1), (START + 900, 0)] {
            assert!(show_at(&mfa, &app.code_at(at(now + 30 * ahead)), now).await);
            assert_eq!(i64::from(mfa.totp_drift(account(1), id).await.unwrap()), ahead);
        }
    });
}

proptest! {
    #[test]
    fn whatever_is_typed_is_a_recovery_code_or_not_one(typed in "\\PC{0,140}") {
        if let Ok(code) = RecoveryCode::parse(&typed) {
            prop_assert_eq!(RecoveryCode::parse(&code.expose()).unwrap().expose(), code.expose());
        }
    }
}
