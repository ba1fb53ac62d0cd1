use super::{Delivery, rows, submit::in_days};
use crate::{
    Error, MAX_KEY_PACKAGE, MemberId, Refusal,
    record::{Claims, KeyPackageRecord, digest_of},
};
use jiff::Timestamp;
use leeward_store::{Expect, Item, Scan, StoreError, Tx};

/// The longest that a key package waits in the directory, in days.
const LONGEST_WAIT: i64 = 28;

/// How long it is known that one was claimed, in days: by then its lifetime is too short for everybody.
const CLAIMED: i64 = LONGEST_WAIT + 1;

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
        let digest = digest_of(key_package);
        let (key, claimed) =
            (&rows::key_package_key(member, &digest)?, &rows::key_package_claimed_key(member, &digest)?);
        let until = until.min(in_days(now, LONGEST_WAIT));
        let record = &KeyPackageRecord { until, key_package: key_package.to_vec() }.encode();
        self.store
            .transact(|tx| async move {
                // Published again, because an answer was lost: it is the same one, and claimed once.
                if tx.get(key).await?.is_some() || tx.get(claimed).await?.is_some() {
                    return Ok(());
                }
                self.make_room(&tx, member, now).await?;
                Ok(tx.put_until(key, record.clone(), until)?)
            })
            .await
    }

    /// Deletes what nobody may claim any more, so that it takes no room until the store is purged.
    async fn make_room(&self, tx: &Tx, member: MemberId, now: Timestamp) -> Result<(), Error> {
        let all = Scan::all(rows::key_packages(member)?).limit(self.limits.key_packages);
        let items = self.store.scan(&all).await?.items;
        let mut room = self.limits.key_packages.saturating_sub(items.len());
        for item in items {
            if KeyPackageRecord::decode(item.entry.value.as_bytes())?.until <= now {
                delete(tx, item)?;
                room = room.saturating_add(1);
            }
        }
        if room == 0 { Err(Error::TooManyKeyPackages) } else { Ok(()) }
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
                let claimed = rows::key_package_claimed_key(of, &digest_of(&key_package))?;
                tx.put_until(&claimed, Vec::new(), in_days(now, CLAIMED))?;
                delete(&tx, item)?;
                Ok(Some(key_package))
            })
            .await
    }
}

/// Of two who found the same one, one commit conflicts.
fn delete(tx: &Tx, item: Item) -> Result<(), StoreError> {
    tx.stage(|batch| {
        batch.delete(item.key, Expect::Exactly(item.entry.version));
        Ok(())
    })
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
