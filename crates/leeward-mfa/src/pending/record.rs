//! The stored form of a pending sign-in. All numbers are big-endian.
//!
//! | bytes | what |
//! |---|---|
//! | 16 | account |
//! | 25 | what was proved, by `Proof::to_bytes` |
//! | 9 | when it began, in milliseconds since 1970, and how many tries are left |
//! | 1 | the level required |
//! | 1 | 1 if a phishing-resistant factor is required |
//! | 8 | seconds for which a proof counts, or -1 for any time |

use super::PendingMfa;
use crate::{
    permit::{aal_code, aal_of},
    tries::Tries,
};
use jiff::SignedDuration;
use leeward_event::{
    StaffId,
    assurance::{Proof, ProvedFactor, Requirement},
};
use zeroize::Zeroizing;

const ANY_AGE: i64 = -1;

/// A pending sign-in as it was parked. Its options are read anew.
pub(super) struct Parked {
    pub(super) proved: ProvedFactor,
    pub(super) requirement: Requirement,
    pub(super) tries: Tries,
}

impl PendingMfa {
    pub(super) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let within = self.requirement.max_age().map_or(ANY_AGE, |within| within.as_secs().max(0));
        let resistant = u8::from(self.requirement.is_phishing_resistant());
        let (proof, tries) = (self.proved.proof().to_bytes(), self.tries.to_bytes());
        let required = [aal_code(self.requirement.aal()), resistant];
        let account = self.account();
        let fields = [&account.as_bytes()[..], &proof, &tries, &required, &within.to_be_bytes()];
        Zeroizing::new(fields.concat())
    }
}

impl Parked {
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (account, rest) = bytes.split_first_chunk()?;
        let (proof, rest) = rest.split_first_chunk()?;
        let (tries, rest) = rest.split_first_chunk()?;
        let ([aal, resistant], within) = rest.split_first_chunk()?;
        let (account, proof) = (StaffId::from_bytes(*account), Proof::from_bytes(proof)?);
        let requirement = Requirement::needs(aal_of(*aal)?);
        let requirement = match resistant {
            0 => requirement,
            1 => requirement.phishing_resistant(),
            _ => return None,
        };
        let requirement = match i64::from_be_bytes(within.try_into().ok()?) {
            ANY_AGE => requirement,
            ..0 => return None,
            seconds => requirement.within(SignedDuration::from_secs(seconds)),
        };
        // It was proved when it was parked, and what is stored is sealed.
        let proved = ProvedFactor::assume_proved(account, proof.kind(), proof.authenticator(), proof.at());
        Some(Self { proved, requirement, tries: Tries::from_bytes(tries)? })
    }
}
