use super::{Delivery, rows, submit::in_days};
use crate::{
    Error, MAX_KEY_PACKAGE, MemberId, Refusal,
    record::{Claims, KeyPackageRecord, digest_of},
};
use jiff::Timestamp;
use leeward_store::{Batch, Expect, Item, Scan, StoreError};

/// The longest that a key package waits in the directory, in days.
const LONGEST_WAIT: i64 = 28;

impl Delivery {
    pub(super) async fn keep_key_package(
        &self,
        member: MemberId,
        key_package: &[u8],
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        if key_package.len() > MAX_KEY_PACKAGE {
            return Err(Error::SubmissionRefused { why: Refusal::TooLarge });
        }
        let all = &Scan::all(rows::key_packages(member)?).limit(self.limits.key_packages);
        if self.store.scan(all).await?.items.len() >= self.limits.key_packages {
            return Err(Error::TooManyKeyPackages);
        }
        let until = until.min(in_days(now, LONGEST_WAIT));
        let record = KeyPackageRecord { until, key_package: key_package.to_vec() }.encode();
        let key = rows::key_package_key(member, &digest_of(key_package))?;
        let mut batch = Batch::new();
        // Put again, it is the same one, and still claimed once.
        batch.put_until(key, Expect::Any, record, until);
        self.store.commit(batch).await?;
        Ok(())
    }

    pub(super) async fn claim_one(
        &self,
        by: MemberId,
        of: MemberId,
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, Error> {
        let (claims_key, packages) = (&rows::claims_key(by)?, &Scan::all(rows::key_packages(of)?));
        self.store
            .transact(|tx| async move {
                let claims = tx.get(claims_key).await?;
                let claims = claims.map(|entry| Claims::decode(entry.value.as_bytes())).transpose()?;
                let claims = claims.unwrap_or_default().one_more(now, self.limits.claims_per_hour)?;
                let Some((item, key_package)) = first_alive(self.store.scan(packages).await?.items, now)?
                else {
                    return Ok(None);
                };
                tx.put_until(claims_key, claims.encode(), in_days(now, 1))?;
                // Of two who found the same one, one commit conflicts.
                tx.stage(|batch| {
                    batch.delete(item.key, Expect::Exactly(item.entry.version));
                    Ok::<_, StoreError>(())
                })?;
                Ok(Some(key_package))
            })
            .await
    }
}

fn first_alive(items: Vec<Item>, now: Timestamp) -> Result<Option<(Item, Vec<u8>)>, Error> {
    for item in items {
        let record = KeyPackageRecord::decode(item.entry.value.as_bytes())?;
        if record.until > now {
            return Ok(Some((item, record.key_package)));
        }
    }
    Ok(None)
}
