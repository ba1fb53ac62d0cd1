use crate::{
    Assign, By, GrantState, Membership, Policies, PolicyError, Purpose, RecordOf, Restrict,
    record::{self, Since, grant as rows},
    service,
};
use jiff::Timestamp;
use leeward_event::{Action as What, Outcome, Reason, StaffId};
use leeward_store::{Key, StoreError, Tx};

/// Which access is taken away.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Restriction {
    Assignment,
    BreakGlass,
    /// Both, and what might come later.
    Everything,
}

impl Policies {
    /// Assigns somebody to a conversation.
    ///
    /// # Errors
    /// [`PolicyError::Denied`] when the rules do not permit it to `by`;
    /// [`PolicyError::UnknownStaff`], [`PolicyError::Suspended`] and
    /// [`PolicyError::ConflictOfInterest`] for somebody who cannot be assigned; those of the store and
    /// the random source. Each refusal is recorded: it tells who asks something about a person.
    pub async fn assign(
        &self,
        staff: StaffId,
        of: impl Into<RecordOf>,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let (place, by) = (Membership { staff, of: of.into() }, by.into());
        let assigned = self.store.transact(|tx| async move {
            let authority = match self.authorize::<Assign>(&tx, by, place, Purpose::Operations, now).await? {
                Ok(authority) => authority,
                Err(denial) => return Ok(Err(PolicyError::Denied(denial))),
            };
            let refused = why_not_assignable(&tx, place).await?;
            let how = match &refused {
                Some((_, why)) => (Outcome::Failure, Some(*why)),
                None => (Outcome::Success, None),
            };
            if refused.is_none() {
                tx.put(&record::assignment_key(place)?, Since(now).encode())?;
            }
            self.tell(&tx, &authority.on_place(&[What::AssignmentMade], how, place, now))?;
            Ok::<_, PolicyError>(refused.map_or(Ok(()), |(refusal, _)| Err(refusal)))
        });
        assigned.await?
    }

    /// Ends an assignment. One that is not there is no error, and nothing is told to have ended.
    ///
    /// # Errors
    /// [`PolicyError::Denied`] when the rules do not permit it to `by`, which is recorded; those of the
    /// store and the random source.
    pub async fn unassign(
        &self,
        staff: StaffId,
        of: impl Into<RecordOf>,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        self.restrict(Membership { staff, of: of.into() }, by.into(), now, Restriction::Assignment).await
    }

    /// Records a conflict of interest: the person loses all access to the conversation, and gets none
    /// until somebody else [lifts](Self::lift_conflict) it.
    ///
    /// # Errors
    /// As [`unassign`](Self::unassign).
    pub async fn recuse(
        &self,
        staff: StaffId,
        of: impl Into<RecordOf>,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        self.restrict(Membership { staff, of: of.into() }, by.into(), now, Restriction::Everything).await
    }

    /// Lifts a conflict of interest that was recorded by mistake, or is over. It gives no access back.
    ///
    /// Whoever may assign somebody may do it, and so nobody for themselves.
    ///
    /// # Errors
    /// As [`unassign`](Self::unassign).
    pub async fn lift_conflict(
        &self,
        staff: StaffId,
        of: impl Into<RecordOf>,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let (place, by) = (Membership { staff, of: of.into() }, by.into());
        let lifted = self.store.transact(|tx| async move {
            let authority = match self.authorize::<Assign>(&tx, by, place, Purpose::Operations, now).await? {
                Ok(authority) => authority,
                Err(denial) => return Ok(Err(denial)),
            };
            let lifted = delete(&tx, &record::conflict_key(place)?).await?;
            let told = lifted.then_some(What::ConflictLifted);
            self.tell(&tx, &authority.on_place(told.as_slice(), (Outcome::Success, None), place, now))?;
            Ok::<_, PolicyError>(Ok(()))
        });
        Ok(lifted.await??)
    }

    /// Takes access away, if `by` may, and says so.
    pub(crate) async fn restrict(
        &self,
        place: Membership,
        by: By,
        now: Timestamp,
        restriction: Restriction,
    ) -> Result<(), PolicyError> {
        let restricted = self.store.transact(|tx| async move {
            let authority = match self.authorize::<Restrict>(&tx, by, place, Purpose::Operations, now).await?
            {
                Ok(authority) => authority,
                Err(denial) => return Ok(Err(denial)),
            };
            let ended = take_away(&tx, place, restriction, now).await?;
            let why = (restriction == Restriction::Everything).then_some(Reason::ConflictOfInterest);
            self.tell(&tx, &authority.on_place(&ended, (Outcome::Success, why), place, now))?;
            Ok::<_, PolicyError>(Ok(()))
        });
        Ok(restricted.await??)
    }
}

/// What ended by it.
async fn take_away(
    tx: &Tx,
    place: Membership,
    restriction: Restriction,
    now: Timestamp,
) -> Result<Vec<What>, PolicyError> {
    let everything = restriction == Restriction::Everything;
    let mut ended = Vec::new();
    if everything {
        tx.put(&record::conflict_key(place)?, Since(now).encode())?;
    }
    if restriction != Restriction::BreakGlass {
        let assigned = delete(tx, &record::assignment_key(place)?).await?;
        // It is also what tells of the conflict.
        ended.extend((assigned || everything).then_some(What::AssignmentEnded));
    }
    if restriction != Restriction::Assignment {
        let open = end_grant(tx, place).await?;
        ended.extend(open.then_some(What::BreakGlassClosed));
    }
    Ok(ended)
}

/// Whether a grant was open. It stays, and waits for its review.
async fn end_grant(tx: &Tx, place: Membership) -> Result<bool, PolicyError> {
    // One that cannot be read denies its holder everything as it is.
    let grant = match service::grant(tx, place.staff).await {
        Err(PolicyError::Corrupt { .. }) => None,
        grant => grant?,
    };
    let open = grant.filter(|grant| grant.of == place.of && grant.state == GrantState::Open);
    if let Some(grant) = open {
        tx.put(&rows::grant_key(place.staff)?, rows::encode_grant(&grant.ended()))?;
    }
    Ok(open.is_some())
}

/// Whether there was something to delete. What cannot be read is, too.
async fn delete(tx: &Tx, key: &Key) -> Result<bool, StoreError> {
    if matches!(tx.get(key).await, Ok(None)) {
        return Ok(false);
    }
    tx.delete(key)?;
    Ok(true)
}

async fn why_not_assignable(
    tx: &Tx,
    place: Membership,
) -> Result<Option<(PolicyError, Reason)>, PolicyError> {
    let record = service::staff_record(tx, place.staff).await?;
    Ok(match record {
        None => Some((PolicyError::UnknownStaff, Reason::FactsUnavailable)),
        Some(record) if record.suspended => Some((PolicyError::Suspended, Reason::Suspended)),
        Some(_) if service::has_conflict(tx, place).await? => {
            Some((PolicyError::ConflictOfInterest, Reason::ConflictOfInterest))
        }
        Some(_) => None,
    })
}
