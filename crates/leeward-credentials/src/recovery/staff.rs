use super::{Progress, Recoveries, RecoveryReference, cases::told};
use crate::AccountError;
use jiff::Timestamp;
use leeward_event::{Action, Actor, StaffId, assurance::Aal};

/// The two parts that staff take. Neither chooses or sees anything that opens the account: the secret of
/// the recovery stays with its owner, codes go to the owner's addresses alone, and what is bound in the
/// end is the owner's choice (ASVS 5.0 6.4.6). Who may do it is for the caller to decide; both are signed
/// in, so that no gate is asked for.
impl Recoveries {
    /// Says that `by` knows who asks, under the reference that they read aloud: the first of two. It opens
    /// the recovery if its owner has not proved anything yet.
    ///
    /// # Errors
    /// [`AccountError::SamePerson`] for the owner of the account, for whoever approved it, or when somebody
    /// else has vouched; [`AccountError::TooManyOpen`]; [`AccountError::Random`];
    /// [`AccountError::Corrupt`]; [`AccountError::Store`].
    pub async fn vouch(
        &self,
        account: StaffId,
        reference: RecoveryReference,
        level: Aal,
        by: StaffId,
        now: Timestamp,
    ) -> Result<Progress, AccountError> {
        self.store
            .transact(|tx| async move {
                let actor = Actor::Staff(by);
                let about = (account, reference, level);
                let vouch = |case: super::Case, heard| case.vouch(by, heard, &self.policy, now);
                let progress = self.change(&tx, about, actor, None, now, vouch).await?;
                self.tell(&tx, &told(Action::RecoveryApproved, actor, account, reference, now))?;
                Ok(progress)
            })
            .await
    }

    /// Agrees to what another vouched for: the second of two.
    ///
    /// # Errors
    /// [`AccountError::Rejected`] when there is no such open recovery; [`AccountError::MoreNeeded`] when
    /// nobody has vouched; [`AccountError::SamePerson`] for the owner of the account or whoever vouched;
    /// [`AccountError::Random`]; [`AccountError::Corrupt`]; [`AccountError::Store`].
    pub async fn approve(
        &self,
        account: StaffId,
        reference: RecoveryReference,
        by: StaffId,
        now: Timestamp,
    ) -> Result<Progress, AccountError> {
        self.store
            .transact(|tx| async move {
                let cases = self.cases(&tx, account, now).await?;
                let case = cases.into_iter().find(|case| case.reference == reference);
                let level = case.ok_or(AccountError::Rejected)?.level;
                let actor = Actor::Staff(by);
                let about = (account, reference, level);
                let approve = |case: super::Case, heard| case.approve(by, heard, &self.policy, now);
                let progress = self.change(&tx, about, actor, None, now, approve).await?;
                self.tell(&tx, &told(Action::RecoveryApproved, actor, account, reference, now))?;
                Ok(progress)
            })
            .await
    }
}
