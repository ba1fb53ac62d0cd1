//! Where a line lies: keys and log in a folder, and the store beside them or in PostgreSQL.

use crate::failure::Failure;
use leeward_store::Store;
use leeward_vault::{KeyFile, Vault, VaultError};
use std::{fmt, fs::DirBuilder, os::unix::fs::DirBuilderExt, path::PathBuf};

/// A folder, and the URL of a database if the store is not in the folder.
pub(crate) struct Place {
    pub(crate) dir: PathBuf,
    pub(crate) database: Option<String>,
}

impl Place {
    pub(crate) fn key_file(&self) -> PathBuf {
        self.dir.join("root.key")
    }

    pub(crate) fn log_dir(&self) -> PathBuf {
        self.dir.join("audit")
    }

    /// Opens the store, which nothing sealed yet.
    pub(crate) async fn open_store(&self) -> Result<Store, Failure> {
        self.make_private()?;
        match &self.database {
            Some(url) => {
                // A service that runs on tokio opens it there, with `leeward_postgres::open(url)`.
                let options = leeward_postgres::Options::new().own_thread(true);
                options.open(url).await.map_err(|error| self.of_store(error))
            }
            None => leeward_sqlite::open(self.store_file()).map_err(|error| self.of_store(error)),
        }
    }

    pub(crate) async fn open_vault(&self, plain: &Store, key: KeyFile) -> Result<Vault, Failure> {
        Vault::open(plain, key).await.map_err(|error| match error {
            VaultError::WrongRootKey => self.of_key(error),
            other => self.of_store(other),
        })
    }

    /// What is wrong with the key file.
    pub(crate) fn of_key(&self, error: impl Into<Failure>) -> Failure {
        error.into().about(&self.key_file().display())
    }

    /// What is wrong with the store. Its URL holds a password, and is not named.
    fn of_store(&self, error: impl Into<Failure>) -> Failure {
        match self.database {
            Some(_) => error.into().about(&"the database"),
            None => error.into().about(&self.store_file().display()),
        }
    }

    fn store_file(&self) -> PathBuf {
        self.dir.join("store.sqlite")
    }

    fn make_private(&self) -> Result<(), Failure> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.dir);
        made.map_err(|error| Failure::new(format!("cannot use {}: {error}", self.dir.display())))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.dir.display())
    }
}
