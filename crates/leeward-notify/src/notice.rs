use crate::{AddressId, NoticeKind, NotifyError, OneTimeCode, record::NoticeRecord};
use leeward_event::{CoarseTime, EventError, StaffId};
use leeward_store::{Batch, Expect, Item, Key, Scan, Space, Store, Timestamp, Version};
use ring::rand::SecureRandom;

/// Where notices wait that nobody has looked at yet: a minute, the place in its batch, random bits.
pub(crate) const NOTICE: Space = Space::sealed("notify.notice");

/// That an account's owner is to be told of something.
///
/// It goes into the batch that changes the credential, so that there is no change without its notice and
/// no notice without its change. A [`Notifier`](crate::Notifier) finds the addresses and sends it.
///
/// ```
/// use leeward_event::StaffId;
/// use leeward_notify::{Notice, NoticeKind};
/// use leeward_store::{Batch, Timestamp};
/// let rng = ring::rand::SystemRandom::new();
/// let account = StaffId::generate(&rng)?;
///
/// let mut batch = Batch::new(); // with the new passphrase in it
/// Notice::new(account, NoticeKind::PassphraseSet, Timestamp::UNIX_EPOCH).stage(&mut batch, &rng)?;
/// assert_eq!(batch.len(), 1);
/// # Ok::<(), leeward_event::EventError>(())
/// ```
#[derive(Debug)]
#[must_use = "a notice that is not staged tells nobody"]
pub struct Notice {
    pub(crate) account: StaffId,
    pub(crate) kind: NoticeKind,
    pub(crate) at: Timestamp,
    pub(crate) never_only: Option<AddressId>,
    pub(crate) stop_code: Option<OneTimeCode>,
}

/// A notice that waits for a [`Notifier`](crate::Notifier) to look at it.
#[derive(Debug)]
pub struct WaitingNotice {
    pub(crate) key: Key,
    pub(crate) version: Version,
    pub(crate) record: NoticeRecord,
}

/// The notices that wait, in the order of the commits that staged them: at most `limit`, of those with
/// the earliest minutes.
///
/// # Errors
/// Those of the store; [`NotifyError::Corrupt`] and [`NotifyError::UnknownVersion`] for what is no
/// notice.
pub async fn waiting(store: &Store, limit: usize) -> Result<Vec<WaitingNotice>, NotifyError> {
    let page = store.scan(&Scan::all(NOTICE.prefix(&[])?).limit(limit)).await?;
    let mut waiting = page.items.into_iter().map(WaitingNotice::read).collect::<Result<Vec<_>, _>>()?;
    // Stable, so that notices of one commit keep the order of their keys: their places in the batch.
    waiting.sort_by_key(|waiting| waiting.version);
    Ok(waiting)
}

impl WaitingNotice {
    pub(crate) fn read(item: Item) -> Result<Self, NotifyError> {
        let record = NoticeRecord::decode(item.entry.value.as_bytes())?;
        Ok(Self { key: item.key, version: item.entry.version, record })
    }

    /// Whose notice it is.
    #[must_use]
    pub const fn account(&self) -> StaffId {
        self.record.account
    }

    /// What it tells of.
    #[must_use]
    pub const fn kind(&self) -> NoticeKind {
        self.record.kind
    }

    /// When that happened.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.record.at
    }
}

impl Notice {
    /// A notice of `kind` about something that happened `now`.
    pub const fn new(account: StaffId, kind: NoticeKind, now: Timestamp) -> Self {
        Self { account, kind, at: now, never_only: None, stop_code: None }
    }

    /// Names the address that a recovery code went to: whoever reads it may be the one who recovers, so
    /// that a notice that could go there alone is withheld, and an event says so
    /// (NIST SP 800-63B-4 4.6).
    pub const fn never_only(mut self, address: AddressId) -> Self {
        self.never_only = Some(address);
        self
    }

    /// Adds a code with which whoever reads the notice can stop what it tells of. It is sent to the
    /// other addresses and not to the one named by [`never_only`](Self::never_only).
    pub fn stop_code(mut self, code: OneTimeCode) -> Self {
        self.stop_code = Some(code);
        self
    }

    /// Puts the notice into the outbox by the batch that makes the change it tells of.
    ///
    /// # Errors
    /// [`EventError::Random`] when the random source fails: those of staging an event, so that one
    /// conversion serves both.
    pub fn stage(&self, batch: &mut Batch, rng: &dyn SecureRandom) -> Result<(), EventError> {
        let mut random = [0; 16];
        rng.fill(&mut random).map_err(|_| EventError::Random)?;
        let minute = CoarseTime::of(self.at).minutes().to_be_bytes();
        // More operations than this do not fit into a batch, so that the cap is never reached.
        let place = u16::try_from(batch.next_place()).unwrap_or(u16::MAX);
        let key = NOTICE.key(&[&minute, &place.to_be_bytes(), &random])?;
        batch.put(key, Expect::Absent, NoticeRecord::encode(self));
        Ok(())
    }
}
