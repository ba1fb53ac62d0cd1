use crate::{
    By, ManageTeam, Period, Policies, PolicyError, Purpose, RecordTraining, StaffRecord, break_glass,
    staff::{Change, there},
};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{Action as What, StaffId};

/// The longest time on duty. Whoever works longer is put on duty again.
const LONGEST_DUTY: SignedDuration = SignedDuration::from_hours(24);

impl Policies {
    /// Records that somebody's training counts from now until `until`. Without it no content is theirs to read.
    /// A moment that is not after `now` says that it no longer counts.
    ///
    /// # Errors
    /// [`PolicyError::Denied`] when the rules do not permit it to `by`; [`PolicyError::UnknownStaff`]; both are
    /// recorded. Those of the store and the random source.
    pub async fn record_training(
        &self,
        staff: StaffId,
        until: Timestamp,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let change = |known| Ok(StaffRecord { trained: period(now, until), ..there(known)? });
        let change =
            Change { purpose: Purpose::Operations, what: What::TrainingRecorded, detail: None, change };
        self.change_staff::<RecordTraining, _>(staff, by.into(), now, &change).await
    }

    /// Puts somebody on duty until `until`, which is a day at the most.
    ///
    /// # Errors
    /// As [`record_training`](Self::record_training); [`PolicyError::DutyWindow`], which is not recorded.
    pub async fn begin_duty(
        &self,
        staff: StaffId,
        until: Timestamp,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let length = until.duration_since(now);
        if !length.is_positive() || length > LONGEST_DUTY {
            return Err(PolicyError::DutyWindow);
        }
        self.change_duty(staff, period(now, until), by.into(), now).await
    }

    /// Takes somebody off duty.
    ///
    /// # Errors
    /// As [`record_training`](Self::record_training).
    pub async fn end_duty(
        &self,
        staff: StaffId,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        self.change_duty(staff, Period::NEVER, by.into(), now).await
    }

    async fn change_duty(
        &self,
        staff: StaffId,
        on_duty: Period,
        by: By,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let change = |known| Ok(StaffRecord { on_duty, ..there(known)? });
        let change = Change { purpose: Purpose::Operations, what: What::DutyChanged, detail: None, change };
        self.change_staff::<ManageTeam, _>(staff, by, now, &change).await
    }
}

/// A period as a record keeps it.
fn period(from: Timestamp, until: Timestamp) -> Period {
    let [from, until] = [from, until].map(break_glass::to_millisecond);
    Period { from, until }
}
