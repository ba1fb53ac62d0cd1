use crate::{
    Assign, By, Membership, Policies, PolicyError, Purpose, Restrict,
    record::{self, Since},
    service,
};
use jiff::Timestamp;
use leeward_event::{Action as What, ConversationId, Reason, StaffId};
use leeward_store::{StoreError, Tx};

impl Policies {
    /// Assigns somebody to a conversation.
    ///
    /// # Errors
    /// [`PolicyError::Denied`] when the rules do not permit it to `by`, which is recorded;
    /// [`PolicyError::UnknownStaff`], [`PolicyError::Suspended`] and
    /// [`PolicyError::ConflictOfInterest`] for somebody who cannot be assigned; those of the store and
    /// the random source.
    pub async fn assign(
        &self,
        staff: StaffId,
        conversation: ConversationId,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let (place, by) = (Membership { staff, conversation }, by.into());
        let assigned = self.store.transact(|tx| async move {
            let authority = match self.authorize::<Assign>(&tx, by, place, Purpose::Operations, now).await? {
                Ok(authority) => authority,
                Err(denial) => return Ok(Err(denial)),
            };
            check_assignable(&tx, place).await?;
            tx.put(&record::assignment_key(place)?, Since(now).encode())?;
            self.tell(&tx, &authority.on_place(What::AssignmentMade, None, place, now))?;
            Ok::<_, PolicyError>(Ok(()))
        });
        Ok(assigned.await??)
    }

    /// Ends an assignment.
    ///
    /// # Errors
    /// [`PolicyError::Denied`] when the rules do not permit it to `by`, which is recorded; those of the
    /// store and the random source.
    pub async fn unassign(
        &self,
        staff: StaffId,
        conversation: ConversationId,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let place = Membership { staff, conversation };
        let end = |tx: &Tx| tx.delete(&record::assignment_key(place)?);
        self.restrict(place, by.into(), now, (What::AssignmentEnded, None), end).await
    }

    /// Records a conflict of interest: the person loses all access to the conversation, and nothing
    /// gives it back.
    ///
    /// # Errors
    /// As [`unassign`](Self::unassign).
    pub async fn recuse(
        &self,
        staff: StaffId,
        conversation: ConversationId,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let place = Membership { staff, conversation };
        let recuse = |tx: &Tx| {
            tx.put(&record::conflict_key(place)?, Since(now).encode())?;
            tx.delete(&record::assignment_key(place)?)?;
            tx.delete(&record::grant_key(place)?)
        };
        let what = (What::AssignmentEnded, Some(Reason::ConflictOfInterest));
        self.restrict(place, by.into(), now, what, recuse).await
    }

    /// Takes access away, if `by` may, and says so.
    pub(crate) async fn restrict<C>(
        &self,
        place: Membership,
        by: By,
        now: Timestamp,
        (what, why): (What, Option<Reason>),
        change: C,
    ) -> Result<(), PolicyError>
    where
        C: Fn(&Tx) -> Result<(), StoreError> + Send + Sync,
    {
        let change = &change;
        let restricted = self.store.transact(|tx| async move {
            let authority = match self.authorize::<Restrict>(&tx, by, place, Purpose::Operations, now).await?
            {
                Ok(authority) => authority,
                Err(denial) => return Ok(Err(denial)),
            };
            change(&tx)?;
            self.tell(&tx, &authority.on_place(what, why, place, now))?;
            Ok::<_, PolicyError>(Ok(()))
        });
        Ok(restricted.await??)
    }
}

async fn check_assignable(tx: &Tx, place: Membership) -> Result<(), PolicyError> {
    let record = service::staff_record(tx, place.staff).await?.ok_or(PolicyError::UnknownStaff)?;
    if record.suspended {
        return Err(PolicyError::Suspended);
    }
    if service::has_conflict(tx, place).await? {
        return Err(PolicyError::ConflictOfInterest);
    }
    Ok(())
}
