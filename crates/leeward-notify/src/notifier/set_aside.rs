use super::told_of;
use crate::{
    Notifier, NotifyError,
    notice::NOTICE,
    record::{DeliveryRecord, NoticeRecord, decode_moment, encode_moment},
};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{Action, Reason, StaffId};
use leeward_store::{Key, Page, Scan, Space, Store, StoreError, Tx, limits};
use ring::digest;
use std::collections::BTreeSet;

/// Which records could not be read, under a hash of their keys, and since when.
const SET_ASIDE: Space = Space::sealed("notify.set-aside");
/// How long such a record stays: its key may yet come back to hand, and no message is tried for longer.
const STAYS: SignedDuration = SignedDuration::from_hours(50);

/// The records that one run could not read: they hold up nobody else's messages.
#[derive(Default)]
pub(super) struct Unreadable(BTreeSet<Key>);

impl Unreadable {
    /// What was made of the record at a key, or nothing if it cannot be read.
    pub(super) fn pass<T>(
        &mut self,
        key: &Key,
        read: Result<T, NotifyError>,
    ) -> Result<Option<T>, NotifyError> {
        match read {
            Err(error) if is_unreadable(&error) => {
                self.0.insert(key.clone());
                Ok(None)
            }
            other => other.map(Some),
        }
    }

    /// A page without what cannot be unsealed, which smaller and smaller pages close in on.
    pub(super) async fn page(&mut self, store: &Store, scan: Scan) -> Result<Page, NotifyError> {
        let size = scan.page_size();
        match store.scan(&scan).await {
            Ok(Page { items, next }) => {
                let larger = size.saturating_mul(2).min(limits::MAX_PAGE);
                Ok(Page { items, next: next.map(|next| next.limit(larger)) })
            }
            Err(StoreError::CannotOpen { .. }) if size > 1 => {
                Ok(Page { items: Vec::new(), next: Some(scan.limit(size / 2)) })
            }
            Err(StoreError::CannotOpen { key, .. }) => {
                self.0.insert(key.clone());
                Ok(Page { items: Vec::new(), next: Some(scan.after(key)) })
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl Notifier {
    /// Tells of each record that could not be read, once; how many were told of now.
    pub(super) async fn set_aside(&self, unread: Unreadable, now: Timestamp) -> Result<usize, NotifyError> {
        let mut first = 0_usize;
        for key in &unread.0 {
            let told =
                self.store.transact(|tx| async move { self.set_aside_one(&tx, key, now).await }).await?;
            first = first.saturating_add(usize::from(told));
        }
        Ok(first)
    }

    async fn set_aside_one(&self, tx: &Tx, key: &Key, now: Timestamp) -> Result<bool, NotifyError> {
        let account = match tx.get(key).await {
            Ok(Some(entry)) => owner(key, entry.value.as_bytes()),
            // Another could read it after all.
            Ok(None) => return Ok(false),
            Err(StoreError::CannotOpen { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let marker = marker_key(key)?;
        match since(tx, &marker).await? {
            None => {
                tx.put(&marker, encode_moment(now))?;
                self.tell(
                    tx,
                    &told_of(Action::NoticeFailed, account, id(key), Some(Reason::Unreadable), now),
                )?;
                return Ok(true);
            }
            Some(since) if now.duration_since(since) >= STAYS => {
                tx.delete(key)?;
                tx.delete(&marker)?;
            }
            // By a clock that has gone back since, or spoilt as well.
            Some(since) if now < since => tx.put(&marker, encode_moment(now))?,
            Some(_) => {}
        }
        Ok(false)
    }
}

const fn is_unreadable(error: &NotifyError) -> bool {
    matches!(
        error,
        NotifyError::Corrupt { .. }
            | NotifyError::UnknownVersion { .. }
            | NotifyError::Store(StoreError::CannotOpen { .. })
    )
}

/// Since when a record is set aside; the last moment there is for a marker that cannot be read itself.
async fn since(tx: &Tx, marker: &Key) -> Result<Option<Timestamp>, NotifyError> {
    let read = match tx.get(marker).await.map_err(NotifyError::from) {
        Ok(None) => return Ok(None),
        Ok(Some(entry)) => decode_moment(entry.value.as_bytes(), "a record set aside at no time"),
        Err(error) => Err(error),
    };
    match read {
        Err(error) if is_unreadable(&error) => Ok(Some(Timestamp::MAX)),
        read => read.map(Some),
    }
}

/// Whose message it is, where only the addresses of its account cannot be read.
fn owner(key: &Key, bytes: &[u8]) -> Option<StaffId> {
    if NOTICE.prefix(&[]).is_ok_and(|notices| notices.contains(key)) {
        NoticeRecord::decode(bytes).ok().map(|notice| notice.account)
    } else {
        DeliveryRecord::decode(bytes).ok().map(|record| record.account)
    }
}

/// Of one length, whatever somebody put there.
fn marker_key(key: &Key) -> Result<Key, StoreError> {
    SET_ASIDE.key(&[digest::digest(&digest::SHA256, key.as_bytes()).as_ref()])
}

/// The random end of a key: of a message, its id.
fn id(key: &Key) -> [u8; 16] {
    key.segments().last().and_then(|last| last.as_slice().try_into().ok()).unwrap_or_default()
}
