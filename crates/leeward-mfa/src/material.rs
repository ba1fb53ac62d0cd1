//! What each kind of factor keeps to check it with, beside the list of factors.

#[cfg(feature = "passkeys")]
use crate::passkey;
use crate::{Factor, MfaError, hotp, out_of_band, recovery_codes, totp};
use leeward_event::{StaffId, assurance::FactorKind};
use leeward_store::Tx;

/// Deletes what a factor was checked with.
pub(crate) async fn forget(tx: &Tx, account: StaffId, factor: &Factor) -> Result<(), MfaError> {
    match factor.kind() {
        FactorKind::Totp => totp::forget(tx, account, factor.authenticator()),
        FactorKind::Hotp => hotp::forget(tx, account, factor.authenticator()),
        FactorKind::RecoveryCode => recovery_codes::forget(tx, account, factor.authenticator()),
        #[cfg(feature = "passkeys")]
        FactorKind::Passkey { .. } => passkey::forget(tx, account, factor.authenticator()).await,
        FactorKind::OutOfBand => out_of_band::forget(tx, account, factor.authenticator()),
        _ => Ok(()),
    }
}
