use crate::{AccountError, AddressProof, ProofPurpose};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{
    StaffId,
    assurance::{FactorKind, ProvedFactor},
};
use leeward_notify::AddressId;

/// In which of the ways that NIST SP 800-63B-4 4.2.1 tells apart something was proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// A recovery code that its owner has saved.
    SavedCode,
    /// A recovery code that was sent to one of the account's addresses, or to its telephone.
    IssuedCode,
    /// An authenticator that the account still has.
    Authenticator,
}

/// One thing that was proved for a recovery. It can be used once: it is not `Clone`.
#[derive(Debug)]
#[must_use]
pub struct Step {
    account: StaffId,
    method: Method,
    /// Where the code went, for an issued one.
    pub(super) address: Option<AddressId>,
    at: Timestamp,
}

impl Method {
    /// Every method, in the order of the bits of a record.
    pub const ALL: [Self; 3] = [Self::SavedCode, Self::IssuedCode, Self::Authenticator];

    pub(super) const fn bit(self) -> u8 {
        match self {
            Self::SavedCode => 1,
            Self::IssuedCode => 2,
            Self::Authenticator => 4,
        }
    }
}

impl Step {
    /// How long ago a factor may have been checked.
    const KEEPS: SignedDuration = SignedDuration::from_mins(10);

    /// What `leeward-mfa` or a passphrase check has proved. A saved code is one method and every other
    /// authenticator together is another, but for a code that was sent to a telephone, which counts as
    /// issued: it may be the same telephone.
    ///
    /// # Errors
    /// [`AccountError::OtherProof`] for one that was proved over ten minutes ago.
    #[expect(clippy::needless_pass_by_value, reason = "a proof is used up")]
    pub fn of_factor(proved: ProvedFactor, now: Timestamp) -> Result<Self, AccountError> {
        let method = match proved.kind() {
            FactorKind::RecoveryCode => Method::SavedCode,
            FactorKind::OutOfBand => Method::IssuedCode,
            _ => Method::Authenticator,
        };
        let step = Self { account: proved.account(), method, address: None, at: proved.at() };
        if step.is_fresh(now) { Ok(step) } else { Err(AccountError::OtherProof) }
    }

    /// An address that was proved for a recovery.
    ///
    /// # Errors
    /// [`AccountError::OtherProof`] for one that was proved for something else or over ten minutes ago.
    #[expect(clippy::needless_pass_by_value, reason = "a proof is used up")]
    pub fn of_address(proof: AddressProof, now: Timestamp) -> Result<Self, AccountError> {
        let address = proof.known_as().filter(|_| proof.purpose() == ProofPurpose::Recover);
        let step = Self { account: proof.account(), method: Method::IssuedCode, address, at: proof.at() };
        if address.is_some() && step.is_fresh(now) { Ok(step) } else { Err(AccountError::OtherProof) }
    }

    /// Whose account it is.
    #[must_use]
    pub const fn account(&self) -> StaffId {
        self.account
    }

    /// In which way it was proved.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// Which address answered, for an issued code.
    #[must_use]
    pub const fn address(&self) -> Option<AddressId> {
        self.address
    }

    /// For a transaction that is decided again: the step is still used once.
    pub(super) const fn again(&self) -> Self {
        Self { account: self.account, method: self.method, address: self.address, at: self.at }
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        now.duration_since(self.at).abs() <= Self::KEEPS
    }
}
