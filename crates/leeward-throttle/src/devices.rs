use crate::{
    DeviceId, Throttle, ThrottleError,
    record::{self, DeviceRecord, DevicesRecord},
};
use jiff::{SignedDuration, Timestamp};
use leeward_event::StaffId;
use leeward_store::{StoreError, Tx};

/// A browser that is known to an account, for the page on which its owner looks for one they do not know.
///
/// It says when and nothing else: neither a name, nor an address, nor what browser it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustedDevice {
    trusted_at: Timestamp,
    last_seen_at: Timestamp,
}

impl TrustedDevice {
    /// When somebody first signed in from it, to the millisecond.
    #[must_use]
    pub const fn trusted_at(&self) -> Timestamp {
        self.trusted_at
    }

    /// When somebody last signed in from it.
    #[must_use]
    pub const fn last_seen_at(&self) -> Timestamp {
        self.last_seen_at
    }
}

impl Throttle {
    /// As many devices of an account are listed: another one takes the place of the one that was not seen
    /// for the longest time. Its cookie counts all the same.
    pub const MOST_DEVICES: usize = 32;

    /// The devices of `account` whose cookies count at `now`, the one that was seen last first. A browser
    /// that lost its cookie and signed in again stands there twice until the first one expires.
    ///
    /// One that its owner does not know ends with all others, by [`forget_devices`](Self::forget_devices).
    ///
    /// # Errors
    /// [`ThrottleError::Corrupt`]; those of the store.
    pub async fn devices(
        &self,
        account: StaffId,
        now: Timestamp,
    ) -> Result<Vec<TrustedDevice>, ThrottleError> {
        let read = self.store.get(&record::devices_key(account)?).await;
        let entry = unless_erased(read)?;
        let record = entry.map(|entry| DevicesRecord::decode(entry.value.as_bytes())).transpose()?;
        let mut devices = record.unwrap_or_default().0;
        devices.retain(|device| device.lasts(self.profile.cookie_lasts(), now));
        devices.sort_by_key(|device| std::cmp::Reverse(device.last_seen_at));
        Ok(devices.iter().map(DeviceRecord::shown).collect())
    }

    /// Notes a sign-in from the device that was `before`, if it was known, and is `device` from now on.
    pub(crate) async fn see_device(
        &self,
        tx: &Tx,
        account: StaffId,
        before: Option<DeviceId>,
        device: DeviceId,
        now: Timestamp,
    ) -> Result<(), ThrottleError> {
        let key = record::devices_key(account)?;
        let entry = tx.get(&key).await?;
        let record = entry.map(|entry| DevicesRecord::decode(entry.value.as_bytes())).transpose()?;
        let mut devices = record.unwrap_or_default().0;
        devices.retain(|device| device.lasts(self.profile.cookie_lasts(), now));
        let known = before.and_then(|before| devices.iter().position(|device| device.is(before)));
        let trusted_at = known.map_or(now, |known| devices.remove(known).trusted_at);
        while devices.len() >= Self::MOST_DEVICES {
            devices.remove(0);
        }
        devices.push(DeviceRecord { device, before, trusted_at, last_seen_at: now });
        Ok(tx.put(&key, DevicesRecord(devices).encode())?)
    }
}

impl DeviceRecord {
    /// By the cookie it has, or by the one before, where the answer with the newer one never reached it.
    fn is(&self, device: DeviceId) -> bool {
        self.device == device || self.before == Some(device)
    }

    fn lasts(&self, keeps: SignedDuration, now: Timestamp) -> bool {
        now.duration_since(self.last_seen_at) < keeps
    }

    const fn shown(&self) -> TrustedDevice {
        TrustedDevice { trusted_at: self.trusted_at, last_seen_at: self.last_seen_at }
    }
}

/// An erased account has no device.
fn unless_erased<T>(read: Result<Option<T>, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Err(StoreError::Erased { .. }) => Ok(None),
        other => other,
    }
}
