//! Nothing outward tells whether an account exists.

use crate::support::{RIGHT, WRONG, account, at, credentials, events, passphrase, quick, store};
use leeward_credentials::CredentialError;
use leeward_event::{Action, Actor, Event, Outcome, Reason, Subject};
use leeward_store::{Batch, Inner, Key, Page, Scan, Store, StoreError, Timestamp, Version};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

/// Counts what an account that exists and one that does not cost the store.
struct Counting {
    inner: Inner,
    calls: Arc<[AtomicUsize; 2]>,
}

impl leeward_store::Backend for Counting {
    async fn get(&self, key: &Key) -> Result<Option<leeward_store::Entry>, StoreError> {
        self.calls[0].fetch_add(1, SeqCst);
        self.inner.get(key).await
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        self.inner.scan(scan).await
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        self.calls[1].fetch_add(1, SeqCst);
        self.inner.commit(batch).await
    }

    async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.inner.purge(now, limit).await
    }
}

#[test]
fn an_unknown_account_and_a_wrong_passphrase_look_and_cost_the_same() {
    pollster::block_on(async {
        let calls = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
        let store: Store = store().decorate(|inner| Counting { inner, calls: Arc::clone(&calls) });
        let governor = quick();
        let credentials = credentials(&store, &governor);
        credentials.set(account(1), &passphrase(RIGHT), at(0)).await.unwrap();

        let mut seen = Vec::new();
        for who in [account(1), account(2)] {
            let before = (governor.stats().computed, calls[0].load(SeqCst), calls[1].load(SeqCst));
            let refused = credentials.verify(who, &passphrase(WRONG), at(60)).await.unwrap_err();
            assert!(matches!(refused, CredentialError::Rejected));
            let stats = governor.stats();
            seen.push((
                refused.to_string(),
                format!("{refused:?}"),
                stats.computed - before.0,
                calls[0].load(SeqCst) - before.1,
                calls[1].load(SeqCst) - before.2,
            ));
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
        credentials.set(account(1), &passphrase(RIGHT), at(0)).await.unwrap();
        let _proved = credentials.verify(account(1), &passphrase(RIGHT), at(60)).await.unwrap();
        credentials.verify(account(1), &passphrase(WRONG), at(120)).await.unwrap_err();
        credentials.verify(account(2), &passphrase(RIGHT), at(180)).await.unwrap_err();

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
