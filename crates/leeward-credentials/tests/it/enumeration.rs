//! Nothing outward tells whether an account exists.

use crate::support::{
    Attempt, RIGHT, WRONG, account, at, credentials, erasing, events, owner, passphrase, quick, store,
};
use leeward_credentials::CredentialError;
use leeward_event::{Action, Actor, Event, Outcome, Reason, Subject};
use leeward_store::testing::{Call, Plan};

#[test]
fn an_unknown_account_and_a_wrong_passphrase_look_and_cost_the_same() {
    pollster::block_on(async {
        let (plan, governor) = (Plan::new(), quick());
        let credentials = credentials(&plan.over(&store()), &governor);
        credentials.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();

        let cost = || [plan.calls(Call::Get), plan.calls(Call::Commit), plan.calls(Call::Any)];
        let mut seen = Vec::new();
        for who in [account(1), account(2)] {
            let (hashes, calls) = (governor.stats().computed, cost());
            let refused = credentials.attempt(who, &passphrase(WRONG), at(60)).await.unwrap_err();
            assert!(matches!(refused, CredentialError::Rejected));
            let hashes = governor.stats().computed - hashes;
            let calls = [0, 1, 2].map(|n| cost()[n] - calls[n]);
            seen.push((refused.to_string(), format!("{refused:?}"), hashes, calls));
        }
        assert_eq!(seen[0], seen[1]);
        assert_eq!(seen[0].2, 1, "one hash each");
    });
}

#[test]
fn the_events_tell_the_operator_what_the_answer_does_not() {
    pollster::block_on(async {
        let store = store();
        let credentials = credentials(&store, &quick());
        credentials.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        let _proved = credentials.attempt(account(1), &passphrase(RIGHT), at(60)).await.unwrap();
        credentials.attempt(account(1), &passphrase(WRONG), at(120)).await.unwrap_err();
        credentials.attempt(account(2), &passphrase(RIGHT), at(180)).await.unwrap_err();

        let check = |who, about, second| {
            Event::new(Action::PassphraseChecked, who, at(second)).about(Subject::Staff(account(about)))
        };
        let failed = |event: Event, reason| event.outcome(Outcome::Failure).reason(reason);
        let me = Actor::Staff(account(1));
        assert_eq!(
            events(&store).await,
            [
                Event::new(Action::PassphraseSet, me, at(0)).about(Subject::Staff(account(1))),
                check(me, 1, 60),
                failed(check(Actor::Unknown, 1, 120), Reason::WrongSecret),
                failed(check(Actor::Unknown, 2, 180), Reason::NotEnrolled),
            ]
        );
    });
}

#[test]
fn an_erased_account_is_one_that_does_not_exist() {
    pollster::block_on(async {
        let (store, governor) = (store(), quick());
        let set = credentials(&store, &governor).set(account(1), &passphrase(RIGHT), owner(1), at(0)).await;
        assert!(set.is_ok());
        let erased = credentials(&erasing(&store), &governor);
        let refused = erased.attempt(account(1), &passphrase(RIGHT), at(60)).await;
        assert!(matches!(refused, Err(CredentialError::Rejected)));
        assert_eq!(governor.stats().computed, 2);
        assert_eq!(events(&store).await.pop().unwrap().why(), Some(Reason::NotEnrolled));
    });
}
