//! Which factors an account has: one list per account, so that the rules of their life apply to all
//! kinds, whatever each kind keeps beside it.

mod factor;
mod record;
mod roster;
mod service;

pub use factor::{Bound, Factor, FactorState};
pub(crate) use roster::Roster;
#[cfg(feature = "passkeys")]
pub(crate) use service::suspend;
pub(crate) use service::{bind, read, read_store, replace};

use crate::MfaError;
use leeward_event::StaffId;
use leeward_store::{Key, Space};

const ROSTER: Space = Space::sealed_for("mfa.factors", 0);

fn key(account: StaffId) -> Result<Key, MfaError> {
    Ok(ROSTER.key(&[account.as_bytes()])?)
}
