use super::{
    Conversations,
    rows::{self, Rows},
};
use crate::{
    Error, MemberId, SframeBaseKey, SframeSuite,
    device::{Device, Seat},
    engine::{self, Claim},
    record::{self, Welcome},
};
use jiff::Timestamp;
use leeward_event::{Action, Actor, ConversationId, CorrelationId, Event, Subject};
use leeward_store::{Batch, Expect, Key, Scan, StoreError, Tx, Version};

impl Conversations {
    /// Opens a conversation with one member.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Event`], [`Error::Engine`]. After [`StoreError::OutcomeUnknown`] there
    /// may be a conversation that nobody knows of.
    pub async fn open(&self, founder: MemberId, now: Timestamp) -> Result<ConversationId, Error> {
        let conversation = ConversationId::generate(&self.rng)?;
        let rows = &Rows::of(conversation, founder)?;
        let state = &Device::found(rows.seat, now)?.sleep();
        let event = about(conversation, Action::ConversationOpened, founder, now)
            .about(Subject::Conversation(conversation));
        self.store
            .transact(|tx| async move {
                rows.put_new(&tx, state)?;
                self.stage(&tx, &event)
            })
            .await?;
        Ok(conversation)
    }

    /// Publishes one key package of a member (RFC 9420 10): with it, the member can be added to one
    /// conversation, once, within 28 days. It brings a signature key of its own, so that no two
    /// conversations of one person can be told to be of the same one by a key.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Engine`].
    pub async fn key_package(&self, member: MemberId, now: Timestamp) -> Result<(), Error> {
        let package = engine::new_key_package(member, now)?;
        let private = rows::value(record::wrap_private(&package.private)?);
        let mut batch = Batch::new();
        batch.put_until(
            rows::key_package_key(member, &package.reference)?,
            Expect::Absent,
            record::wrap(&package.public),
            package.claimable_until,
        );
        let key = rows::private_key(member, &package.reference)?;
        batch.put_until(key, Expect::Absent, private, package.usable_until);
        self.store.commit(batch).await?;
        Ok(())
    }

    /// Adds a member: claims one of its key packages, appends the commit to the delivery log and
    /// leaves the welcome for [`join`](Self::join). From now on the roster names the new member to all.
    ///
    /// # Errors
    /// [`Error::EpochConflict`] and [`Error::Unread`]: receive, then try again;
    /// [`Error::NotAMember`] of `by`; [`Error::AlreadyAMember`], [`Error::NoKeyPackage`],
    /// [`Error::TooManyMembers`], [`Error::Store`], [`Error::Event`], [`Error::Corrupt`],
    /// [`Error::Engine`].
    pub async fn add(
        &self,
        conversation: ConversationId,
        by: MemberId,
        member: MemberId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let rows = &Rows::of(conversation, by)?;
        let waiting = &rows::welcome_key(conversation, member)?;
        let event = about(conversation, Action::MemberAdded, by, now).about(member.into());
        self.store
            .transact(|tx| async move {
                let (state, head) = (rows.state(&tx).await?, rows.head(&tx).await?);
                let (claim, row) = self.claimable(member, now).await?.unzip();
                let (append, welcome) = Device::wake(rows.seat, &state)?.add(head, member, claim)?;
                rows.put_append(&tx, append)?;
                tx.put(waiting, welcome.encode()?)?;
                row.map_or(Ok(()), |row| row.claim(&tx))?;
                self.stage(&tx, &event)
            })
            .await
    }

    /// Joins by the welcome that waits for this member. It reads what is said from its addition on,
    /// and nothing before.
    ///
    /// # Errors
    /// [`Error::NoWelcome`]; [`Error::AlreadyAMember`] of one who is in; [`Error::Unread`] when it was a
    /// member before, and could still receive what was said until its removal: receive, then try again;
    /// [`Error::NoKeyPackage`] when the private half of the key package is gone: it has to be removed and
    /// added again;
    /// [`Error::WelcomeRefused`], [`Error::Store`], [`Error::Corrupt`], [`Error::Engine`].
    pub async fn join(
        &self,
        conversation: ConversationId,
        member: MemberId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let rows = &Rows::of(conversation, member)?;
        let waiting = &rows::welcome_key(conversation, member)?;
        self.store
            .transact(|tx| async move {
                let welcome = tx.get(waiting).await?.ok_or(Error::NoWelcome)?;
                let welcome = Welcome::decode(welcome.value.as_bytes())?;
                self.check_outside(&tx, rows, now).await?;
                let private_key = rows::private_key(member, &welcome.key_package)?;
                let private = tx.get(&private_key).await?.ok_or(Error::NoKeyPackage)?;
                let private = record::unwrap_private(private.value.as_bytes())?;
                rows.put_state(&tx, &Device::join(rows.seat, &welcome, &private)?.sleep())?;
                tx.delete(waiting)?;
                Ok(tx.delete(&private_key)?)
            })
            .await
    }

    /// Removes a member, who can read nothing that is said from now on. If it has not joined yet, its
    /// welcome and the key that opens it go at once; else its keys go when it has received what was said
    /// until now.
    ///
    /// # Errors
    /// [`Error::EpochConflict`] and [`Error::Unread`]: receive, then try again;
    /// [`Error::NotAMember`] of `by` or `member`; [`Error::RemovesItself`]; [`Error::Store`],
    /// [`Error::Event`], [`Error::Corrupt`], [`Error::Engine`].
    pub async fn remove(
        &self,
        conversation: ConversationId,
        by: MemberId,
        member: MemberId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let rows = &Rows::of(conversation, by)?;
        let waiting = &rows::welcome_key(conversation, member)?;
        let event = about(conversation, Action::MemberRemoved, by, now).about(member.into());
        self.store
            .transact(|tx| async move {
                let (state, head) = (rows.state(&tx).await?, rows.head(&tx).await?);
                let append = Device::wake(rows.seat, &state)?.remove(head, member)?;
                rows.put_append(&tx, append)?;
                retract(&tx, waiting, member).await?;
                self.stage(&tx, &event)
            })
            .await
    }

    /// Everyone who can read the epoch that this member is in, itself included.
    ///
    /// # Errors
    /// [`Error::NotAMember`], [`Error::Store`], [`Error::Corrupt`], [`Error::Engine`].
    pub async fn roster(
        &self,
        conversation: ConversationId,
        member: MemberId,
    ) -> Result<Vec<MemberId>, Error> {
        self.device(conversation, member).await?.engine().roster()
    }

    /// The epoch that this member is in (RFC 9420 8): it counts the accepted commits.
    ///
    /// # Errors
    /// [`Error::NotAMember`], [`Error::Store`], [`Error::Corrupt`], [`Error::Engine`].
    pub async fn epoch(&self, conversation: ConversationId, member: MemberId) -> Result<u64, Error> {
        Ok(self.device(conversation, member).await?.engine().epoch())
    }

    /// The key for the frames of a call in the epoch that this member is in (RFC 9605 5.2): the same for
    /// every member of that epoch. Take it anew when the roster changed.
    ///
    /// # Errors
    /// [`Error::NotAMember`], [`Error::Store`], [`Error::Corrupt`], [`Error::Engine`].
    pub async fn sframe_base_key(
        &self,
        conversation: ConversationId,
        member: MemberId,
        suite: SframeSuite,
    ) -> Result<SframeBaseKey, Error> {
        let device = self.device(conversation, member).await?;
        let engine = device.engine();
        let key = engine.export(SframeBaseKey::LABEL, b"", suite.key_len())?;
        Ok(SframeBaseKey::new(key, engine.epoch(), engine.own_leaf()))
    }

    async fn device(&self, conversation: ConversationId, member: MemberId) -> Result<Device, Error> {
        let rows = Rows::of(conversation, member)?;
        let entry = self.store.get(&rows.state).await?.ok_or(Error::NotAMember)?;
        let seat = Seat { conversation, member };
        Device::wake(seat, &record::State::decode(entry.value.as_bytes())?)
    }

    /// The first key package of a member that may be claimed, and the row to claim it by.
    async fn claimable(&self, member: MemberId, now: Timestamp) -> Result<Option<(Claim, Row)>, Error> {
        let mut next = Some(Scan::all(rows::key_packages(member)?).limit(16));
        while let Some(scan) = next {
            let page = self.store.scan(&scan).await?;
            for item in page.items {
                let package = record::unwrap(item.entry.value.as_bytes())?;
                if let Ok(claim) = Claim::check(package, member, now) {
                    return Ok(Some((claim, Row { key: item.key, version: item.entry.version })));
                }
            }
            next = page.next;
        }
        Ok(None)
    }

    fn stage(&self, tx: &Tx, event: &Event) -> Result<(), Error> {
        tx.stage(|batch| event.stage(batch, &self.rng).map_err(Error::from))
    }
}

/// Takes away a welcome that nobody joined by, and the key that would open a copy of it.
async fn retract(tx: &Tx, waiting: &Key, member: MemberId) -> Result<(), Error> {
    let Some(welcome) = tx.get(waiting).await? else { return Ok(()) };
    // Whatever decayed there, the member is removed.
    if let Ok(welcome) = Welcome::decode(welcome.value.as_bytes())
        && let Ok(private) = rows::private_key(member, &welcome.key_package)
    {
        tx.delete(&private)?;
    }
    Ok(tx.delete(waiting)?)
}

/// A published key package, as it was found.
struct Row {
    key: Key,
    version: Version,
}

impl Row {
    /// Takes it away from whoever else found it: of two, one commit conflicts.
    fn claim(self, tx: &Tx) -> Result<(), Error> {
        tx.stage(|batch| {
            batch.delete(self.key, Expect::Exactly(self.version));
            Ok::<_, StoreError>(())
        })?;
        Ok(())
    }
}

/// An event of this conversation. Its correlation is the conversation's identifier: the subject of a
/// change of the roster is the member.
fn about(conversation: ConversationId, action: Action, by: MemberId, now: Timestamp) -> Event {
    Event::new(action, Actor::from(by), now).correlation(CorrelationId::from_bytes(*conversation.as_bytes()))
}
