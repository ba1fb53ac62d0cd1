use super::{CLOCK_SKEW, FactorKind};
use crate::{AuthenticatorId, StaffId};
use jiff::{SignedDuration, Timestamp};

/// That an authenticator was proved, at a moment: what remains of a [`ProvedFactor`] once it was used.
///
/// It is kept with a session, and no sign-in can be made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    kind: FactorKind,
    authenticator: AuthenticatorId,
    at: Timestamp,
}

/// A factor that was checked and matched.
///
/// It can be used once: it is not `Clone`.
/// ```compile_fail
/// fn twice(proved: leeward_event::assurance::ProvedFactor) {
///     let first = proved.clone();
/// }
/// ```
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub struct ProvedFactor {
    account: StaffId,
    proof: Proof,
}

impl Proof {
    /// The bytes of one stored proof.
    pub const LEN: usize = 25;

    /// Which kind.
    #[must_use]
    pub const fn kind(&self) -> FactorKind {
        self.kind
    }

    /// Which authenticator.
    #[must_use]
    pub const fn authenticator(&self) -> AuthenticatorId {
        self.authenticator
    }

    /// When.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// Whether it is at most `within` old at `now`, and not of the future.
    #[must_use]
    pub fn is_within(&self, within: SignedDuration, now: Timestamp) -> bool {
        let age = now.duration_since(self.at);
        -CLOCK_SKEW <= age && age <= within
    }

    /// For a record of a crate that keeps proofs: the [code](FactorKind::code) of the kind, the
    /// authenticator, and milliseconds since 1970, big-endian.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        let fields =
            [&[self.kind.code()][..], self.authenticator.as_bytes(), &self.at.as_millisecond().to_be_bytes()];
        bytes.iter_mut().zip(fields.concat()).for_each(|(byte, field)| *byte = field);
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; `None` for anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Option<Self> {
        let ([kind], rest) = bytes.split_first_chunk()?;
        let (authenticator, at) = rest.split_first_chunk()?;
        Some(Self {
            kind: FactorKind::from_code(*kind)?,
            authenticator: AuthenticatorId::from_bytes(*authenticator),
            at: Timestamp::from_millisecond(i64::from_be_bytes(at.try_into().ok()?)).ok()?,
        })
    }

    /// This proof, had it been of `kind` and `authenticator` at `at`: for rules that ask what would be.
    pub(super) const fn supposed(kind: FactorKind, authenticator: AuthenticatorId, at: Timestamp) -> Self {
        Self { kind, authenticator, at }
    }
}

impl ProvedFactor {
    /// Says that a factor was checked and matched at `at`. **Only the code that did the check calls
    /// this**: whoever calls it without one signs anybody in.
    pub const fn assume_proved(
        account: StaffId,
        kind: FactorKind,
        authenticator: AuthenticatorId,
        at: Timestamp,
    ) -> Self {
        Self { account, proof: Proof { kind, authenticator, at } }
    }

    /// Whose factor it is.
    #[must_use]
    pub const fn account(&self) -> StaffId {
        self.account
    }

    /// What kind it is.
    #[must_use]
    pub const fn kind(&self) -> FactorKind {
        self.proof.kind
    }

    /// Which authenticator it was.
    #[must_use]
    pub const fn authenticator(&self) -> AuthenticatorId {
        self.proof.authenticator
    }

    /// When it was checked.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.proof.at
    }

    /// What remains of it once it was used.
    #[must_use]
    pub const fn proof(&self) -> Proof {
        self.proof
    }

    pub(super) const fn into_proof(self) -> Proof {
        self.proof
    }
}
