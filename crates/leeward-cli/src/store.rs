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
        let plain = open_store(store)?;
        if !AuditLog::is_in(&plain).await.map_err(|error| said(store, &error))? {
            let shown = Path::new(store).display();
            return Err(Failure::new(format!("there is no audit log in `{shown}`")));
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

fn open_store(path: &OsStr) -> Result<Store, Failure> {
    // Opening a database makes one where there is none.
    Path::new(path).metadata().map_err(|error| Failure::file(Path::new(path).display(), &error))?;
    leeward_sqlite::open(path).map_err(|error| said(path, &error))
}

fn refused(path: &OsStr, error: AuditError) -> Failure {
    match error {
        AuditError::Note(_) => Failure::new(format!(
            "the log in `{}` was not signed by the key in `--vkey-file`: {}",
            Path::new(path).display(),
            causes(&error)
        )),
        AuditError::Contradiction { .. } => error.into(),
        error => said(path, &error),
    }
}

fn said(path: &OsStr, error: &(dyn Error + 'static)) -> Failure {
    Failure::new(format!("`{}`: {}", Path::new(path).display(), causes(error)))
}
