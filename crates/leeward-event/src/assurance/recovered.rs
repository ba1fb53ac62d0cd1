use crate::StaffId;
use jiff::Timestamp;

/// That somebody got back into an account whose authenticators were lost (NIST SP 800-63B-4 4.2).
///
/// It is no sign-in, and no [`SignIn`](super::SignIn) can be made of it: it opens a restricted session,
/// which may bind new authenticators and nothing else.
/// ```compile_fail,E0308
/// use leeward_event::assurance::{Recovered, SignIn};
/// fn sign_in(recovered: Recovered, now: leeward_store::Timestamp) {
///     let sign_in = SignIn::from_factors(recovered, [], now);
/// }
/// ```
///
/// It can be used once: it is not `Clone`.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub struct Recovered {
    account: StaffId,
    at: Timestamp,
}

impl Recovered {
    /// Says that an account was recovered at `at`. **Only the code that went through every step of the
    /// recovery calls this**: whoever calls it without one takes any account over.
    pub const fn assume_recovered(account: StaffId, at: Timestamp) -> Self {
        Self { account, at }
    }

    /// Whose account it is.
    #[must_use]
    pub const fn account(&self) -> StaffId {
        self.account
    }

    /// When the last step was done.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }
}
