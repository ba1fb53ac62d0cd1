use leeward_event::{
    Actor, AuthenticatorId, Event, StaffId, Subject,
    assurance::{Aal, FactorKind, ProvedFactor},
    outbox,
};
use leeward_mfa::{Mfa, PendingMfa, TotpFactor, TotpSecret};
use leeward_store::{
    Backend, Batch, Entry, Expect, Inner, Key, Page, Scan, Space, Store, StoreError, Timestamp, Version,
};
use tempfile::TempDir;

/// Where the crate keeps its records: part of the stored format.
pub(crate) const RECORD: Space = Space::sealed_for("mfa.totp", 0);

/// The beginning of a step.
pub(crate) const START: i64 = 1_700_000_010;

/// An empty store: in memory, or on disk when `LEEWARD_TEST_STORE=sqlite` asks for it.
pub(crate) fn store() -> Store {
    match std::env::var("LEEWARD_TEST_STORE").as_deref() {
        Err(_) | Ok("memory") => Store::memory(),
        Ok("sqlite") => OnDisk::store(),
        Ok(other) => panic!("LEEWARD_TEST_STORE is memory or sqlite, and not {other}"),
    }
    .assume_sealed()
}

pub(crate) fn mfa(store: &Store) -> Mfa {
    Mfa::new(store, "Harbour Line").unwrap()
}

pub(crate) fn account(number: u8) -> StaffId {
    StaffId::from_bytes([number; 16])
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A right passphrase of `who`, checked at `second`.
pub(crate) fn proved(who: StaffId, second: i64) -> ProvedFactor {
    let passphrase = AuthenticatorId::from_bytes([0xaa; 16]);
    ProvedFactor::assume_proved(who, FactorKind::Passphrase, passphrase, at(second))
}

/// Enrols at `second`, which uses up the step it lies in, and gives the authenticator app.
pub(crate) async fn enrol(mfa: &Mfa, who: StaffId, second: i64) -> TotpSecret {
    let enrolment = mfa.enrol_totp(who, "night desk", at(second)).await.unwrap();
    let app = TotpSecret::from_bytes(enrolment.secret().expose_bytes());
    enrolment.confirm(&app.code_at(at(second)), at(second)).await.unwrap();
    app
}

pub(crate) async fn pending(mfa: &Mfa, who: StaffId, second: i64) -> PendingMfa {
    mfa.require(proved(who, second), Aal::Two, at(second)).await.unwrap()
}

/// A code that the app does not show at any time the service would look at.
pub(crate) fn wrong_code(app: &TotpSecret, second: i64) -> String {
    let shown: Vec<_> = (-3..=3).map(|n| app.code_at(at(second + 30 * n)).to_string()).collect();
    (0..).map(|n| format!("{n:06}")).find(|code| !shown.contains(code)).unwrap()
}

pub(crate) async fn record(store: &Store, who: StaffId) -> Option<Vec<u8>> {
    let key = RECORD.key(&[who.as_bytes()]).unwrap();
    store.get(&key).await.unwrap().map(|entry| entry.value.as_bytes().to_vec())
}

pub(crate) async fn put_record(store: &Store, who: StaffId, bytes: Vec<u8>) {
    let mut batch = Batch::new();
    batch.put(RECORD.key(&[who.as_bytes()]).unwrap(), Expect::Any, bytes);
    store.commit(batch).await.unwrap();
}

/// The last accepted step, and the codes in a row that were not accepted.
pub(crate) async fn counters(store: &Store, who: StaffId) -> (u64, u32) {
    let bytes = record(store, who).await.unwrap();
    assert!(TotpFactor::from_bytes(&bytes).is_ok());
    let (step, failures) = (&bytes[37..45], &bytes[45..49]);
    (u64::from_be_bytes(step.try_into().unwrap()), u32::from_be_bytes(failures.try_into().unwrap()))
}

/// The events in the order of their commits.
pub(crate) async fn events(store: &Store) -> Vec<Event> {
    let staged = outbox::pending(store, 1000).await.unwrap();
    staged.into_iter().map(|staged| staged.event).collect()
}

pub(crate) fn event(action: leeward_event::Action, who: StaffId, second: i64) -> Event {
    Event::new(action, Actor::Staff(who), at(second)).about(Subject::Staff(who))
}

/// A store in which everything of this crate was erased on purpose, as a vault reports it.
pub(crate) struct Erasing(Inner);

pub(crate) fn erasing(store: &Store) -> Store {
    store.decorate(Erasing)
}

impl Backend for Erasing {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        match key.space() == RECORD {
            true => Err(StoreError::Erased { key: key.clone() }),
            false => self.0.get(key).await,
        }
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
