use super::rows;
use crate::{
    Error, MemberId, SnapshotKey,
    record::{self, Place, Row},
};
use jiff::Timestamp;
use leeward_event::ConversationId;
use leeward_store::{Batch, Expect, Item, Key, Prefix, Scan, Store, StoreError, Tx};
use ring::rand::SystemRandom;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// All that a store keeps of one member as one sealed blob, and back: for clients whose storage is
/// asynchronous, such as a browser's or a phone's, which work over [`Store::memory`] and keep blobs.
///
/// A blob that is kept too late is an older copy: the member has to [`rejoin`](crate::Conversations::rejoin).
/// So it is kept before anything leaves. The client's [`DeliveryService`](crate::DeliveryService)
/// [`take`](Self::take)s one, has it stored for good, and then passes on what it was asked: in `open`, `submit`,
/// `publish` and `joined`, and in `acknowledge` once what was received is stored as well. Cheap to clone.
#[derive(Clone)]
pub struct Snapshots {
    store: Store,
    rng: SystemRandom,
}

impl Snapshots {
    /// Snapshots of what this store, a client's own, holds.
    #[must_use]
    pub fn of(store: &Store) -> Self {
        Self { store: store.clone(), rng: SystemRandom::new() }
    }

    /// Everything of this member, of one moment, sealed and padded: its state in every conversation, what waits
    /// in its inboxes, the private halves of its key packages, and the keys and waiting records of transcripts. All states in the store are read for it.
    ///
    /// # Errors
    /// [`Error::Snapshot`] with [`TooLarge`](crate::Refusal::TooLarge) of more than 1,000 records or 7 MiB:
    /// receive what waits, then try again; [`Error::Store`], [`Error::Corrupt`], [`Error::Seal`].
    pub async fn take(&self, member: MemberId, key: &SnapshotKey, now: Timestamp) -> Result<Vec<u8>, Error> {
        let held = self.held(member, now).await?;
        key.seal(member, &held.encode()?, &self.rng)
    }

    /// Puts back what [`take`](Self::take) gave, into a store that holds nothing of this member. Whether it is
    /// an older copy is found out by the delivery service, before any key is used: see
    /// [`Error::RolledBack`]. Restoring the same snapshot again changes nothing.
    ///
    /// # Errors
    /// [`Error::StateHeld`] when the store holds anything else of this member: it may be newer;
    /// [`Error::Snapshot`] of what is no snapshot of this member under this key, or of another
    /// [`Version`](crate::Refusal::Version); [`Error::Store`], [`Error::Corrupt`].
    pub async fn restore(
        &self,
        member: MemberId,
        key: &SnapshotKey,
        snapshot: &[u8],
        now: Timestamp,
    ) -> Result<(), Error> {
        let snapshot = record::Snapshot::decode(key.open(member, snapshot)?.as_slice())?;
        let restored = current(snapshot, now)?;
        let held = self.held(member, now).await?;
        if !held.is_empty() {
            let same = bool::from(held.encode()?.ct_eq(&restored.encode()?));
            return if same { Ok(()) } else { Err(Error::StateHeld) };
        }
        let mut batch = Batch::new();
        for (place, Row { until, value }) in restored.into_rows() {
            let (key, value) = (key_of(&place, member)?, rows::value(value));
            match until {
                Some(until) => batch.put_until(key, Expect::Absent, value, until),
                None => batch.put(key, Expect::Absent, value),
            };
        }
        match self.store.commit(batch).await {
            Err(StoreError::Conflict(_)) => Err(Error::StateHeld),
            done => Ok(done.map(drop)?),
        }
    }

    /// What is held of a member at one moment.
    async fn held(&self, member: MemberId, now: Timestamp) -> Result<record::Snapshot, Error> {
        self.store
            .transact(|tx| async move {
                let mut held = record::Snapshot::default();
                // In this order: a join takes a private half and makes a state, a commit fills an inbox
                // and moves a state.
                self.collect(&tx, &mut held, member, rows::private_keys(member)?, now).await?;
                self.collect(&tx, &mut held, member, rows::states()?, now).await?;
                for conversation in held.conversations() {
                    for prefix in [
                        rows::inboxes(conversation, member)?,
                        rows::transcript_keys(conversation, member)?,
                        rows::records(conversation, member)?,
                    ] {
                        self.collect(&tx, &mut held, member, prefix, now).await?;
                    }
                }
                Ok(held)
            })
            .await
    }

    async fn collect(
        &self,
        tx: &Tx,
        held: &mut record::Snapshot,
        member: MemberId,
        prefix: Prefix,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut next = Some(Scan::all(prefix));
        while let Some(scan) = next {
            let page = self.store.scan(&scan).await?;
            for Item { key, entry } in page.items {
                let Some(place) = place_of(&key, member)? else { continue };
                if entry.expires_at.is_some_and(|end| end <= now) {
                    continue;
                }
                let value = Zeroizing::new(entry.value.as_bytes().to_vec());
                held.insert(place, Row { until: entry.expires_at, value })?;
                tx.check(&key, Expect::Exactly(entry.version))?;
            }
            next = page.next;
        }
        Ok(())
    }
}

impl fmt::Debug for Snapshots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshots").finish_non_exhaustive()
    }
}

/// Without what has ended since.
fn current(snapshot: record::Snapshot, now: Timestamp) -> Result<record::Snapshot, Error> {
    let mut current = record::Snapshot::default();
    for (place, row) in snapshot.into_rows() {
        if row.until.is_none_or(|end| end > now) {
            current.insert(place, row)?;
        }
    }
    Ok(current)
}

fn key_of(place: &Place, member: MemberId) -> Result<Key, StoreError> {
    match place {
        Place::State(conversation) => rows::state_key(*conversation, member),
        Place::Inbox(conversation, seq) => rows::inbox_key(*conversation, member, *seq),
        Place::Private(reference) => rows::private_key(member, reference),
        Place::TranscriptKey(conversation) => rows::transcript_key(*conversation, member),
        Place::Record(conversation, seq) => rows::record_key(*conversation, member, *seq),
    }
}

/// What lies at a key; `None` for what is another member's.
fn place_of(key: &Key, member: MemberId) -> Result<Option<Place>, Error> {
    let segments = key.segments();
    let segments: Vec<&[u8]> = segments.iter().map(Vec::as_slice).collect();
    let place = match *segments {
        [conversation, kind, id] if key.space() == rows::STATE => {
            if (kind, id) != (&[member.kind()], member.id()) {
                return Ok(None);
            }
            conversation_of(conversation).map(Place::State)
        }
        [conversation, _, _, _] if key.space() == rows::INBOX => {
            conversation_of(conversation).zip(rows::inbox_seq(key)).map(|(id, seq)| Place::Inbox(id, seq))
        }
        [conversation, _, _, _] if key.space() == rows::TRANSCRIPT_KEY => {
            conversation_of(conversation).map(Place::TranscriptKey)
        }
        [conversation, _, _, _] if key.space() == rows::RECORD => {
            conversation_of(conversation).zip(rows::inbox_seq(key)).map(|(id, seq)| Place::Record(id, seq))
        }
        [_, _, reference] if key.space() == rows::PRIVATE => Some(Place::Private(reference.to_vec())),
        _ => None,
    };
    place.map(Some).ok_or(Error::Corrupt { what: "a misplaced record of a member" })
}

fn conversation_of(segment: &[u8]) -> Option<ConversationId> {
    segment.try_into().ok().map(ConversationId::from_bytes)
}
