use crate::{
    Access, By, ManageStaff, Policies, PolicyError, Purpose, Role, StaffRecord, record::staff as rows,
    service,
};
use jiff::Timestamp;
use leeward_event::{Action as What, Detail, Outcome, Reason, StaffId};
use leeward_store::Scan;

/// What is done to the record of a member of staff, and what for.
pub(crate) struct Change<C> {
    pub(crate) purpose: Purpose,
    pub(crate) what: What,
    pub(crate) detail: Option<Detail>,
    /// The record as it is to be, from what there was.
    pub(crate) change: C,
}

impl Policies {
    /// Gives a role, and with the first one makes the record without which nothing is permitted.
    ///
    /// A role alone opens no record: see [`record_training`](Self::record_training).
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
            Ok(StaffRecord { roles: known.roles.with(role), ..known })
        };
        self.manage(staff, by.into(), now, (What::RoleGranted, Some(role.event_detail())), change).await
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
        let change =
            |known| there(known).map(|known| StaffRecord { roles: known.roles.without(role), ..known });
        self.manage(staff, by.into(), now, (What::RoleRevoked, Some(role.event_detail())), change).await
    }

    /// Puts somebody on the list of those who may break the glass, which no role does by itself.
    ///
    /// # Errors
    /// As [`revoke_role`](Self::revoke_role).
    pub async fn allow_break_glass(
        &self,
        staff: StaffId,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let change = |known| there(known).map(|known| StaffRecord { glass_eligible: true, ..known });
        self.manage(staff, by.into(), now, (What::RoleGranted, Some(Detail::OpenBreakGlass)), change).await
    }

    /// Takes somebody from that list. A grant that is open stays open: see
    /// [`close_break_glass`](Self::close_break_glass).
    ///
    /// # Errors
    /// As [`revoke_role`](Self::revoke_role).
    pub async fn disallow_break_glass(
        &self,
        staff: StaffId,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let change = |known| there(known).map(|known| StaffRecord { glass_eligible: false, ..known });
        self.manage(staff, by.into(), now, (What::RoleRevoked, Some(Detail::OpenBreakGlass)), change).await
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
        let change = |known| there(known).map(|known| StaffRecord { suspended: true, ..known });
        self.manage(staff, by.into(), now, (What::StaffSuspended, None), change).await
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
        let change = |known| there(known).map(|known| StaffRecord { suspended: false, ..known });
        self.manage(staff, by.into(), now, (What::StaffReinstated, None), change).await
    }

    /// What is on record about somebody. Whoever shows it asks for a decision first.
    ///
    /// # Errors
    /// Those of the store; [`PolicyError::Corrupt`].
    pub async fn staff(&self, staff: StaffId) -> Result<Option<StaffRecord>, PolicyError> {
        let entry = self.store.get(&rows::key(staff)?).await?;
        entry.map(|entry| rows::decode(entry.value.as_bytes())).transpose()
    }

    /// Everybody who may break the glass.
    ///
    /// # Errors
    /// Those of the store; [`PolicyError::Corrupt`].
    pub async fn glass_eligible(&self) -> Result<Vec<StaffId>, PolicyError> {
        let (mut eligible, mut rest) = (Vec::new(), Some(Scan::all(rows::everybody()?)));
        while let Some(scan) = rest {
            let page = self.store.scan(&scan).await?;
            for item in &page.items {
                let record = rows::decode(item.entry.value.as_bytes())?;
                let staff = rows::whose(&item.key).ok_or(PolicyError::Corrupt { what: "staff" })?;
                eligible.extend(record.glass_eligible.then_some(staff));
            }
            rest = page.next;
        }
        Ok(eligible)
    }

    async fn manage<C>(
        &self,
        staff: StaffId,
        by: By,
        now: Timestamp,
        (what, detail): (What, Option<Detail>),
        change: C,
    ) -> Result<(), PolicyError>
    where
        C: Fn(Option<StaffRecord>) -> Result<StaffRecord, PolicyError> + Send + Sync,
    {
        let change = Change { purpose: Purpose::Administration, what, detail, change };
        self.change_staff::<ManageStaff, _>(staff, by, now, &change).await
    }

    /// Changes a record, if `by` may do what `A` is, and says so.
    pub(crate) async fn change_staff<A, C>(
        &self,
        staff: StaffId,
        by: By,
        now: Timestamp,
        Change { purpose, what, detail, change }: &Change<C>,
    ) -> Result<(), PolicyError>
    where
        A: Access<Target = StaffId>,
        C: Fn(Option<StaffRecord>) -> Result<StaffRecord, PolicyError> + Send + Sync,
    {
        let changed = self.store.transact(|tx| async move {
            let authority = match self.authorize::<A>(&tx, by, staff, *purpose, now).await? {
                Ok(authority) => authority,
                Err(denial) => return Ok(Err(PolicyError::Denied(denial))),
            };
            let (how, changed) = match change(service::staff_record(&tx, staff).await?) {
                Ok(record) => {
                    tx.put(&rows::key(staff)?, rows::encode(&record))?;
                    ((Outcome::Success, None), Ok(()))
                }
                Err(refusal) => ((Outcome::Failure, Some(Reason::FactsUnavailable)), Err(refusal)),
            };
            self.tell(&tx, &authority.on_staff((*what, *detail), how, staff, now))?;
            Ok::<_, PolicyError>(changed)
        });
        changed.await?
    }
}

/// The record that there must be.
pub(crate) fn there(known: Option<StaffRecord>) -> Result<StaffRecord, PolicyError> {
    known.ok_or(PolicyError::UnknownStaff)
}
