use crate::{
    By, ManageTeam, Policies, PolicyError, Purpose, StaffRecord,
    staff::{Change, there},
};
use jiff::Timestamp;
use leeward_event::{Action as What, Detail, StaffId, TeamId};
use std::collections::BTreeSet;

impl Policies {
    /// Puts somebody into a team. Which records belong to it is said by [`describe`](Self::describe).
    ///
    /// # Errors
    /// [`PolicyError::Denied`] when the rules do not permit it to `by`; [`PolicyError::UnknownStaff`];
    /// [`PolicyError::TooManyTeams`]; all three are recorded. Those of the store and the random source.
    pub async fn join_team(
        &self,
        staff: StaffId,
        team: TeamId,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let change = |known| {
            let known = there(known)?;
            Ok(StaffRecord { teams: with(known.teams.clone(), team)?, ..known })
        };
        self.change_teams(staff, by.into(), now, Detail::Team, change).await
    }

    /// Takes somebody out of a team.
    ///
    /// # Errors
    /// As [`join_team`](Self::join_team).
    pub async fn leave_team(
        &self,
        staff: StaffId,
        team: TeamId,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let change = |known| {
            let known = there(known)?;
            Ok(StaffRecord { teams: without(known.teams.clone(), team), ..known })
        };
        self.change_teams(staff, by.into(), now, Detail::Team, change).await
    }

    /// Has somebody supervise a team.
    ///
    /// # Errors
    /// As [`join_team`](Self::join_team).
    pub async fn supervise_team(
        &self,
        staff: StaffId,
        team: TeamId,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let change = |known| {
            let known = there(known)?;
            Ok(StaffRecord { supervises: with(known.supervises.clone(), team)?, ..known })
        };
        self.change_teams(staff, by.into(), now, Detail::Supervision, change).await
    }

    /// Ends that somebody supervises a team.
    ///
    /// # Errors
    /// As [`join_team`](Self::join_team).
    pub async fn end_supervision(
        &self,
        staff: StaffId,
        team: TeamId,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let change = |known| {
            let known = there(known)?;
            Ok(StaffRecord { supervises: without(known.supervises.clone(), team), ..known })
        };
        self.change_teams(staff, by.into(), now, Detail::Supervision, change).await
    }

    async fn change_teams<C>(
        &self,
        staff: StaffId,
        by: By,
        now: Timestamp,
        detail: Detail,
        change: C,
    ) -> Result<(), PolicyError>
    where
        C: Fn(Option<StaffRecord>) -> Result<StaffRecord, PolicyError> + Send + Sync,
    {
        let what = What::RelationshipChanged;
        let change = Change { purpose: Purpose::Operations, what, detail: Some(detail), change };
        self.change_staff::<ManageTeam, _>(staff, by, now, &change).await
    }
}

fn with(mut teams: BTreeSet<TeamId>, team: TeamId) -> Result<BTreeSet<TeamId>, PolicyError> {
    teams.insert(team);
    (teams.len() <= StaffRecord::MAX_TEAMS).then_some(teams).ok_or(PolicyError::TooManyTeams)
}

fn without(mut teams: BTreeSet<TeamId>, team: TeamId) -> BTreeSet<TeamId> {
    teams.remove(&team);
    teams
}
