use jiff::{SignedDuration, Timestamp};
use leeward_event::{ConversationId, Event, StaffId, assurance::Aal, outbox};
use leeward_policy::{
    Access, AccessRequest, By, DenialClass, Policies, PolicySet, Purpose, ReadCaseNote, Requester, Role,
};
use leeward_store::{Backend, Batch, Entry, Inner, Key, Page, Scan, Store, StoreError, Version};
use pollster::block_on;
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

pub(crate) const ANNA: StaffId = StaffId::from_bytes([0xA1; 16]);
pub(crate) const BELA: StaffId = StaffId::from_bytes([0xB2; 16]);
pub(crate) const HERE: ConversationId = ConversationId::from_bytes([0xC1; 16]);
pub(crate) const ELSEWHERE: ConversationId = ConversationId::from_bytes([0xC2; 16]);

pub(crate) fn at(minute: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
}

pub(crate) fn aal2(staff: StaffId) -> Requester {
    Requester::new(staff, Aal::Two)
}

pub(crate) fn note(staff: StaffId, purpose: Purpose) -> AccessRequest<ReadCaseNote> {
    AccessRequest::new(aal2(staff), HERE, purpose)
}

/// Anna counsels, Bela supervises; nobody is assigned.
pub(crate) fn staffed(store: &Store) -> Policies {
    let policies = Policies::new(store, PolicySet::default_policy());
    block_on(async {
        policies.grant_role(ANNA, Role::Counsellor, By::Service, at(0)).await.unwrap();
        policies.grant_role(BELA, Role::Supervisor, By::Service, at(0)).await.unwrap();
    });
    policies
}

pub(crate) fn store() -> Store {
    Store::memory().assume_sealed()
}

pub(crate) fn events(store: &Store) -> Vec<Event> {
    let staged = block_on(outbox::pending(store, 1_000)).unwrap();
    staged.into_iter().map(|staged| staged.event).collect()
}

/// The class of the denial, or `None` for a permit.
pub(crate) fn denied<A: Access>(
    policies: &Policies,
    request: &AccessRequest<A>,
    now: Timestamp,
) -> Option<DenialClass> {
    match block_on(policies.decide(request, now)) {
        leeward_policy::Decision::Permit(_) => None,
        leeward_policy::Decision::Deny(denial) => Some(denial.class()),
    }
}

/// How the n-th call to the backend goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It fails, and changes nothing.
    Fails,
    /// It is applied, and the answer is lost.
    Lost,
}

type Hook = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A store whose `n`-th call goes wrong, or before whose next commit something else happens.
#[derive(Clone, Default)]
pub(crate) struct Meddler {
    calls: Arc<AtomicUsize>,
    fault: Option<(usize, Fault)>,
    before_commit: Arc<Mutex<Option<Hook>>>,
}

struct Meddled {
    inner: Inner,
    meddler: Meddler,
}

impl Meddler {
    pub(crate) fn fault(n: usize, fault: Fault) -> Self {
        Self { fault: Some((n, fault)), ..Self::default() }
    }

    pub(crate) fn before_commit(hook: impl Future<Output = ()> + Send + 'static) -> Self {
        let before_commit = Arc::new(Mutex::new(Some(Box::pin(hook) as Hook)));
        Self { before_commit, ..Self::default() }
    }

    pub(crate) fn over(&self, store: &Store) -> Store {
        store.decorate(|inner| Meddled { inner, meddler: self.clone() })
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn next(&self) -> Option<Fault> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        self.fault.filter(|(n, _)| *n == call).map(|(_, fault)| fault)
    }
}

impl Meddled {
    async fn meddle<T>(&self, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        match self.meddler.next() {
            None => call.await,
            Some(Fault::Fails) => Err(StoreError::backend("the test pulled the plug")),
            Some(Fault::Lost) => {
                call.await?;
                Err(StoreError::OutcomeUnknown("the test lost the answer".into()))
            }
        }
    }
}

impl Backend for Meddled {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.meddle(self.inner.get(key)).await
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        self.meddle(self.inner.scan(scan)).await
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        let hook = self.meddler.before_commit.lock().unwrap().take();
        if let Some(hook) = hook {
            hook.await;
        }
        self.meddle(self.inner.commit(batch)).await
    }

    async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.meddle(self.inner.purge(now, limit)).await
    }
}
