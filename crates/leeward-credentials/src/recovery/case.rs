use super::{Method, RecoveryPolicy, RecoveryReference, Step, handle::level_code};
use crate::AccountError;
use jiff::{SignedDuration, Timestamp};
use leeward_event::{
    StaffId,
    assurance::{Aal, Recovered},
};
use leeward_notify::AddressId;

/// What is known of one recovery: the state, with the rules that take it to the next.
///
/// Pure: a service with a schema of its own keeps [`Recoveries`](super::Recoveries) away and this. Each
/// rule takes the case and gives it back changed, or an error and nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    pub(super) account: StaffId,
    pub(super) reference: RecoveryReference,
    /// The highest level that the account was said to have, ever.
    pub(super) level: Aal,
    pub(super) methods: u8,
    /// The first address that got a code: it may be the one that was taken over.
    pub(super) address: Option<AddressId>,
    pub(super) vouched_by: Option<StaffId>,
    pub(super) approved_by: Option<StaffId>,
    pub(super) started_at: Timestamp,
    /// When the time to object is over, once enough was proved.
    pub(super) ready_at: Option<Timestamp>,
    pub(super) objection: Objection,
}

/// What is kept of the code by which the owner can object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Objection(pub [u8; 32]);

/// How long a case is open that does not come to its end, and how long an end waits to be taken.
const OPEN: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How far the clocks of two machines may be apart.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

impl Case {
    /// Opens a case, in which nothing is proved yet.
    #[must_use]
    pub const fn open(
        account: StaffId,
        reference: RecoveryReference,
        level: Aal,
        objection: Objection,
        now: Timestamp,
    ) -> Self {
        Self {
            account,
            reference,
            level,
            methods: 0,
            address: None,
            vouched_by: None,
            approved_by: None,
            started_at: now,
            ready_at: None,
            objection,
        }
    }

    /// Adds what was proved. `heard` says whether another address than the one that got a code can be
    /// told in time, on which the time to object depends. That time begins when enough was proved, and anew
    /// when what was proved is enough for a higher level: whoever begins with too low a one gains nothing.
    ///
    /// # Errors
    /// [`AccountError::OtherProof`] for a step of another account.
    #[expect(clippy::needless_pass_by_value, reason = "a step is used up")]
    pub fn prove(
        mut self,
        step: Step,
        heard: bool,
        policy: &RecoveryPolicy,
        now: Timestamp,
    ) -> Result<Self, AccountError> {
        if step.account() != self.account {
            return Err(AccountError::OtherProof);
        }
        let before = self.reached(policy);
        self.methods |= step.method().bit();
        self.address = self.address.or(step.address);
        Ok(self.set_ready(before, heard, policy, now))
    }

    /// A member of staff says that they know who asks: the first of two.
    ///
    /// # Errors
    /// [`AccountError::SamePerson`] for the owner of the account, or whoever approved it.
    pub fn vouch(
        mut self,
        by: StaffId,
        heard: bool,
        policy: &RecoveryPolicy,
        now: Timestamp,
    ) -> Result<Self, AccountError> {
        if by == self.account || self.approved_by == Some(by) || self.vouched_by.is_some_and(|one| one != by)
        {
            return Err(AccountError::SamePerson);
        }
        let before = self.reached(policy);
        self.vouched_by = Some(by);
        Ok(self.set_ready(before, heard, policy, now))
    }

    /// Another member of staff agrees: the second of two.
    ///
    /// # Errors
    /// [`AccountError::SamePerson`] for the owner of the account, or whoever vouched;
    /// [`AccountError::MoreNeeded`] when nobody has vouched.
    pub fn approve(
        mut self,
        by: StaffId,
        heard: bool,
        policy: &RecoveryPolicy,
        now: Timestamp,
    ) -> Result<Self, AccountError> {
        let vouched_by = self.vouched_by.ok_or(AccountError::MoreNeeded)?;
        if by == self.account || by == vouched_by {
            return Err(AccountError::SamePerson);
        }
        let before = self.reached(policy);
        self.approved_by = Some(by);
        Ok(self.set_ready(before, heard, policy, now))
    }

    /// Ends the case: the account is recovered, if enough was proved for `level`, or for any level that
    /// the account was said to have before, and the time to object is over.
    ///
    /// # Errors
    /// [`AccountError::MoreNeeded`]; [`AccountError::CoolingOff`]; [`AccountError::Rejected`] for a case
    /// that is no longer open.
    pub fn finish(
        mut self,
        level: Aal,
        policy: &RecoveryPolicy,
        now: Timestamp,
    ) -> Result<Recovered, AccountError> {
        if !self.is_open(policy, now) {
            return Err(AccountError::Rejected);
        }
        self.level = self.level.max(level);
        let ready_at = self.ready_at.filter(|_| self.is_enough(policy)).ok_or(AccountError::MoreNeeded)?;
        if now < ready_at {
            return Err(AccountError::CoolingOff {
                retry_after: ready_at.duration_since(now).unsigned_abs(),
            });
        }
        Ok(Recovered::assume_recovered(self.account, next_millisecond(now)))
    }

    /// Whether what was proved is as strong as the account.
    ///
    /// A code that was saved or issued is always among it, since an authenticator alone is a sign-in. For
    /// [`Aal::Two`] it takes two different methods (NIST SP 800-63B-4 4.2.2.2), or one and the approval of
    /// two members of staff; for [`Aal::Three`] two methods and that approval.
    #[must_use]
    pub fn is_enough(&self, policy: &RecoveryPolicy) -> bool {
        self.is_enough_for(self.level, policy)
    }

    fn is_enough_for(&self, level: Aal, policy: &RecoveryPolicy) -> bool {
        let approved = self.vouched_by.is_some() && self.approved_by.is_some();
        let code = self.has(Method::SavedCode) || self.has(Method::IssuedCode);
        let methods = Method::ALL.into_iter().filter(|method| self.has(*method)).count();
        let alone = approved && policy.lets_approval_suffice();
        match level {
            Aal::One => code || alone,
            Aal::Two => (code && (methods >= 2 || approved)) || alone,
            Aal::Three => code && methods >= 2 && approved,
        }
    }

    /// Whether it still leads anywhere. A case of the future was written by a clock that has gone back
    /// since: how long its owner had to object, nobody knows.
    #[must_use]
    pub fn is_open(&self, policy: &RecoveryPolicy, now: Timestamp) -> bool {
        let until = self.closes_at(policy);
        self.started_at.duration_since(now) <= CLOCK_SKEW && now < until
    }

    /// When it is over by itself.
    #[must_use]
    pub fn closes_at(&self, policy: &RecoveryPolicy) -> Timestamp {
        let from = self.ready_at.unwrap_or(self.started_at);
        let open = if self.ready_at.is_some() { OPEN } else { OPEN.max(policy.longest()) };
        from.checked_add(open).unwrap_or(Timestamp::MAX)
    }

    /// Whose account it is.
    #[must_use]
    pub const fn account(&self) -> StaffId {
        self.account
    }

    /// What it is called between its owner and staff.
    #[must_use]
    pub const fn reference(&self) -> RecoveryReference {
        self.reference
    }

    /// When it was opened.
    #[must_use]
    pub const fn started_at(&self) -> Timestamp {
        self.started_at
    }

    /// When the time to object is over, once enough was proved.
    #[must_use]
    pub const fn ready_at(&self) -> Option<Timestamp> {
        self.ready_at
    }

    /// Whether something was proved in this way.
    #[must_use]
    pub const fn has(&self, method: Method) -> bool {
        self.methods & method.bit() != 0
    }

    /// Who vouched and who approved.
    #[must_use]
    pub const fn staff(&self) -> (Option<StaffId>, Option<StaffId>) {
        (self.vouched_by, self.approved_by)
    }

    /// Whether its owner has proved nothing and no two members of staff agree: such a case gives way to
    /// another, so that one of them alone cannot hold every place.
    pub(super) const fn is_bare(&self) -> bool {
        self.methods == 0 && self.approved_by.is_none()
    }

    pub(super) const fn level_code(&self) -> u8 {
        level_code(self.level)
    }

    /// The highest level for which enough was proved.
    fn reached(&self, policy: &RecoveryPolicy) -> Option<Aal> {
        [Aal::Three, Aal::Two, Aal::One].into_iter().find(|level| self.is_enough_for(*level, policy))
    }

    fn set_ready(
        mut self,
        before: Option<Aal>,
        heard: bool,
        policy: &RecoveryPolicy,
        now: Timestamp,
    ) -> Self {
        let rose = self.reached(policy) > before;
        if self.is_enough(policy) && (rose || self.ready_at.is_none()) {
            let ready_at = now.checked_add(policy.time_to_object(heard)).unwrap_or(Timestamp::MAX);
            self.ready_at = self.ready_at.max(Some(ready_at));
        }
        self
    }
}

/// Where sessions are ended at the moment of a recovery, what it starts must not count as from before it.
fn next_millisecond(now: Timestamp) -> Timestamp {
    let whole = now.as_millisecond();
    let whole = if now.as_nanosecond().rem_euclid(1_000_000) == 0 { whole } else { whole.saturating_add(1) };
    Timestamp::from_millisecond(whole).unwrap_or(now)
}

impl std::fmt::Debug for Objection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Objection([redacted])")
    }
}
