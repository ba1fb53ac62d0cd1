//! The crisis line itself: how the crates are put together.

use crate::{failure::Failure, place::Place};
use jiff::Timestamp;
use leeward_audit::{AuditError, AuditLog};
use leeward_credentials::{Credentials, Governor, GovernorConfig, PasswordPolicy};
use leeward_event::{Action, Actor, Component, Event};
use leeward_messages::{Conversations, ServiceKey};
use leeward_mfa::Mfa;
use leeward_policy::{Policies, PolicySet};
use leeward_session::{SessionKey, SessionKeys, SessionPolicy, Sessions};
use leeward_store::{Batch, Space, Store, StoreError};
use leeward_throttle::{DeviceKey, DeviceKeys, Profile, Throttle};
use leeward_vault::KeyFile;
use ring::rand::SystemRandom;

/// The name that the log goes by, for ever.
const ORIGIN: &str = "leeward.example/crisis-line";

/// Everything that one service needs, over one sealed store.
pub(crate) struct Line {
    pub(crate) store: Store,
    pub(crate) throttle: Throttle,
    pub(crate) credentials: Credentials,
    pub(crate) mfa: Mfa,
    pub(crate) sessions: Sessions,
    pub(crate) policies: Policies,
    pub(crate) conversations: Conversations,
    pub(crate) log: AuditLog,
    pub(crate) rng: SystemRandom,
}

impl Line {
    /// Opens the line that lies there, or begins it.
    pub(crate) async fn open(place: &Place) -> Result<Self, Failure> {
        let plain = place.open_store().await?;
        let rng = SystemRandom::new();
        // For a demonstration: a service keeps the key away from the store, and uses `KeyFile::open` once it
        // is made, so that a lost key is an error and not a new one.
        let key = KeyFile::open_or_create(place.key_file(), &rng).map_err(|error| place.of_key(error))?;
        let store = place.open_vault(&plain, key).await?.seal(&plain);
        record_opening(&store, &rng).await?;
        // For a demonstration: a service keeps these two beside the key of the vault. Made anew, they end every
        // session and forget every device.
        let session_keys = SessionKeys::new(&SessionKey::generate(1, &rng)?);
        let device_keys = DeviceKeys::new(DeviceKey::generate(1, &rng)?);
        let governor = Governor::start(GovernorConfig::default())?;
        Ok(Self {
            throttle: Throttle::new(&store, Profile::nist_cap_100(), device_keys),
            credentials: Credentials::new(&store, PasswordPolicy::nist(), governor),
            // Codes of apps can be phished: a service of your own offers passkeys, and leaves the profile out.
            mfa: Mfa::new(&store, "leeward demo")?.profile(leeward_mfa::Profile::StaffCodes),
            sessions: Sessions::new(&store, SessionPolicy::nist(), session_keys),
            policies: Policies::new(&store, PolicySet::default_policy()),
            conversations: Conversations::new(&store, service_key(&store, &rng).await?),
            log: open_log(&store, place).await?,
            store,
            rng,
        })
    }
}

/// Opens the log that lies in this store and is published there.
pub(crate) async fn open_log(store: &Store, place: &Place) -> Result<AuditLog, AuditError> {
    AuditLog::open(store, &place.log_dir(), ORIGIN).await
}

/// The time, which every crate is told.
#[expect(clippy::disallowed_methods, reason = "an application may read the clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// That the keys were opened is an event like any other.
async fn record_opening(store: &Store, rng: &SystemRandom) -> Result<(), Failure> {
    let mut batch = Batch::new();
    Event::new(Action::VaultOpened, Actor::Component(Component::Application), now())
        .stage(&mut batch, rng)?;
    store.commit(batch).await?;
    Ok(())
}

/// The seed of what signs the credentials of staff. Credentials are valid for 90 days: it has to last.
const SERVICE_KEY: Space = Space::sealed("crisis-line.service-key");

/// What signs the credentials of staff, made at the first opening.
async fn service_key(store: &Store, rng: &SystemRandom) -> Result<ServiceKey, Failure> {
    let key = &SERVICE_KEY.key(&[])?;
    let fresh = ring::rand::generate::<[u8; 32]>(rng).map_err(|_| Failure::new("no randomness".into()))?;
    let fresh = &fresh.expose();
    let seed = store
        .transact(|tx| async move {
            if let Some(kept) = tx.get(key).await? {
                return Ok(kept.value.as_bytes().to_vec());
            }
            tx.put(key, fresh.to_vec())?;
            Ok::<_, StoreError>(fresh.to_vec())
        })
        .await?;
    let seed = seed.as_slice().try_into().map_err(|_| Failure::new("the service key is malformed".into()))?;
    Ok(ServiceKey::from_seed(seed)?)
}
