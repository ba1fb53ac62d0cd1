use super::{
    Conversations, MAX_ATTEMPTS,
    rows::{self, Rows},
    traffic::Next,
};
use crate::{
    DeliveryService, Error, Invitation, MemberId, Roster, SframeBaseKey, SframeSuite,
    device::{Change, Device},
    engine::{self, Claim},
    record::{self, State, Values},
};
use jiff::Timestamp;
use leeward_event::{Action, Actor, ConversationId, CorrelationId, Event};
use leeward_store::{Batch, Expect, Key, Tx};

/// How many key packages of a directory are tried for one addition.
const MAX_CLAIMS: usize = 16;

impl<D: DeliveryService> Conversations<D> {
    /// Opens a conversation with one member.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Event`], [`Error::Credential`], [`Error::Engine`]. After any of them
    /// there may be a conversation that nobody knows of.
    pub async fn open(&self, founder: MemberId, now: Timestamp) -> Result<ConversationId, Error> {
        let conversation = ConversationId::generate(&self.rng)?;
        let rows = &Rows::of(conversation, founder)?;
        let state = &Device::found(rows.seat, &self.credentials, now)?.sleep();
        self.store.transact(|tx| async move { rows.put_state(&tx, state) }).await?;
        self.delivery.open(conversation, founder, now).await?;
        Ok(conversation)
    }

    /// Publishes one key package of a member (RFC 9420 10): with it, the member can be added to one
    /// conversation, once, within 28 days. It brings a signature key of its own, so that no two
    /// conversations of one person can be told to be of the same one by a key.
    ///
    /// # Errors
    /// [`Error::TooManyKeyPackages`], [`Error::Credential`], [`Error::Store`], [`Error::Engine`].
    pub async fn key_package(&self, member: MemberId, now: Timestamp) -> Result<(), Error> {
        let package = engine::new_key_package(member, &self.credentials, now)?;
        let private = rows::value(record::wrap_private(&package.private)?);
        let mut batch = Batch::new();
        let key = rows::private_key(member, &package.reference)?;
        batch.put_until(key, Expect::Absent, private, package.usable_until);
        self.store.commit(batch).await?;
        self.delivery.publish(member, &package.public, package.claimable_until, now).await
    }

    /// Adds a member: claims one of its key packages, has the commit accepted, and leaves the welcome for
    /// [`join`](Self::join). From now on the roster names the new member to all. When another commit comes
    /// first, it is taken and this one made anew.
    ///
    /// # Errors
    /// [`Error::NotAMember`] of `by`; [`Error::AlreadyAMember`], [`Error::NoKeyPackage`],
    /// [`Error::TooManyMembers`], [`Error::TooManyClaims`]; [`Error::Credential`] when that of `by` ran out and is
    /// not renewed; those of [`send`](Self::send).
    pub async fn add(
        &self,
        conversation: ConversationId,
        by: MemberId,
        member: MemberId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let rows = Rows::of(conversation, by)?;
        self.catch_up(&rows, now).await?;
        Device::wake(rows.seat, &rows.peek(&self.store).await?)?.engine().check_room_for(member)?;
        let claim = self.claim(by, member, now).await?;
        self.change_caught_up(&rows, &Change::Add(claim), now).await
    }

    /// Removes a member, who can read nothing that is said from now on. Its keys go when it has received
    /// what was said until now.
    ///
    /// # Errors
    /// [`Error::NotAMember`] of `by` or `member`; [`Error::RemovesItself`]; [`Error::Credential`] as of
    /// [`add`](Self::add); those of [`send`](Self::send).
    pub async fn remove(
        &self,
        conversation: ConversationId,
        by: MemberId,
        member: MemberId,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.change(&Rows::of(conversation, by)?, &Change::Remove(member), now).await
    }

    /// Removes a member who lost its keys and adds it again, in one step that everyone sees: see
    /// [`rejoin`](Self::rejoin).
    ///
    /// # Errors
    /// As [`add`](Self::add) and [`remove`](Self::remove).
    pub async fn readmit(
        &self,
        conversation: ConversationId,
        by: MemberId,
        member: MemberId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let rows = Rows::of(conversation, by)?;
        self.catch_up(&rows, now).await?;
        Device::wake(rows.seat, &rows.peek(&self.store).await?)?.engine().check_is_other(member)?;
        let claim = self.claim(by, member, now).await?;
        self.change_caught_up(&rows, &Change::Readmit(claim), now).await
    }

    /// Replaces this member's keys: whoever had copied them reads nothing after this (RFC 9420 16.6).
    ///
    /// # Errors
    /// [`Error::Credential`] as of [`add`](Self::add); those of [`send`](Self::send).
    pub async fn refresh(
        &self,
        conversation: ConversationId,
        member: MemberId,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.change(&Rows::of(conversation, member)?, &Change::Refresh, now).await
    }

    /// Joins by the welcome that waits for this member. It reads what is said from its addition on,
    /// and nothing before. What was said to it before an earlier removal stays to be received.
    ///
    /// After an error of the store or the delivery service it may have joined all the same. Called again, it then
    /// tells the service so, and makes nothing anew; [`send`](Self::send) and [`receive`](Self::receive) tell it too.
    ///
    /// # Errors
    /// [`Error::NoWelcome`]; [`Error::AlreadyAMember`] of one who is in; [`Error::NoKeyPackage`] when
    /// the private half of the key package is gone, and [`Error::RolledBack`] of an older copy from before
    /// it joined: they publish a key package and have to be readmitted; [`Error::WelcomeRefused`],
    /// [`Error::Store`], [`Error::Corrupt`], [`Error::Engine`].
    pub async fn join(
        &self,
        conversation: ConversationId,
        member: MemberId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let rows = &Rows::of(conversation, member)?;
        let waiting = self.delivery.invitation(conversation, member).await?;
        if let Some(first) = self.finish_joining(rows, now).await?
            && waiting.as_ref().is_none_or(|waiting| waiting.first == first)
        {
            return self.catch_up(rows, now).await;
        }
        let waiting = waiting.ok_or(Error::NoWelcome)?;
        let (waiting, before) = (&waiting, &self.outside(rows, now).await?);
        let last_sent = match self.delivery.position(conversation, member).await {
            Ok(position) => position.last,
            Err(Error::NotAMember) => None,
            Err(error) => return Err(error),
        };
        self.store
            .transact(|tx| async move {
                // Since it was looked at, nobody else has joined or moved this state.
                let cursor = match rows.state(&tx).await {
                    Ok(state) => Some(state.cursor),
                    Err(Error::NotAMember) => None,
                    Err(error) => return Err(error),
                };
                if cursor != before.as_ref().map(|state| state.cursor) {
                    return Err(Error::AlreadyAMember);
                }
                // It has sent something with the keys of this welcome.
                if last_sent.is_some_and(|last| last >= waiting.first) {
                    return Err(Error::RolledBack);
                }
                let (key, private) = private_half(&tx, member, waiting).await?;
                let device = Device::join(rows.seat, waiting, last_sent, &private, self.judge(now))?;
                rows.put_state(&tx, &device.sleep())?;
                Ok(tx.delete(&key)?)
            })
            .await?;
        self.finish_joining(rows, now).await?;
        self.acknowledge(rows, waiting.first, 0).await;
        Ok(())
    }

    /// Tells the delivery service that this member joined, and then forgets that it had to be told. Returns which
    /// invitation that was about.
    async fn finish_joining(&self, rows: &Rows, now: Timestamp) -> Result<Option<u64>, Error> {
        let mut state = match rows.peek(&self.store).await {
            Ok(state) => state,
            Err(Error::NotAMember) => return Ok(None),
            Err(error) => return Err(error),
        };
        let joined_at = state.joined_at;
        if self.tell_joined(rows, &mut state, now).await? {
            let forgotten = self.store.transact(|tx| async move {
                let state = rows.state(&tx).await?;
                if state.joined_at != joined_at {
                    return Ok(());
                }
                rows.put_state(&tx, &State { joined_at: None, ..state })
            });
            // What was not forgotten is told again.
            drop(forgotten.await);
        }
        Ok(joined_at)
    }

    /// Lets go of a state that is [an older copy](Error::RolledBack), or that an entry of the log stopped
    /// for good, and publishes a key package: another member then [`readmit`](Self::readmit)s this one,
    /// who [`join`](Self::join)s. No key of the old state is used again.
    ///
    /// # Errors
    /// [`Error::AlreadyAMember`] of one whose state is in order; [`Error::NotAMember`],
    /// [`Error::Store`], [`Error::Event`], [`Error::Corrupt`], [`Error::Engine`].
    pub async fn rejoin(
        &self,
        conversation: ConversationId,
        member: MemberId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let rows = &Rows::of(conversation, member)?;
        let event = &about(conversation, Action::RollbackDetected, member, now).about(member.into());
        self.store
            .transact(|tx| async move {
                let stuck = match self.ready(&tx, rows, now).await {
                    Ok(ready) => self.look(&tx, rows, &ready, now).await? == Next::Refused,
                    Err(Error::RolledBack) => {
                        self.stage(&tx, event)?;
                        true
                    }
                    Err(error) => return Err(error),
                };
                if !stuck {
                    return Err(Error::AlreadyAMember);
                }
                let state = rows.peek(&self.store).await?;
                rows.put_state(&tx, &State { outbox: None, values: None, ..state })
            })
            .await?;
        self.key_package(member, now).await
    }

    /// Everyone who can read the epoch that this member is in, itself included, and the digits by which two
    /// of them make sure of each other.
    ///
    /// # Errors
    /// [`Error::NotAMember`], [`Error::Store`], [`Error::Corrupt`], [`Error::Engine`]; those of
    /// [`receive`](Self::receive) while a commit of this member waits to be merged.
    pub async fn roster(
        &self,
        conversation: ConversationId,
        member: MemberId,
        now: Timestamp,
    ) -> Result<Roster, Error> {
        let rows = Rows::of(conversation, member)?;
        let mut state = rows.peek(&self.store).await?;
        if state.outbox.as_ref().is_some_and(|outbox| outbox.is_commit) {
            self.catch_up(&rows, now).await?;
            state = rows.peek(&self.store).await?;
        }
        Device::wake(rows.seat, &state)?.engine().roster(conversation)
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
        let rows = Rows::of(conversation, member)?;
        let device = Device::wake(rows.seat, &rows.peek(&self.store).await?)?;
        let engine = device.engine();
        let key = engine.export(SframeBaseKey::LABEL, b"", suite.key_len())?;
        Ok(SframeBaseKey::new(key, engine.epoch(), engine.own_leaf()))
    }

    /// Makes a commit until one is accepted, and merges it where the log has it.
    async fn change(&self, rows: &Rows, change: &Change, now: Timestamp) -> Result<(), Error> {
        self.catch_up(rows, now).await?;
        self.change_caught_up(rows, change, now).await
    }

    async fn change_caught_up(&self, rows: &Rows, change: &Change, now: Timestamp) -> Result<(), Error> {
        let (conversation, member) = (rows.seat.conversation, rows.seat.member);
        for _ in 0..MAX_ATTEMPTS {
            let staged = self
                .store
                .transact(|tx| async move {
                    let ready = self.ready(&tx, rows, now).await?;
                    if !ready.may_make()? {
                        return Ok(None);
                    }
                    let device = Device::wake(rows.seat, &ready.state)?;
                    let state = device.commit(change, &self.credentials, now)?;
                    rows.put_state(&tx, &state)?;
                    Ok::<_, Error>(state.outbox)
                })
                .await?;
            if let Some(outbox) = staged {
                match self.delivery.submit(conversation, member, &outbox.submission, now).await {
                    Err(Error::EpochConflict) => {}
                    Err(error) => return Err(error),
                    Ok(_) => {
                        // It is accepted: if merging it fails now, the next operation does it.
                        drop(self.catch_up(rows, now).await);
                        return Ok(());
                    }
                }
            }
            self.catch_up(rows, now).await?;
        }
        Err(Error::EpochConflict)
    }

    /// A key package of a member that may be used. One that may not is used up all the same.
    async fn claim(&self, by: MemberId, member: MemberId, now: Timestamp) -> Result<Claim, Error> {
        for _ in 0..MAX_CLAIMS {
            let package = self.delivery.claim(by, member, now).await?.ok_or(Error::NoKeyPackage)?;
            if let Ok(claim) = Claim::check(&package, member, self.judge(now)) {
                return Ok(claim);
            }
        }
        Err(Error::NoKeyPackage)
    }

    /// The state of a member that may join, if it has one: who was removed, or is stopped for good.
    async fn outside(&self, rows: &Rows, now: Timestamp) -> Result<Option<State>, Error> {
        match self.catch_up(rows, now).await {
            Ok(())
            | Err(Error::NotAMember | Error::Refused { .. } | Error::Missing { .. } | Error::RolledBack) => {}
            Err(error) => return Err(error),
        }
        let state = match rows.peek(&self.store).await {
            Ok(state) => state,
            Err(Error::NotAMember) => return Ok(None),
            Err(error) => return Err(error),
        };
        if state.values.is_some() && self.catch_up(rows, now).await.is_ok() {
            return Err(Error::AlreadyAMember);
        }
        Ok(Some(state))
    }
}

/// The private half of the key package that an invitation was made for.
async fn private_half(tx: &Tx, member: MemberId, waiting: &Invitation) -> Result<(Key, Values), Error> {
    let references = engine::references(&waiting.welcome).map_err(|why| Error::WelcomeRefused { why })?;
    for reference in references {
        let key = rows::private_key(member, &reference)?;
        if let Some(private) = tx.get(&key).await? {
            return Ok((key, record::unwrap_private(private.value.as_bytes())?));
        }
    }
    Err(Error::NoKeyPackage)
}

/// An event of this conversation: its correlation is the conversation's identifier.
pub(super) fn about(conversation: ConversationId, action: Action, by: MemberId, now: Timestamp) -> Event {
    Event::new(action, Actor::from(by), now).correlation(CorrelationId::from_bytes(*conversation.as_bytes()))
}
