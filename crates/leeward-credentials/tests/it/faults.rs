//! Whatever fails, and wherever: no half state.

use crate::support::{
    Attempt, RIGHT, WRONG, account, at, credentials, events, governor, join_all, owner, passphrase, quick,
    record, store,
};
use leeward_credentials::{CredentialError, HashParams};
use leeward_event::Outcome;
use leeward_store::{
    StoreError,
    testing::{Call, Fault, Gate, Plan, at_every_call},
};
use std::pin::Pin;

const FAULTS: [Fault; 4] = [Fault::Refuse, Fault::Conflict, Fault::LoseRequest, Fault::LoseAnswer];

#[test]
fn an_interrupted_change_keeps_the_old_passphrase_or_has_the_new_one_with_its_event() {
    for fault in FAULTS {
        let met = at_every_call(Call::Any, &fault, |plan| {
            let (store, governor) = (store(), quick());
            let clean = credentials(&store, &governor);
            pollster::block_on(async {
                clean.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
                let faulty = credentials(&plan.over(&store), &governor);
                let changed = faulty.set(account(1), &passphrase(WRONG), owner(1), at(1)).await.is_ok();

                let told = events(&store).await.len() == 2;
                assert!(told || !changed, "{fault:?}");
                let old = clean.attempt(account(1), &passphrase(RIGHT), at(2)).await.is_ok();
                let new = clean.attempt(account(1), &passphrase(WRONG), at(2)).await.is_ok();
                assert_eq!((old, new), (!told, told), "{fault:?}");
            });
        });
        assert!(met >= 2, "{fault:?}: {met}");
    }
}

#[test]
fn an_interrupted_check_proves_nothing_that_the_log_does_not_hold() {
    for fault in FAULTS {
        for (text, outcome) in [(RIGHT, Outcome::Success), (WRONG, Outcome::Failure)] {
            let met = at_every_call(Call::Any, &fault, |plan| {
                let (store, governor) = (store(), quick());
                pollster::block_on(async {
                    credentials(&store, &governor)
                        .set(account(1), &passphrase(RIGHT), owner(1), at(0))
                        .await
                        .unwrap();
                    let faulty = credentials(&plan.over(&store), &governor);
                    let answer = faulty.attempt(account(1), &passphrase(text), at(1)).await;

                    let logged = events(&store).await;
                    assert!(logged.len() <= 2);
                    let logged = logged.get(1).map(|event| event.how());
                    assert!(logged.is_none_or(|logged| logged == outcome), "{fault:?}");
                    if matches!(answer, Ok(_) | Err(CredentialError::Rejected)) {
                        assert_eq!((answer.is_ok(), logged), (text == RIGHT, Some(outcome)), "{fault:?}");
                    }
                });
            });
            assert!(met >= 3, "{fault:?}: {met}");
        }
    }
}

#[test]
fn an_interrupted_renewal_leaves_a_record_that_still_verifies() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            pollster::block_on(async {
                credentials(&store, &quick())
                    .set(account(1), &passphrase(RIGHT), owner(1), at(0))
                    .await
                    .unwrap();
                let before = record(&store, account(1)).await;
                let costlier = governor(1, 4, HashParams::new(7_168, 5, 1).unwrap());
                let _ = credentials(&plan.over(&store), &costlier)
                    .attempt(account(1), &passphrase(RIGHT), at(1))
                    .await;

                let renewed = record(&store, account(1)).await != before;
                assert_eq!(events(&store).await.len(), 1 + usize::from(renewed), "{fault:?}");
                let clean = credentials(&store, &costlier);
                assert!(clean.attempt(account(1), &passphrase(RIGHT), at(2)).await.is_ok(), "{fault:?}");
            });
        });
    }
}

type Boxed<'a> = Pin<Box<dyn Future<Output = Result<(), CredentialError>> + 'a>>;

/// Runs `meanwhile` between the hash of a check and the commit of its result.
async fn verify_while(
    plan: &Plan,
    credentials: &leeward_credentials::Credentials,
    text: &str,
    meanwhile: impl Future<Output = ()>,
) -> Result<(), CredentialError> {
    let gate = Gate::new();
    plan.add(1, Call::Commit, Fault::HoldBefore(gate.clone()));
    let text = passphrase(text);
    let change = async {
        gate.reached().await;
        meanwhile.await;
        gate.open();
        Ok(())
    };
    let check = async { credentials.attempt(account(1), &text, at(1)).await.map(drop) };
    let both: [Boxed<'_>; 2] = [Box::pin(check), Box::pin(change)];
    join_all(both).await.swap_remove(0)
}

#[test]
fn a_passphrase_replaced_while_it_is_checked_is_checked_against_the_new_one() {
    for (typed, accepted) in [(RIGHT, false), (WRONG, true)] {
        pollster::block_on(async {
            let (store, governor, plan) = (store(), quick(), Plan::new());
            let clean = credentials(&store, &governor);
            clean.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
            let faulty = credentials(&plan.over(&store), &governor);
            let replace =
                async { assert!(clean.set(account(1), &passphrase(WRONG), owner(1), at(1)).await.is_ok()) };
            let answer = verify_while(&plan, &faulty, typed, replace).await;
            assert_eq!(answer.is_ok(), accepted, "{typed}");
            assert!(accepted || matches!(answer, Err(CredentialError::Rejected)));
            assert_eq!(events(&store).await.len(), 3, "one event for one check");
        });
    }
}

#[test]
fn a_store_that_always_conflicts_proves_nothing() {
    pollster::block_on(async {
        let (store, governor, plan) = (store(), quick(), Plan::new());
        credentials(&store, &governor).set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        (1..=200).for_each(|nth| plan.add(nth, Call::Commit, Fault::Conflict));
        let answer =
            credentials(&plan.over(&store), &governor).attempt(account(1), &passphrase(RIGHT), at(1)).await;
        assert!(matches!(answer, Err(CredentialError::Store(StoreError::Contended { .. }))));
    });
}
