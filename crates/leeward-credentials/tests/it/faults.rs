//! Whatever fails, and wherever: no half state.

use crate::support::{
    Attempt, RIGHT, WRONG, account, at, credentials, events, governor, join_all, owner, passphrase, quick,
    record, store, throttle,
};
use leeward_credentials::{CredentialError, Credentials, HashParams, PasswordPolicy, Refusal};
use leeward_event::Outcome;
use leeward_store::{
    Store, StoreError,
    testing::{Call, Fault, Gate, Plan, at_every_call},
};
use leeward_throttle::{Client, Guess};
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
    credentials: &Credentials,
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
fn a_change_that_is_forced_while_the_passphrase_is_checked_is_told() {
    pollster::block_on(async {
        let (store, governor, plan) = (store(), quick(), Plan::new());
        let clean = credentials(&store, &governor);
        clean.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        let faulty = credentials(&plan.over(&store), &governor);
        let force = async { assert!(clean.force_change(account(1), owner(2), at(1)).await.unwrap()) };
        let answer = verify_while(&plan, &faulty, RIGHT, force).await;
        assert!(matches!(answer, Err(CredentialError::ChangeDue(_))), "{answer:?}");
    });
}

#[test]
fn no_earlier_passphrase_is_forgotten_when_two_are_chosen_at_once() {
    pollster::block_on(async {
        let mut policy = PasswordPolicy::nist();
        policy.history = 4;
        let (store, plan, gate) = (store(), Plan::new(), Gate::new());
        let remembering = |store: &Store| Credentials::new(store, policy.clone(), quick());
        let (clean, faulty) = (remembering(&store), remembering(&plan.over(&store)));
        clean.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();

        plan.add(3, Call::Get, Fault::HoldBefore(gate.clone()));
        let other = passphrase("tidal clock bell tower");
        let late = async { faulty.set(account(1), &other, owner(1), at(1)).await.map(drop) };
        let between = async {
            gate.reached().await;
            clean.set(account(1), &passphrase(WRONG), owner(1), at(1)).await.unwrap();
            gate.open();
            Ok(())
        };
        let both: [Boxed<'_>; 2] = [Box::pin(late), Box::pin(between)];
        assert!(join_all(both).await.iter().all(Result::is_ok));
        for used in [RIGHT, WRONG] {
            let again = clean.set(account(1), &passphrase(used), owner(1), at(2)).await;
            assert!(matches!(again, Err(CredentialError::Refused(Refusal::UsedBefore))), "{used}: {again:?}");
        }
    });
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
fn a_check_whose_answer_the_store_lost_stays_counted() {
    for (fault, waits) in [(Fault::LoseAnswer, true), (Fault::Refuse, false)] {
        pollster::block_on(async {
            let (store, governor, counts) = (store(), quick(), Store::memory().assume_sealed());
            let throttle = throttle(&counts);
            let mut knocked = 0;
            let refused = loop {
                let gate = throttle.knock(account(1), Guess::Passphrase, &Client::unknown(), at(1)).await;
                let Ok(gate) = gate else { break true };
                knocked += 1;
                if knocked > 200 {
                    break false;
                }
                let plan = Plan::new();
                plan.add(1, Call::Commit, fault.clone());
                let faulty = credentials(&plan.over(&store), &governor);
                let answer = faulty.verify(gate, account(1), &passphrase(WRONG), at(1)).await;
                assert!(matches!(answer, Err(CredentialError::Store(_))), "{answer:?}");
            };
            assert_eq!(refused, waits, "{fault:?}: {knocked}");
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
