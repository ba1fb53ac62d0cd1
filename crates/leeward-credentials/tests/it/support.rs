use leeward_credentials::{
    CredentialError, Credentials, Governor, GovernorConfig, HashParams, Passphrase, PasswordPolicy,
};
use leeward_event::assurance::ProvedFactor;
use leeward_event::{Actor, Event, StaffId, outbox};
use leeward_store::{Batch, Expect, Space, Store, Timestamp};
pub(crate) use leeward_test_store::store;
use leeward_throttle::{Client, DeviceKey, DeviceKeys, Gate, Guess, Profile, Throttle};
use std::{
    future::{Future, poll_fn},
    num::NonZeroUsize,
    pin::Pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

pub(crate) const RIGHT: &str = "seven lamps above the quay";
pub(crate) const WRONG: &str = "seven lamps above the quai";

/// Where the crate keeps its records: part of the stored format.
pub(crate) const RECORD: Space = Space::sealed_for("credentials.passphrase", 0);

pub(crate) fn quick() -> Governor {
    governor(2, 64, HashParams::INSECURE_FOR_TESTS)
}

pub(crate) fn governor(workers: usize, queue: usize, params: HashParams) -> Governor {
    let workers = NonZeroUsize::new(workers).unwrap();
    Governor::start(GovernorConfig::default().workers(workers).queue(queue).params(params)).unwrap()
}

pub(crate) fn credentials(store: &Store, governor: &Governor) -> Credentials {
    Credentials::new(store, PasswordPolicy::nist(), governor.clone())
}

/// Signing in as somebody to whom the throttle says nothing.
pub(crate) trait Attempt {
    async fn attempt(
        &self,
        account: StaffId,
        passphrase: &Passphrase,
        now: Timestamp,
    ) -> Result<ProvedFactor, CredentialError>;
}

impl Attempt for Credentials {
    async fn attempt(
        &self,
        account: StaffId,
        passphrase: &Passphrase,
        now: Timestamp,
    ) -> Result<ProvedFactor, CredentialError> {
        self.verify(gate(account, now), account, passphrase, now).await
    }
}

/// A gate of a throttle that has counted nothing.
pub(crate) fn gate(account: StaffId, now: Timestamp) -> Gate {
    let throttle = throttle(&Store::memory().assume_sealed());
    pollster::block_on(throttle.knock(account, Guess::Passphrase, &Client::unknown(), now)).unwrap()
}

pub(crate) fn throttle(store: &Store) -> Throttle {
    let keys = DeviceKeys::new(DeviceKey::from_bytes(1, &[0; 32]));
    Throttle::new(store, Profile::device_scoped(), keys)
}

pub(crate) fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text).unwrap()
}

pub(crate) fn account(number: u8) -> StaffId {
    StaffId::from_bytes([number; 16])
}

/// The account itself, as the one who acts.
pub(crate) fn owner(number: u8) -> Actor {
    Actor::Staff(account(number))
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// The events in the order of their commits.
pub(crate) async fn events(store: &Store) -> Vec<Event> {
    let staged = outbox::pending(store, 1000).await.unwrap();
    staged.into_iter().map(|staged| staged.event).collect()
}

pub(crate) async fn record(store: &Store, account: StaffId) -> Option<Vec<u8>> {
    let key = RECORD.key(&[account.as_bytes()]).unwrap();
    store.get(&key).await.unwrap().map(|entry| entry.value.as_bytes().to_vec())
}

pub(crate) async fn put_record(store: &Store, account: StaffId, bytes: Vec<u8>) {
    let key = RECORD.key(&[account.as_bytes()]).unwrap();
    let mut batch = Batch::new();
    batch.put(key, Expect::Any, bytes);
    store.commit(batch).await.unwrap();
}

/// Runs all of them at once, on this thread.
pub(crate) async fn join_all<T>(futures: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<T>> = futures.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (future, done) in futures.iter_mut().zip(&mut done) {
            if done.is_none() {
                *done = ready(future.as_mut().poll(context));
            }
        }
        if done.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    done.into_iter().map(Option::unwrap).collect()
}

/// Polls once, for a future that is to be dropped half-way.
pub(crate) fn poll_once<F: Future>(future: &mut Pin<Box<F>>) -> Option<F::Output> {
    ready(future.as_mut().poll(&mut Context::from_waker(Waker::noop())))
}

/// Waits for another thread, a minute at the most.
#[expect(clippy::disallowed_methods, reason = "what is waited for goes on in a thread of the pool")]
pub(crate) fn wait_until(mut holds: impl FnMut() -> bool) {
    let held = (0..60_000).any(|_| {
        std::thread::sleep(Duration::from_millis(1));
        holds()
    });
    assert!(held, "it did not come about within a minute");
}

fn ready<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// A store in which everything of this crate was erased on purpose.
pub(crate) fn erasing(store: &Store) -> Store {
    leeward_test_store::erasing(store, RECORD)
}
