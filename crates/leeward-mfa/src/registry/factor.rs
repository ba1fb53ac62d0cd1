use crate::label::Label;
use jiff::Timestamp;
use leeward_event::{AuthenticatorId, assurance::FactorKind};

/// A factor that is bound to an account, as its owner may see it: no secret is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    pub(crate) authenticator: AuthenticatorId,
    pub(crate) kind: FactorKind,
    pub(crate) state: FactorState,
    pub(crate) bound_at: Timestamp,
    pub(crate) name: Label,
}

/// Whether a factor counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FactorState {
    /// It does.
    Active,
    /// It does not until it is [reinstated](crate::Mfa::reinstate): somebody suspects that it is in
    /// wrong hands, or was copied.
    Suspended,
}

/// What came of binding a factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "sessions that were begun with one factor end when the first second factor is bound"]
pub struct Bound {
    /// Which authenticator was bound.
    pub authenticator: AuthenticatorId,
    /// Whether the account had none before: then end the sessions that were begun with one factor.
    pub first: bool,
}

impl Factor {
    /// One that counts from now on.
    pub(crate) const fn new(
        authenticator: AuthenticatorId,
        kind: FactorKind,
        name: Label,
        now: Timestamp,
    ) -> Self {
        Self { authenticator, kind, state: FactorState::Active, bound_at: now, name }
    }

    /// Which authenticator it is.
    #[must_use]
    pub const fn authenticator(&self) -> AuthenticatorId {
        self.authenticator
    }

    /// What kind it is. Of a passkey, whether it verified its user when it was bound.
    #[must_use]
    pub const fn kind(&self) -> FactorKind {
        self.kind
    }

    /// Whether it counts.
    #[must_use]
    pub const fn state(&self) -> FactorState {
        self.state
    }

    /// When it was bound, to the millisecond.
    #[must_use]
    pub const fn bound_at(&self) -> Timestamp {
        self.bound_at
    }

    /// What its owner calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    pub(crate) fn is_active(&self) -> bool {
        self.state == FactorState::Active
    }

    /// Whether it can be asked for at every sign-in: a list of recovery codes cannot.
    pub(crate) const fn is_lasting(&self) -> bool {
        !matches!(self.kind, FactorKind::RecoveryCode)
    }
}
