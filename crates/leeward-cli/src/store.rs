//! The store of a service, for details that are not public.

use crate::{
    args::Args,
    clock,
    failure::{Failure, causes},
};
use leeward_audit::{AuditError, AuditLog, Reader, note::VerifierKey};
use leeward_event::{Actor, Purpose, StaffId, Subject};
use leeward_store::{Store, Timestamp};
use leeward_vault::{KeyFile, Vault};
use std::{error::Error, ffi::OsStr, path::Path};

/// A log in its store, and who reads it.
pub(crate) struct Opened {
    pub(crate) log: AuditLog,
    pub(crate) reader: Reader,
    pub(crate) now: Timestamp,
}

impl Opened {
    /// Opens what `--store`, `--key-file` and `--as` name. Nothing is made that is not there.
    pub(crate) async fn open(args: &Args, vkey: &VerifierKey) -> Result<Self, Failure> {
        let (store, key) = (args.needed("store")?, args.needed("key-file")?);
        let who = args
            .needed("as")
            .and_then(|_| args.parsed::<StaffId>("as", "a staff identifier, 32 hexadecimal digits"))?;
        let who = who.ok_or_else(|| args.usage("`--as` is needed"))?;
        let plain = open_store(store).await?;
        if !AuditLog::is_in(&plain).await.map_err(|error| said(store, &error))? {
            return Err(Failure::new(format!("there is no audit log in {}", name(store))));
        }
        let key = KeyFile::open(key).map_err(|error| said(key, &error))?;
        let vault = Vault::open(&plain, key).await.map_err(|error| said(store, &error))?;
        let log =
            AuditLog::open_to_read(&vault.seal(&plain), vkey).await.map_err(|error| refused(store, error))?;
        let reader = Reader::new(Actor::Staff(who), Purpose::Compliance);
        Ok(Self { log, reader, now: clock::now() })
    }
}

/// Whom `--subject` names: a seeker, unless it says something else.
pub(crate) fn subject(args: &Args) -> Result<Option<Subject>, Failure> {
    let Some(text) = args.value("subject") else { return Ok(None) };
    let text = text.to_str().unwrap_or_default();
    let (kind, id) = text.split_once(':').unwrap_or(("seeker", text));
    let subject = match kind {
        "seeker" => id.parse().ok().map(Subject::Seeker),
        "conversation" => id.parse().ok().map(Subject::Conversation),
        "staff" => id.parse().ok().map(Subject::Staff),
        _ => None,
    };
    let wrong = "`--subject` takes an identifier of 32 hexadecimal digits, with `conversation:` or `staff:` before \
                 it if it is no seeker's";
    subject.map(Some).ok_or_else(|| args.usage(wrong))
}

async fn open_store(place: &OsStr) -> Result<Store, Failure> {
    if let Some(url) = place.to_str().filter(|place| is_url(place)) {
        return open_database(url).await;
    }
    // Opening a database makes one where there is none, and of an empty file.
    let there =
        Path::new(place).metadata().map_err(|error| Failure::file(Path::new(place).display(), &error))?;
    if there.len() == 0 {
        return Err(Failure::new(format!("there is no audit log in {}: it is empty", name(place))));
    }
    leeward_sqlite::open(place).map_err(|error| said(place, &error))
}

fn is_url(place: &str) -> bool {
    place.starts_with("postgres://") || place.starts_with("postgresql://")
}

#[cfg(feature = "postgres")]
async fn open_database(url: &str) -> Result<Store, Failure> {
    let opened = leeward_postgres::Options::new().own_thread(true).open(url).await;
    opened.map_err(|error| said(OsStr::new(url), &error))
}

#[cfg(not(feature = "postgres"))]
async fn open_database(_: &str) -> Result<Store, Failure> {
    Err(Failure::new("this program was built without the feature `postgres`: build it with it"))
}

/// What a place is called: of a database not its URL, which may hold a password.
fn name(place: &OsStr) -> String {
    match place.to_str() {
        Some(url) if is_url(url) => "the database".to_owned(),
        _ => format!("`{}`", Path::new(place).display()),
    }
}

fn refused(path: &OsStr, error: AuditError) -> Failure {
    match error {
        AuditError::Note(_) | AuditError::OtherKey => Failure::new(format!(
            "the log in {} was not signed by the key in `--vkey-file`: {}",
            name(path),
            causes(&error)
        )),
        AuditError::Contradiction { .. } => error.into(),
        error => said(path, &error),
    }
}

fn said(path: &OsStr, error: &(dyn Error + 'static)) -> Failure {
    Failure::new(format!("{}: {}", name(path), causes(error)))
}
