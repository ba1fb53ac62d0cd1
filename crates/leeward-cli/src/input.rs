//! Files that the command line names.

use crate::{
    args::Args,
    failure::{Failure, causes},
};
use leeward_audit::{
    Checkpoint, Policy, SealKey,
    note::{MAX_NOTE, VerifierKey},
    policy::MAX_POLICY,
};
use std::{ffi::OsStr, fs::File, io::Read, path::Path};
use zeroize::Zeroizing;

/// The longest key file, in bytes.
const MAX_KEY: usize = 8 * 1024;

/// The verifier key that `--vkey-file` names.
pub(crate) fn vkey(args: &Args) -> Result<VerifierKey, Failure> {
    let path = args.needed("vkey-file")?;
    let bytes = read(path, MAX_KEY)?;
    let key = std::str::from_utf8(&bytes).ok().and_then(|text| text.trim_end().parse().ok());
    key.ok_or_else(|| {
        let shown = Path::new(path).display();
        Failure::new(format!(
            "`{shown}` holds no verifier key: that is one line, the log's name, `+`, 8 digits, `+` and the key"
        ))
    })
}

/// The policy that `--policy` names, if it was given.
pub(crate) fn policy(args: &Args) -> Result<Option<Policy>, Failure> {
    let Some(path) = args.value("policy") else { return Ok(None) };
    let policy = Policy::parse(&read(path, MAX_POLICY)?);
    let shown = Path::new(path).display();
    policy.map(Some).map_err(|error| Failure::new(format!("`{shown}` is no policy: {}", causes(&error))))
}

/// The secret key that `--seal-key` names, if it was given.
pub(crate) fn seal_key(args: &Args) -> Result<Option<SealKey>, Failure> {
    let Some(path) = args.value("seal-key") else { return Ok(None) };
    let bytes = Zeroizing::new(read(path, MAX_KEY)?);
    let key = std::str::from_utf8(&bytes).ok().map(|text| text.trim_end().parse::<SealKey>());
    match key {
        Some(Ok(key)) => Ok(Some(key)),
        _ => Err(Failure::new(format!(
            "`{}` holds no seal key: that is one line, which begins with `leeward-seal+`",
            Path::new(path).display()
        ))),
    }
}

/// An older checkpoint of the log with this key.
pub(crate) fn checkpoint(path: &OsStr, vkey: &VerifierKey) -> Result<Checkpoint, Failure> {
    let note = read(path, MAX_NOTE)?;
    Checkpoint::open(&note, vkey).map_err(|error| {
        let (shown, name) = (Path::new(path).display(), vkey.name());
        Failure::new(format!("`{shown}` is no checkpoint that {name} signed: {}", causes(&error)))
    })
}

/// A whole file, of at most `limit` bytes.
pub(crate) fn read(path: &OsStr, limit: usize) -> Result<Vec<u8>, Failure> {
    let shown = Path::new(path).display();
    let failed = |error| Failure::file(&shown, &error);
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    let over = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(over).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > limit {
        return Err(Failure::new(format!("`{shown}` is too long for what it should be: over {limit} bytes")));
    }
    Ok(bytes)
}
