//! Whatever fails, and wherever: no half state, and no code twice.

use crate::support::{
    START, account, at, enrol, events, finish, last_step, mfa, notices, pending, permit, proved, record,
    store,
};
use leeward_event::{
    Action, Event, Outcome, Reason,
    assurance::{Aal, SignIn},
};
use leeward_mfa::{Mfa, MfaError, Permit, TotpSecret};
use leeward_store::testing::{Call, Fault, Gate, Plan, at_every_call, run_until_stuck};
use std::{
    pin::pin,
    task::{Context, Waker},
};

const FAULTS: [Fault; 6] = [
    Fault::Refuse,
    Fault::Conflict,
    Fault::LoseRequest,
    Fault::LoseAnswer,
    Fault::HangBefore,
    Fault::HangAfter,
];

async fn sign_in(mfa: &Mfa, code: &str, second: i64) -> Result<SignIn, MfaError> {
    let waiting = mfa.require(proved(account(1), second), Aal::Two, at(second)).await?;
    Ok(finish(waiting, code, second).await?)
}

#[test]
fn an_interrupted_enrolment_is_stored_with_its_event_or_not_at_all() {
    for fault in FAULTS {
        let met = at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            let mfa = mfa(&plan.over(&store));
            let confirmed = run_until_stuck(async {
                let enrolment = mfa.enrol_totp(&permit(account(1), START), "night desk", at(START)).await?;
                let code = enrolment.secret().code_at(at(START));
                enrolment.confirm(&code, at(START)).await.map_err(MfaError::from)
            });
            pollster::block_on(async {
                let (stored, events) = (record(&store, account(1)).await, events(&store).await);
                assert_eq!(usize::from(stored.is_some()), events.len(), "{fault:?}");
                assert_eq!(usize::from(stored.is_some()), notices(&store).await.len(), "{fault:?}");
                if let Some(Ok(_)) = confirmed {
                    assert!(stored.is_some());
                }
            });
        });
        assert!(met >= 3, "{fault:?}: {met}");
    }
}

#[test]
fn an_interrupted_sign_in_never_makes_a_code_work_twice() {
    for fault in FAULTS {
        let met = at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            let app: TotpSecret = pollster::block_on(enrol(&mfa(&store), account(1), START));
            let now = START + 60;
            let code = app.code_at(at(now));
            let faulty = mfa(&plan.over(&store));
            let first = run_until_stuck(sign_in(&faulty, &code, now));
            let signed_in = matches!(first, Some(Ok(_)));
            pollster::block_on(async {
                let used = last_step(&store, account(1)).await == now / 30;
                let accepted =
                    |event: &&Event| event.what() == Action::FactorChecked && event.how() == Outcome::Success;
                assert_eq!(
                    events(&store).await.iter().filter(accepted).count(),
                    usize::from(used),
                    "{fault:?}"
                );
                assert!(used || !signed_in, "{fault:?}");

                let waiting = pending(&mfa(&store), account(1), now).await;
                let again = finish(waiting, &code, now).await;
                assert_eq!(again.is_ok(), !used, "{fault:?}");
            });
        });
        assert!(met >= 3, "{fault:?}: {met}");
    }
}

#[test]
fn a_failure_of_the_store_costs_no_try() {
    pollster::block_on(async {
        let store = store();
        let app = enrol(&mfa(&store), account(1), START).await;
        let plan = Plan::new();
        let mut waiting = pending(&mfa(&plan.over(&store)), account(1), START).await;
        let code = app.code_at(at(START + 30));
        for _ in 0..7 {
            plan.add(1, Call::Any, Fault::Refuse);
            let refused = finish(waiting, &code, START + 30).await.unwrap_err();
            assert!(matches!(refused.error(), MfaError::Store(_)));
            waiting = refused.retry().unwrap();
        }
        assert_eq!(waiting.tries_left(), 5);
        assert!(finish(waiting, &code, START + 30).await.is_ok());
    });
}

#[test]
fn an_interrupted_removal_leaves_the_factor_or_takes_it_with_its_event() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            pollster::block_on(enrol(&mfa(&store), account(1), START));
            let id = pollster::block_on(mfa(&store).factors(account(1))).unwrap()[0].authenticator();
            let faulty = mfa(&plan.over(&store));
            let permit = Permit::assume_administrator(account(1), account(9), Reason::Requested, at(START));
            let _ = run_until_stuck(faulty.revoke_last(&permit, id, at(START)));
            pollster::block_on(async {
                let gone = record(&store, account(1)).await.is_none();
                let listed = mfa(&store).factors(account(1)).await.unwrap().len();
                assert_eq!((listed, events(&store).await.len()), (usize::from(!gone), 1 + usize::from(gone)));
            });
        });
    }
}

/// Runs `late` up to its commit, then `early` to its end, then the rest of `late`.
async fn overtaken<T>(plan: &Plan, late: impl Future<Output = T>, early: impl Future<Output = ()>) -> T {
    let gate = Gate::new();
    plan.add(1, Call::Commit, Fault::HoldBefore(gate.clone()));
    let mut late = pin!(late);
    let started = late.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(started.is_pending());
    early.await;
    gate.open();
    late.await
}

#[test]
fn a_code_overtaken_by_another_use_of_it_is_refused() {
    pollster::block_on(async {
        let (store, plan) = (store(), Plan::new());
        let app = enrol(&mfa(&store), account(1), START).await;
        let now = START + 60;
        let code = app.code_at(at(now));
        let late = pending(&mfa(&plan.over(&store)), account(1), now).await;
        let early = pending(&mfa(&store), account(1), now).await;
        let early = async { assert!(finish(early, &code, now).await.is_ok()) };
        let refused = overtaken(&plan, finish(late, &code, now), early).await.unwrap_err();
        assert!(matches!(refused.error(), MfaError::Rejected));
    });
}
