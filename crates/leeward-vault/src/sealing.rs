//! One record: what is sealed, and with which context.

use crate::{data_key::DataKey, record::Header};
use leeward_seal::{Context, SealError, cobblestone};
use leeward_store::{Key, Value};
use ring::rand::SecureRandom;

/// What a record is. Only who has the key can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Record,
    Canary,
}

impl Kind {
    const fn purpose(self) -> &'static str {
        match self {
            Self::Record => "vault.record",
            Self::Canary => "vault.canary",
        }
    }
}

/// Header and ciphertext.
pub(crate) fn seal(
    data_key: &DataKey,
    place: &Key,
    kind: Kind,
    plaintext: &[u8],
    rng: &dyn SecureRandom,
) -> Result<Vec<u8>, SealError> {
    let len = cobblestone::sealed_len(plaintext.len()).ok_or(SealError::MessageTooLong)?;
    let mut record = Vec::with_capacity(len.saturating_add(Header::LEN));
    Header { key: data_key.id }.write(&mut record);
    let subject = place.subject().unwrap_or_default();
    leeward_seal::seal_into(&data_key.key, &context(place, kind, &subject), plaintext, rng, &mut record)?;
    Ok(record)
}

/// Opens the ciphertext behind a header.
pub(crate) fn open(data_key: &DataKey, place: &Key, kind: Kind, body: &[u8]) -> Result<Value, SealError> {
    let subject = place.subject().unwrap_or_default();
    let plaintext = leeward_seal::open(&data_key.key, &context(place, kind, &subject), body)?;
    Ok(Value::new(plaintext.into_vec()))
}

fn context<'a>(place: &'a Key, kind: Kind, subject: &'a [u8]) -> Context<'a> {
    Context {
        purpose: kind.purpose(),
        space: place.space().name(),
        key: place.as_bytes(),
        subject,
        schema_version: 1,
    }
}
