use jiff::SignedDuration;
use leeward_event::{ConversationId, Event, StaffId, assurance::Aal, outbox};
use leeward_policy::{
    Access, AccessRequest, By, DenialClass, Policies, PolicySet, Purpose, ReadCaseNote, Requester, Role,
};
use leeward_store::{Backend, Batch, Entry, Inner, Key, Page, Scan, Store, StoreError, Timestamp, Version};
use pollster::block_on;
use tempfile::TempDir;

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
        policies.grant_role(ANNA, Role::Counsellor, By::ServiceUnchecked, at(0)).await.unwrap();
        policies.grant_role(BELA, Role::Supervisor, By::ServiceUnchecked, at(0)).await.unwrap();
    });
    policies
}

/// An empty store: in memory, or on disk when `LEEWARD_TEST_STORE=sqlite` asks for it.
pub(crate) fn store() -> Store {
    match std::env::var("LEEWARD_TEST_STORE").as_deref() {
        Err(_) | Ok("memory") => Store::memory(),
        Ok("sqlite") => OnDisk::store(),
        Ok(other) => panic!("LEEWARD_TEST_STORE is memory or sqlite, and not {other}"),
    }
    .assume_sealed()
}

/// An SQLite database that vanishes with its last handle.
struct OnDisk(Inner, #[expect(dead_code, reason = "removed when dropped")] TempDir);

impl OnDisk {
    fn store() -> Store {
        let dir = tempfile::tempdir().unwrap();
        leeward_sqlite::open(dir.path().join("test.db")).unwrap().decorate(|inner| Self(inner, dir))
    }
}

impl Backend for OnDisk {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.0.get(key).await
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        self.0.scan(scan).await
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        self.0.commit(batch).await
    }

    async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.0.purge(now, limit).await
    }

    async fn prepare(&self, batch: Batch) -> Result<Batch, StoreError> {
        self.0.prepare(batch).await
    }
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
