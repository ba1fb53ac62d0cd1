use crate::{
    Address, NotifyError, NotifyOptions, Rate,
    record::{decode_moment, encode_moment},
};
use jiff::{SignedDuration, Timestamp};
use leeward_seal::{Index, IndexKey, IndexRoot, IndexTag};
use leeward_store::{Key, Space, Tx};
use std::time::Duration;

const BUDGET: Space = Space::sealed("notify.budget");
const CODES: u8 = 1;
const NOTICES: u8 = 2;
const COUNTRY: u8 = 3;

/// What may still be sent where. Destinations stand in keys as keyed tags, never in clear.
pub(crate) struct Budgets {
    tags: IndexKey,
    codes: Rate,
    notices: Rate,
    country: Rate,
}

/// How long until there is something in the bucket again.
pub(crate) struct Spent(pub(crate) Duration);

impl Budgets {
    pub(crate) fn new(root: &IndexRoot, options: &NotifyOptions) -> Result<Self, NotifyError> {
        let index = Index {
            tenant: b"",
            space: "notify.budget",
            field: "destination",
            name: "budget",
            version: 1,
            bits: 128,
        };
        let tags = IndexKey::derive(root, &index).map_err(NotifyError::Key)?;
        let NotifyOptions { codes, notices, country, .. } = options;
        Ok(Self { tags, codes: *codes, notices: *notices, country: *country })
    }

    /// Takes one code from the budget of the destination, and of its country.
    pub(crate) async fn take_code(
        &self,
        tx: &Tx,
        to: &Address,
        country: Option<&str>,
        now: Timestamp,
    ) -> Result<Result<(), Spent>, NotifyError> {
        let own = read(tx, CODES, self.tag(to), self.codes, now).await?;
        let wider = match country {
            Some(country) => {
                let tag = self.tags.tag(country.as_bytes());
                Some(read(tx, COUNTRY, tag, self.country, now).await?)
            }
            None => None,
        };
        // Both are looked at before either is written, so that a refusal costs nothing.
        match (own, wider) {
            (Ok(own), None) => own.write(tx)?,
            (Ok(own), Some(Ok(wider))) => {
                own.write(tx)?;
                wider.write(tx)?;
            }
            (Err(Spent(one)), Some(Err(Spent(other)))) => return Ok(Err(Spent(one.max(other)))),
            (Err(spent), _) | (_, Some(Err(spent))) => return Ok(Err(spent)),
        }
        Ok(Ok(()))
    }

    /// Takes one notice from the budget of the destination.
    pub(crate) async fn take_notice(
        &self,
        tx: &Tx,
        to: &Address,
        now: Timestamp,
    ) -> Result<Result<(), Spent>, NotifyError> {
        match read(tx, NOTICES, self.tag(to), self.notices, now).await? {
            Ok(bucket) => bucket.write(tx).map(Ok),
            Err(spent) => Ok(Err(spent)),
        }
    }

    fn tag(&self, to: &Address) -> IndexTag {
        let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(to.expose().len().saturating_add(1)));
        bytes.push(to.kind_code());
        // Whoever folds the case of a mailbox gets the mail of all its spellings.
        bytes.extend(to.expose().bytes().map(|byte| byte.to_ascii_lowercase()));
        self.tags.tag(&bytes)
    }
}

/// A bucket from which one message was taken, not written yet.
struct Taken {
    key: Key,
    full_at: Timestamp,
}

impl Taken {
    fn write(self, tx: &Tx) -> Result<(), NotifyError> {
        // A full bucket is as good as none.
        let expires_at = self.full_at.saturating_add(SignedDuration::from_mins(1));
        tx.put_until(&self.key, encode_moment(self.full_at), expires_at.unwrap_or(Timestamp::MAX))?;
        Ok(())
    }
}

async fn read(
    tx: &Tx,
    what: u8,
    tag: IndexTag,
    rate: Rate,
    now: Timestamp,
) -> Result<Result<Taken, Spent>, NotifyError> {
    let key = BUDGET.key(&[&[what], tag.as_bytes()])?;
    let full_at = match tx.get(&key).await? {
        Some(entry) => Some(decode_moment(entry.value.as_bytes(), "a budget that cannot be read")?),
        None => None,
    };
    Ok(match rate.take(full_at, now) {
        Ok(full_at) => Ok(Taken { key, full_at }),
        Err(wait) => Err(Spent(wait)),
    })
}
