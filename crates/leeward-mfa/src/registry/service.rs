use super::{Roster, key};
use crate::{Bound, Factor, FactorState, Mfa, MfaError, Permit, label::Label, material};
use jiff::Timestamp;
use leeward_event::{
    Action, Actor, AuthenticatorId, Event, Reason, StaffId, Subject,
    assurance::{Proof, Requirement},
};
use leeward_notify::{Notice, NoticeKind};
use leeward_store::{Entry, Store, StoreError, Tx};
use ring::rand::SystemRandom;

impl Mfa {
    /// The factors of `account`, in the order in which they were bound.
    ///
    /// # Errors
    /// [`MfaError::Record`]; [`MfaError::Store`].
    pub async fn factors(&self, account: StaffId) -> Result<Vec<Factor>, MfaError> {
        Ok(read_store(&self.store, account).await?.factors)
    }

    /// Which factors of `account` would fulfil `requirement` at `now`, were they proved beside what was:
    /// what to ask for when a requirement is not met. None when it is met already.
    ///
    /// What the [`Profile`](crate::Profile) does not accept fulfils nothing. Of a passkey it is supposed that it verifies its user as it did when it was bound.
    ///
    /// # Errors
    /// [`MfaError::Record`]; [`MfaError::Store`].
    pub async fn would_fulfil(
        &self,
        account: StaffId,
        requirement: &Requirement,
        proofs: &[Proof],
        now: Timestamp,
    ) -> Result<Vec<Factor>, MfaError> {
        let proofs = &self.counting(proofs);
        if requirement.is_met_by(proofs, now) {
            return Ok(Vec::new());
        }
        let would = |factor: &Factor| {
            let another = (factor.kind, factor.authenticator);
            self.counts(factor) && requirement.would_be_met_with(another, proofs, now)
        };
        Ok(self.factors(account).await?.into_iter().filter(would).collect())
    }

    /// Gives a factor another name.
    ///
    /// # Errors
    /// [`MfaError::Label`]; [`MfaError::NotEnrolled`]; [`MfaError::NotPermitted`];
    /// [`MfaError::StalePermit`]; [`MfaError::Random`]; [`MfaError::Store`].
    pub async fn rename(
        &self,
        permit: &Permit,
        authenticator: AuthenticatorId,
        name: &str,
        now: Timestamp,
    ) -> Result<(), MfaError> {
        let name = &Label::new(name)?;
        let change = Change { action: Action::FactorRenamed, notice: None, now };
        self.store
            .transact(|tx| async move {
                let mut roster = permitted(&tx, permit, now).await?;
                roster.find_mut(authenticator)?.name = name.clone();
                write(&tx, permit.account(), &roster)?;
                change.stage(&tx, permit, &self.rng)
            })
            .await
    }

    /// Takes a factor away for good, and what it was checked with.
    ///
    /// # Errors
    /// [`MfaError::LastFactor`] for the last one that counts at every sign-in: that is
    /// [`revoke_last`](Self::revoke_last); [`MfaError::NeedsAlternative`] while a telephone is bound and
    /// this is the alternative to it; [`MfaError::NotEnrolled`]; [`MfaError::NotPermitted`];
    /// [`MfaError::StalePermit`]; [`MfaError::Random`]; [`MfaError::Store`].
    pub async fn revoke(
        &self,
        permit: &Permit,
        authenticator: AuthenticatorId,
        now: Timestamp,
    ) -> Result<(), MfaError> {
        self.take_away(permit, authenticator, false, now).await
    }

    /// As [`revoke`](Self::revoke), and though it is the last one: the account then signs in with what
    /// is left of it.
    ///
    /// # Errors
    /// Those of [`revoke`](Self::revoke), but [`MfaError::LastFactor`].
    pub async fn revoke_last(
        &self,
        permit: &Permit,
        authenticator: AuthenticatorId,
        now: Timestamp,
    ) -> Result<(), MfaError> {
        self.take_away(permit, authenticator, true, now).await
    }

    /// Lets a factor count for nothing until it is [reinstated](Self::reinstate), since it may be in
    /// wrong hands. Nobody's permission is needed for it: `by` and `why` go into the event.
    ///
    /// # Errors
    /// [`MfaError::NotEnrolled`]; [`MfaError::Random`]; [`MfaError::Store`].
    pub async fn suspend(
        &self,
        account: StaffId,
        authenticator: AuthenticatorId,
        by: Actor,
        why: Reason,
        now: Timestamp,
    ) -> Result<(), MfaError> {
        let rng = &self.rng;
        self.store
            .transact(|tx| async move { suspend(&tx, account, authenticator, by, why, rng, now).await })
            .await
    }

    /// Lets a suspended factor count again. It takes as much as binding one.
    ///
    /// # Errors
    /// [`MfaError::NotEnrolled`]; [`MfaError::NotPermitted`]; [`MfaError::StalePermit`];
    /// [`MfaError::Random`]; [`MfaError::Store`].
    pub async fn reinstate(
        &self,
        permit: &Permit,
        authenticator: AuthenticatorId,
        now: Timestamp,
    ) -> Result<(), MfaError> {
        let notice = Some(NoticeKind::FactorReinstated);
        let change = Change { action: Action::FactorReinstated, notice, now };
        self.store
            .transact(|tx| async move {
                let mut roster = permitted(&tx, permit, now).await?;
                if !roster.set_state(authenticator, FactorState::Active)? {
                    return Ok(());
                }
                write(&tx, permit.account(), &roster)?;
                change.stage(&tx, permit, &self.rng)
            })
            .await
    }

    async fn take_away(
        &self,
        permit: &Permit,
        authenticator: AuthenticatorId,
        even_last: bool,
        now: Timestamp,
    ) -> Result<(), MfaError> {
        let change = Change { action: Action::FactorRemoved, notice: Some(NoticeKind::FactorRemoved), now };
        self.store
            .transact(|tx| async move {
                let mut roster = permitted(&tx, permit, now).await?;
                let factor = roster.remove(authenticator, even_last)?;
                write(&tx, permit.account(), &roster)?;
                material::forget(&tx, permit.account(), &factor).await?;
                change.stage(&tx, permit, &self.rng)
            })
            .await
    }
}

/// Binds a factor if the permit is strong enough for it, with its event and its notice.
pub(crate) async fn bind(
    tx: &Tx,
    permit: &Permit,
    factor: Factor,
    rng: &SystemRandom,
    now: Timestamp,
) -> Result<Bound, MfaError> {
    let mut roster = read(tx, permit.account()).await?;
    permit.check_binds(roster.needed_to_bind(factor.kind), now)?;
    let authenticator = factor.authenticator;
    let first = roster.add(factor)?;
    write(tx, permit.account(), &roster)?;
    let change = Change { action: Action::FactorEnrolled, notice: Some(NoticeKind::FactorAdded), now };
    change.stage(tx, permit, rng)?;
    Ok(Bound { authenticator, first })
}

/// Binds a factor of which an account has one, in place of the one it had, which is given back.
pub(crate) async fn replace(
    tx: &Tx,
    permit: &Permit,
    factor: Factor,
    now: Timestamp,
) -> Result<(Bound, Option<Factor>), MfaError> {
    let mut roster = read(tx, permit.account()).await?;
    permit.check_binds(roster.needed_to_bind(factor.kind), now)?;
    let (authenticator, kind) = (factor.authenticator, factor.kind);
    let place = roster.factors.iter().position(|old| old.kind == kind);
    let old = place.map(|place| roster.factors.remove(place));
    let first = roster.add(factor)? && old.is_none();
    write(tx, permit.account(), &roster)?;
    Ok((Bound { authenticator, first }, old))
}

/// Suspends a factor, with its event and its notice. Of one that is suspended nothing is told.
pub(crate) async fn suspend(
    tx: &Tx,
    account: StaffId,
    authenticator: AuthenticatorId,
    by: Actor,
    why: Reason,
    rng: &SystemRandom,
    now: Timestamp,
) -> Result<(), MfaError> {
    let mut roster = read(tx, account).await?;
    if !roster.set_state(authenticator, FactorState::Suspended)? {
        return Ok(());
    }
    write(tx, account, &roster)?;
    let event = Event::new(Action::FactorSuspended, by, now).about(Subject::Staff(account)).reason(why);
    tx.stage(|batch| event.stage(batch, rng))?;
    let notice = Notice::new(account, NoticeKind::FactorSuspended, now);
    Ok(tx.stage(|batch| notice.stage(batch, rng))?)
}

/// The factors of an account; none of one that was erased.
pub(crate) async fn read(tx: &Tx, account: StaffId) -> Result<Roster, MfaError> {
    decode(tx.get(&key(account)?).await)
}

/// As [`read`], outside a transaction.
pub(crate) async fn read_store(store: &Store, account: StaffId) -> Result<Roster, MfaError> {
    decode(store.get(&key(account)?).await)
}

/// Writes the list down: over what was read in this transaction.
fn write(tx: &Tx, account: StaffId, roster: &Roster) -> Result<(), MfaError> {
    Ok(tx.put(&key(account)?, roster.to_bytes())?)
}

fn decode(read: Result<Option<Entry>, StoreError>) -> Result<Roster, MfaError> {
    match read {
        Ok(Some(entry)) => Roster::from_bytes(entry.value.as_bytes()),
        Ok(None) | Err(StoreError::Erased { .. }) => Ok(Roster::default()),
        Err(error) => Err(error.into()),
    }
}

/// The factors of an account whose owner may change them.
async fn permitted(tx: &Tx, permit: &Permit, now: Timestamp) -> Result<Roster, MfaError> {
    let roster = read(tx, permit.account()).await?;
    permit.check_changes(roster.highest(), now)?;
    Ok(roster)
}

/// What is told of a change.
#[derive(Clone, Copy)]
struct Change {
    action: Action,
    notice: Option<NoticeKind>,
    now: Timestamp,
}

impl Change {
    fn stage(self, tx: &Tx, permit: &Permit, rng: &SystemRandom) -> Result<(), MfaError> {
        let account = permit.account();
        let event = Event::new(self.action, permit.actor(), self.now).about(Subject::Staff(account));
        let event = permit.reason().map_or(event, |why| event.reason(why));
        tx.stage(|batch| event.stage(batch, rng))?;
        if let Some(kind) = self.notice {
            let notice = Notice::new(account, kind, self.now);
            tx.stage(|batch| notice.stage(batch, rng))?;
        }
        Ok(())
    }
}
