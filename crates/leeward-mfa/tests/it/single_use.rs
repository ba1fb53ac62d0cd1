//! Each code is accepted once (RFC 6238 5.2).

use crate::{
    support::{START, account, at, enrol, event, events, finish, last_step, mfa, pending, store},
    vectors::rfc_secret,
};
use leeward_event::{Action, AuthenticatorId, Outcome, Reason};
use leeward_mfa::{MfaError, Skew, TotpFactor, Verdict};
use proptest::prelude::*;
use std::sync::Barrier;

#[test]
fn of_many_uses_of_one_code_at_one_moment_one_succeeds() {
    const USES: usize = 24;
    let store = store();
    let mfa = mfa(&store);
    let app = pollster::block_on(enrol(&mfa, account(1), START));
    for round in 1..=10 {
        let second = START + 30 * round;
        let (code, barrier) = (app.code_at(at(second)), Barrier::new(USES));
        let accepted: usize = std::thread::scope(|scope| {
            let uses: Vec<_> = (0..USES)
                .map(|_| {
                    scope.spawn(|| {
                        let pending = pollster::block_on(pending(&mfa, account(1), second));
                        barrier.wait();
                        match pollster::block_on(finish(pending, &code, second)) {
                            Ok(_) => 1,
                            Err(refused) => {
                                assert!(matches!(refused.error(), MfaError::Rejected), "{refused}");
                                0
                            }
                        }
                    })
                })
                .collect();
            uses.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(accepted, 1, "round {round}");
    }
    let events = pollster::block_on(events(&store));
    let checked: Vec<_> = events.iter().filter(|event| event.what() == Action::FactorChecked).collect();
    let accepted = checked.iter().filter(|event| event.how() == Outcome::Success).count();
    let reused = checked.iter().filter(|event| event.why() == Some(Reason::Reused)).count();
    assert_eq!((accepted, reused), (10, 10 * (USES - 1)), "every use is in the log");
}

/// Two handles share nothing but the file, as two processes do.
#[test]
fn of_two_services_on_one_database_one_accepts_a_code() {
    let dir = tempfile::tempdir().unwrap();
    let open = || leeward_sqlite::open(dir.path().join("shared.db")).unwrap().assume_sealed();
    let (here, there) = (mfa(&open()), mfa(&open()));
    let app = pollster::block_on(enrol(&here, account(1), START));
    for round in 1..=20 {
        let second = START + 30 * round;
        let (code, barrier) = (app.code_at(at(second)), Barrier::new(2));
        let use_it = |mfa| {
            let waiting = pollster::block_on(pending(mfa, account(1), second));
            barrier.wait();
            pollster::block_on(finish(waiting, &code, second)).is_ok()
        };
        let accepted = std::thread::scope(|scope| {
            let elsewhere = scope.spawn(|| use_it(&there));
            [use_it(&here), elsewhere.join().unwrap()]
        });
        assert!(accepted[0] != accepted[1], "round {round}: {accepted:?}");
    }
}

#[test]
fn accepted_steps_only_ever_increase_while_codes_of_three_steps_race() {
    let store = store();
    let mfa = mfa(&store);
    let app = pollster::block_on(enrol(&mfa, account(1), START));
    let now = START + 90;
    let codes: Vec<_> = (-1..=1).map(|n| app.code_at(at(now + 30 * n))).collect();
    let accepted: usize = std::thread::scope(|scope| {
        let uses: Vec<_> = (0..24)
            .map(|n| {
                let (mfa, code) = (&mfa, &codes[n % 3]);
                scope.spawn(move || {
                    let pending = pollster::block_on(pending(mfa, account(1), now));
                    pollster::block_on(finish(pending, code, now)).is_ok()
                })
            })
            .collect();
        uses.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
    });
    assert!((1..=3).contains(&accepted), "{accepted}");
    let last_step = pollster::block_on(last_step(&store, account(1)));
    assert_eq!(last_step, now / 30 + 1, "the latest code is always accepted");
}

#[test]
fn a_code_of_an_earlier_step_is_refused_once_a_later_one_was_accepted() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let app = enrol(&mfa, account(1), START).await;
        let now = START + 90;
        let (earlier, later) = (app.code_at(at(now - 30)), app.code_at(at(now)));
        let first = pending(&mfa, account(1), now).await;
        assert!(finish(first, &later, now).await.is_ok());
        let second = pending(&mfa, account(1), now).await;
        let refused = finish(second, &earlier, now).await.unwrap_err();
        assert!(matches!(refused.error(), MfaError::Rejected));
        let last = events(&store).await.pop().unwrap();
        let expected = event(Action::FactorChecked, account(1), now);
        assert_eq!(last, expected.outcome(Outcome::Failure).reason(Reason::Reused));
    });
}

#[test]
fn a_clock_that_steps_back_makes_no_code_good_again() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let app = enrol(&mfa, account(1), START).await;
        let now = START + 3600;
        let code = app.code_at(at(now));
        let waiting = pending(&mfa, account(1), now).await;
        assert!(finish(waiting, &code, now).await.is_ok());
        let mut last = now / 30;
        for back in [START, now - 60, now - 30, now - 1, now] {
            for shown in [back - 30, back, back + 30] {
                let pending = pending(&mfa, account(1), back).await;
                let code = app.code_at(at(shown));
                let accepted = finish(pending, &code, back).await.is_ok();
                assert_eq!(accepted, shown / 30 > last, "{back} {shown}");
                last = last.max(if accepted { shown / 30 } else { last });
            }
        }
    });
}

#[test]
fn skew_is_one_step_either_way_or_none() {
    for (skew, reaches) in [(Skew::OneStep, 1), (Skew::Exact, 0)] {
        for off in -3..=3_i64 {
            let secret = rfc_secret();
            let code = secret.code_at(at(START + 30 * off));
            let mut factor = TotpFactor::new(AuthenticatorId::from_bytes([1; 16]), secret);
            let verdict = factor.present(&code, skew, at(START));
            let drift = i8::try_from(off).unwrap();
            let expected = if off.abs() <= reaches { Verdict::Accepted { drift } } else { Verdict::Wrong };
            assert_eq!(verdict, expected, "{skew:?} {off}");
        }
    }
}

#[test]
fn there_are_no_codes_before_1970() {
    let secret = rfc_secret();
    let code = secret.code_at(at(-1000));
    let mut factor = TotpFactor::new(AuthenticatorId::from_bytes([1; 16]), secret);
    assert_eq!(factor.present(&code, Skew::OneStep, at(-1000)), Verdict::Wrong);
}

#[test]
fn only_six_digits_are_a_code() {
    let secret = rfc_secret();
    let code = secret.code_at(at(START)).to_string();
    let verdict = |typed: &str| {
        let secret = rfc_secret();
        TotpFactor::new(AuthenticatorId::from_bytes([1; 16]), secret).present(typed, Skew::Exact, at(START))
    };
    let wide: String = code.chars().filter_map(|digit| char::from_u32(u32::from(digit) + 0xFEE0)).collect();
    let arabic: String = code.chars().filter_map(|digit| char::from_u32(u32::from(digit) + 0x630)).collect();
    for typed in [wide, arabic, code.clone(), format!("{} {}", &code[..3], &code[3..]), format!(" {code}\n")]
    {
        assert_eq!(verdict(&typed), Verdict::Accepted { drift: 0 }, "{typed:?}");
    }
    let long = format!("{code}{}", " ".repeat(1_000_000));
    for typed in ["", "12345", "1234567", "+12345", "12345a", "１２３４５６", &code[..5], &long] {
        assert_eq!(verdict(typed), Verdict::Wrong);
    }
}

proptest! {
    /// Whatever codes come at whatever times, no step is accepted twice and none after a later one.
    #[test]
    fn accepted_steps_strictly_increase(tries in prop::collection::vec((0_i64..600, -2_i64..=2), 1..60)) {
        let secret = rfc_secret();
        let mut factor = TotpFactor::new(AuthenticatorId::from_bytes([1; 16]), secret);
        let mut last = 0;
        for (offset, off) in tries {
            let now = START + offset;
            let shown = now + 30 * off;
            let code = factor.secret().code_at(at(shown));
            match factor.present(&code, Skew::OneStep, at(now)) {
                Verdict::Accepted { .. } => {
                    prop_assert!(shown / 30 > last);
                    last = shown / 30;
                }
                Verdict::Reused => prop_assert!(shown / 30 <= last),
                Verdict::Wrong => prop_assert!(off.abs() == 2),
            }
        }
    }

    #[test]
    fn a_text_that_is_no_code_is_wrong(text in "\\PC{0,40}", second in 0_i64..4_000_000_000) {
        prop_assume!(text.chars().filter(|c| c.is_numeric()).count() != 6);
        let secret = rfc_secret();
        let mut factor = TotpFactor::new(AuthenticatorId::from_bytes([1; 16]), secret);
        prop_assert_eq!(factor.present(&text, Skew::OneStep, at(second)), Verdict::Wrong);
    }

    #[test]
    fn what_is_read_is_written_as_it_was(rest in prop::collection::vec(any::<u8>(), 16..60)) {
        let head = [&[2_u8][..], &[7; 16], &[1, 6, 16]].concat();
        let bytes = [&head[..], &rest].concat();
        if let Ok(factor) = TotpFactor::from_bytes(&bytes) {
            prop_assert_eq!(&factor.to_bytes()[..], bytes);
        }
    }

    /// Numbers that this crate would never write, from a store of somebody else's.
    #[test]
    fn a_factor_with_any_numbers_judges_any_time(
        step in prop_oneof![any::<u64>(), 0..150_000_000_u64],
        drift: i8,
        good: u8,
        not_before: i64,
        second: u32,
    ) {
        let numbers = [&step.to_be_bytes()[..], &drift.to_be_bytes(), &[good], &not_before.to_be_bytes()];
        let head = [&[2_u8][..], &[7; 16], &[1, 6, 20], b"12345678901234567890", &[30]].concat();
        let bytes = [&head[..], &numbers.concat()].concat();
        let mut factor = TotpFactor::from_bytes(&bytes).unwrap();
        let now = at(second.into());
        let code = factor.secret().code_at(now);
        let shown = u64::from(second / 30);
        let expected = if shown > step { Verdict::Accepted { drift: 0 } } else { Verdict::Reused };
        prop_assert_eq!(factor.present(&code, Skew::Exact, now), expected);
    }
}
