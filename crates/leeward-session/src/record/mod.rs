//! The persisted forms. All numbers are big-endian; times are milliseconds since 1970. A hash of a token is
//! keyed and has 32 bytes.
//!
//! | key | bytes |
//! |---|---|
//! | `session.token`, hash of the token | version 2, session (16), account (16), AAL (1), signed in at (8), last seen at (8), end of the access token (8, the least when there is none), number of proofs (1), proofs (25 each) |
//! | `session.family`, hash of the family | version 1, hash of the refresh token (32), the session as above without its version |
//! | `session.step-up`, hash of the grant | version 1, session (16), account (16), digest of the action (32), granted at (8), number of proofs (1), proofs (25 each) |
//! | `session.recovery`, hash of the token | version 1, session (16), account (16), begun at (8) |
//! | `session.account`, account | version 2, disabled (1), all revoked at (8), single-factor ones revoked at (8), number of sessions (2), sessions |
//!
//! A session in the account's row is: session (16), AAL (1), ends at (8), kind (1), hash of the token (32), and
//! for those that are refreshed the hash of the family (32).

mod account;
mod family;
mod grant;
mod reader;
mod recovery;
mod session;

pub(crate) use account::{AccountRecord, Listed, Place};
pub(crate) use family::FamilyRecord;
pub(crate) use grant::GrantRecord;
pub(crate) use recovery::RecoveryRecord;
pub(crate) use session::SessionRecord;

use crate::opaque::TokenHash;
use leeward_event::{StaffId, assurance::Aal};
use leeward_store::{Key, Space, StoreError};
use reader::Reader;

const SESSION: Space = Space::sealed("session.token");
const FAMILY: Space = Space::sealed("session.family");
const STEP_UP: Space = Space::sealed("session.step-up");
const RECOVERY: Space = Space::sealed("session.recovery");
const ACCOUNT: Space = Space::sealed_for("session.account", 0);

pub(crate) fn session_key(hash: TokenHash) -> Result<Key, StoreError> {
    SESSION.key(&[&hash.0])
}

pub(crate) fn family_key(hash: TokenHash) -> Result<Key, StoreError> {
    FAMILY.key(&[&hash.0])
}

pub(crate) fn grant_key(hash: TokenHash) -> Result<Key, StoreError> {
    STEP_UP.key(&[&hash.0])
}

pub(crate) fn recovery_key(hash: TokenHash) -> Result<Key, StoreError> {
    RECOVERY.key(&[&hash.0])
}

pub(crate) fn account_key(account: StaffId) -> Result<Key, StoreError> {
    ACCOUNT.key(&[account.as_bytes()])
}

const fn aal_code(aal: Aal) -> u8 {
    match aal {
        Aal::One => 1,
        Aal::Two => 2,
        Aal::Three => 3,
    }
}

const fn aal_of(code: u8) -> Option<Aal> {
    match code {
        1 => Some(Aal::One),
        2 => Some(Aal::Two),
        3 => Some(Aal::Three),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
