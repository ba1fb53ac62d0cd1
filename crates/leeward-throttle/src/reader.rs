use crate::{
    Client, Count, DeviceId, Standing, ThrottleError,
    record::{self, CountRecord},
};
use jiff::Timestamp;
use leeward_event::Subject;
use leeward_store::{Entry, Key, Store, StoreError, Tx};

/// Reads for a first look, or as part of a transaction.
pub(crate) enum Reader<'a> {
    Store(&'a Store),
    Tx(&'a Tx),
}

impl Reader<'_> {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        match self {
            Self::Store(store) => store.get(key).await,
            Self::Tx(tx) => tx.get(key).await,
        }
    }

    pub(crate) async fn standing(&self, subject: Subject) -> Result<Standing, ThrottleError> {
        let entry = self.get(&record::subject_key(subject)?).await?;
        entry.map_or_else(|| Ok(Standing::default()), |entry| Standing::decode(entry.value.as_bytes()))
    }

    /// What was counted since the last clearing.
    pub(crate) async fn count(&self, key: &Key, clearing: u32) -> Result<Count, ThrottleError> {
        let Some(entry) = self.get(key).await? else { return Ok(Count::NONE) };
        let record = CountRecord::decode(entry.value.as_bytes())?;
        Ok(if record.clearing == clearing { record.count } else { Count::NONE })
    }

    pub(crate) async fn is_abused(&self, subject: Subject, device: DeviceId) -> Result<bool, ThrottleError> {
        let entry = self.get(&record::abused_key(subject, device)?).await?;
        entry.map_or(Ok(false), |entry| record::decode_abused(entry.value.as_bytes()).map(|()| true))
    }

    pub(crate) async fn known_device(
        &self,
        subject: Subject,
        client: &Client,
        standing: &Standing,
        now: Timestamp,
    ) -> Result<Option<DeviceId>, ThrottleError> {
        match client.device(subject, standing, now) {
            Some(device) => Ok((!self.is_abused(subject, device).await?).then_some(device)),
            None => Ok(None),
        }
    }
}
