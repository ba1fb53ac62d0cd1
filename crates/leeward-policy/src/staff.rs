use crate::{
    By, ManageStaff, Policies, PolicyError, Purpose, Role,
    record::{self, StaffRecord},
    service,
};
use jiff::Timestamp;
use leeward_event::{Action as What, Detail, Outcome, Reason, StaffId};

impl Policies {
    /// Gives a role, and with the first one makes the record without which nothing is permitted.
    ///
    /// # Errors
    /// [`PolicyError::Denied`] when the rules do not permit it to `by`, which is recorded;
    /// [`PolicyError::NotForStaff`]; those of the store and the random source.
    pub async fn grant_role(
        &self,
        staff: StaffId,
        role: Role,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        if !role.is_staff() {
            return Err(PolicyError::NotForStaff);
        }
        let change = |known: Option<StaffRecord>| {
            let known = known.unwrap_or(StaffRecord::NEW);
            Some(StaffRecord { roles: known.roles.with(role), ..known })
        };
        self.change_staff(staff, by.into(), now, (What::RoleGranted, Some(role.event_detail())), change).await
    }

    /// Takes a role.
    ///
    /// # Errors
    /// As [`grant_role`](Self::grant_role); [`PolicyError::UnknownStaff`], which is recorded too.
    pub async fn revoke_role(
        &self,
        staff: StaffId,
        role: Role,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let change = |known: Option<StaffRecord>| {
            known.map(|known| StaffRecord { roles: known.roles.without(role), ..known })
        };
        self.change_staff(staff, by.into(), now, (What::RoleRevoked, Some(role.event_detail())), change).await
    }

    /// Denies somebody everything until they are [reinstated](Self::reinstate).
    ///
    /// # Errors
    /// As [`revoke_role`](Self::revoke_role).
    pub async fn suspend(
        &self,
        staff: StaffId,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let change = |known: Option<StaffRecord>| known.map(|known| StaffRecord { suspended: true, ..known });
        self.change_staff(staff, by.into(), now, (What::StaffSuspended, None), change).await
    }

    /// Ends a suspension.
    ///
    /// # Errors
    /// As [`revoke_role`](Self::revoke_role).
    pub async fn reinstate(
        &self,
        staff: StaffId,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let change =
            |known: Option<StaffRecord>| known.map(|known| StaffRecord { suspended: false, ..known });
        self.change_staff(staff, by.into(), now, (What::StaffReinstated, None), change).await
    }

    async fn change_staff<C>(
        &self,
        staff: StaffId,
        by: By,
        now: Timestamp,
        what: (What, Option<Detail>),
        change: C,
    ) -> Result<(), PolicyError>
    where
        C: Fn(Option<StaffRecord>) -> Option<StaffRecord> + Send + Sync,
    {
        let change = &change;
        let changed = self.store.transact(|tx| async move {
            let authority =
                match self.authorize::<ManageStaff>(&tx, by, staff, Purpose::Administration, now).await? {
                    Ok(authority) => authority,
                    Err(denial) => return Ok(Err(PolicyError::Denied(denial))),
                };
            let Some(record) = change(service::staff_record(&tx, staff).await?) else {
                let how = (Outcome::Failure, Some(Reason::FactsUnavailable));
                self.tell(&tx, &authority.on_staff(what, how, staff, now))?;
                return Ok(Err(PolicyError::UnknownStaff));
            };
            tx.put(&record::staff_key(staff)?, record.encode())?;
            self.tell(&tx, &authority.on_staff(what, (Outcome::Success, None), staff, now))?;
            Ok::<_, PolicyError>(Ok(()))
        });
        changed.await?
    }
}
