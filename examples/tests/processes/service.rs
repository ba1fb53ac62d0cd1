use leeward_audit::AuditLog;
use leeward_credentials::{Credentials, Governor, GovernorConfig, PasswordPolicy};
use leeward_event::outbox::OUTBOX;
use leeward_messages::{Conversations, ServiceKey};
use leeward_mfa::Mfa;
use leeward_policy::{Policies, PolicySet};
use leeward_session::{SessionKey, SessionKeys, SessionPolicy, Sessions};
use leeward_store::{
    Action, Backend, Batch, Entry, Inner, Key, Page, Scan, Store, StoreError, Timestamp, Version,
};
use leeward_throttle::{DeviceKey, DeviceKeys, Profile, Throttle};
use leeward_vault::{KeyFile, Vault};
use ring::rand::SystemRandom;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

pub(crate) const ORIGIN: &str = "leeward.example/processes";

/// All that a service needs, over one sealed store in PostgreSQL.
pub(crate) struct Service {
    pub(crate) store: Store,
    pub(crate) throttle: Throttle,
    pub(crate) credentials: Credentials,
    pub(crate) mfa: Mfa,
    pub(crate) sessions: Sessions,
    pub(crate) policies: Policies,
    pub(crate) conversations: Conversations,
    pub(crate) log: AuditLog,
    pub(crate) rng: SystemRandom,
    staged: Arc<AtomicU64>,
}

impl Service {
    pub(crate) async fn open(dir: &Path, url: &str) -> Self {
        let rng = SystemRandom::new();
        let staged = Arc::new(AtomicU64::new(0));
        let plain = leeward_postgres::Options::new().own_thread(true).open(url).await.unwrap();
        let plain = plain.decorate(|inner| Counting { inner, staged: Arc::clone(&staged) });
        let key = KeyFile::open(dir.join("root.key")).unwrap();
        let store = Vault::open(&plain, key).await.unwrap().seal(&plain);
        let governor = Governor::start(GovernorConfig::default()).unwrap();
        let session_keys = SessionKeys::new(&SessionKey::from_bytes(1, &[6; 32]));
        let device_keys = DeviceKeys::new(DeviceKey::from_bytes(1, &[7; 32]));
        Self {
            throttle: Throttle::new(&store, Profile::nist_cap_100(), device_keys),
            credentials: Credentials::new(&store, PasswordPolicy::nist(), governor),
            mfa: Mfa::new(&store, "leeward").unwrap().profile(leeward_mfa::Profile::StaffCodes),
            sessions: Sessions::new(&store, SessionPolicy::nist(), session_keys),
            policies: Policies::new(&store, PolicySet::default_policy()),
            conversations: Conversations::new(&store, ServiceKey::from_seed(&[8; 32]).unwrap()),
            log: AuditLog::open(&store, &dir.join("audit"), ORIGIN).await.unwrap(),
            store,
            rng,
            staged,
        }
    }

    /// How many events this process has staged, by whatever crate.
    pub(crate) fn staged(&self) -> u64 {
        self.staged.load(Ordering::SeqCst)
    }
}

/// Counts the events of the batches that were committed, as they come to the database.
struct Counting {
    inner: Inner,
    staged: Arc<AtomicU64>,
}

impl Backend for Counting {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.inner.get(key).await
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        self.inner.scan(scan).await
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        let events = batch.ops().iter().filter(|op| op.key.space() == OUTBOX);
        let staged = events.filter(|op| matches!(op.action, Action::Put { .. })).count();
        let version = self.inner.commit(batch).await?;
        self.staged.fetch_add(staged as u64, Ordering::SeqCst);
        Ok(version)
    }

    async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.inner.purge(now, limit).await
    }

    async fn prepare(&self, batch: Batch) -> Result<Batch, StoreError> {
        self.inner.prepare(batch).await
    }
}
