//! The crisis line itself: how the crates are put together.

use crate::failure::Failure;
use jiff::Timestamp;
use leeward_audit::AuditLog;
use leeward_credentials::{Credentials, Governor, GovernorConfig, PasswordPolicy};
use leeward_event::{Action, Actor, Component, Event};
use leeward_messages::Conversations;
use leeward_mfa::Mfa;
use leeward_policy::{Policies, PolicySet};
use leeward_session::{SessionPolicy, Sessions};
use leeward_store::{Batch, Store};
use leeward_vault::{KeyFile, Vault, VaultError};
use ring::rand::SystemRandom;
use std::{
    fs::DirBuilder,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

/// The name that the log goes by, for ever.
const ORIGIN: &str = "leeward.example/crisis-line";

/// Everything that one service needs, over one sealed store.
pub(crate) struct Line {
    pub(crate) store: Store,
    pub(crate) credentials: Credentials,
    pub(crate) mfa: Mfa,
    pub(crate) sessions: Sessions,
    pub(crate) policies: Policies,
    pub(crate) conversations: Conversations,
    pub(crate) log: AuditLog,
    pub(crate) rng: SystemRandom,
}

impl Line {
    /// Opens the line that lies in `dir`, or begins it.
    pub(crate) async fn open(dir: &Path) -> Result<Self, Failure> {
        make_private(dir)?;
        let rng = SystemRandom::new();
        // For a demonstration: a service keeps the key away from the store, and uses `KeyFile::open` once it
        // is made, so that a lost key is an error and not a new one.
        let key_path = dir.join("root.key");
        let key = KeyFile::open_or_create(&key_path, &rng).map_err(|error| named(&key_path, error))?;
        let store_path = dir.join("store.sqlite");
        let plain = leeward_sqlite::open(&store_path).map_err(|error| named(&store_path, error))?;
        let vault = Vault::open(&plain, key).await.map_err(|error| match error {
            VaultError::WrongRootKey => named(&key_path, error),
            other => named(&store_path, other),
        })?;
        let store = vault.seal(&plain);
        record_opening(&store, &rng).await?;
        let governor = Governor::start(GovernorConfig::default())?;
        Ok(Self {
            credentials: Credentials::new(&store, PasswordPolicy::nist(), governor),
            mfa: Mfa::new(&store, "leeward demo")?,
            sessions: Sessions::new(&store, SessionPolicy::nist()),
            policies: Policies::new(&store, PolicySet::default_policy()),
            conversations: Conversations::new(&store),
            log: AuditLog::open(&store, &log_dir(dir), ORIGIN).await?,
            store,
            rng,
        })
    }
}

/// Where the log of the line in `dir` is published.
pub(crate) fn log_dir(dir: &Path) -> PathBuf {
    dir.join("audit")
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

fn make_private(dir: &Path) -> Result<(), Failure> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|error| Failure::new(format!("cannot use {}: {error}", dir.display())))
}

fn named(path: &Path, error: impl Into<Failure>) -> Failure {
    let error = error.into();
    Failure::new(format!("{}: {error}", path.display()))
}
