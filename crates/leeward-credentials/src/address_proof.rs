mod answer;
mod code;
mod record;
mod service;

pub use service::AddressProofs;

pub(crate) use answer::Asked;
pub(crate) use service::Request;

use jiff::Timestamp;
use leeward_event::StaffId;
use leeward_notify::{Address, AddressId, CodePurpose, Language};
use std::fmt;

/// What an address was proved for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProofPurpose {
    /// To add it to an account.
    Add,
    /// To make an account.
    Register,
    /// As one of the steps back into an account: an issued recovery code (NIST SP 800-63B-4 4.2.1.2).
    Recover,
}

/// That somebody who reads an address answered for it, lately, for one account and one purpose.
///
/// Whoever reads a mailbox has not signed in: it is no factor, and nothing that takes one takes it
/// (NIST SP 800-63B-4 3.1.3).
/// ```compile_fail,E0308
/// use leeward_event::assurance::SignIn;
/// fn sign_in(proof: leeward_credentials::AddressProof, now: leeward_store::Timestamp) {
///     let sign_in = SignIn::from_factors(proof, [], now);
/// }
/// ```
///
/// It can be used once: it is not `Clone`.
/// ```compile_fail,E0599
/// fn twice(proof: leeward_credentials::AddressProof) -> [leeward_credentials::AddressProof; 2] {
///     [proof.clone(), proof]
/// }
/// ```
#[must_use]
pub struct AddressProof {
    account: StaffId,
    purpose: ProofPurpose,
    address: Address,
    language: Language,
    known_as: Option<AddressId>,
    at: Timestamp,
}

impl AddressProof {
    /// For which account it answers.
    #[must_use]
    pub const fn account(&self) -> StaffId {
        self.account
    }

    /// What for.
    #[must_use]
    pub const fn purpose(&self) -> ProofPurpose {
        self.purpose
    }

    /// Which address.
    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.address
    }

    /// In which language it was written to.
    #[must_use]
    pub const fn language(&self) -> &Language {
        &self.language
    }

    /// Which of the account's addresses it is, if it is one already.
    #[must_use]
    pub const fn known_as(&self) -> Option<AddressId> {
        self.known_as
    }

    /// When it was proved.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }
}

impl ProofPurpose {
    const fn code(self) -> u8 {
        match self {
            Self::Add => 1,
            Self::Register => 2,
            Self::Recover => 3,
        }
    }

    const fn of_message(self) -> CodePurpose {
        match self {
            Self::Add | Self::Register => CodePurpose::ConfirmAddress,
            Self::Recover => CodePurpose::Recover,
        }
    }
}

impl fmt::Debug for AddressProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AddressProof")
            .field("account", &self.account)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}
