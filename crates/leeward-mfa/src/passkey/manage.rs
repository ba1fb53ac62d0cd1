use super::kept::{Kept, Passkey, credential_key, key};
use crate::{MfaError, Passkeys, unless_erased};
use leeward_event::{AuthenticatorId, StaffId};
use leeward_store::Tx;

impl Passkeys {
    /// What is known of the passkeys of an account, beside what
    /// [`Mfa::factors`](crate::Mfa::factors) lists: their names, and whether they count.
    ///
    /// # Errors
    /// [`MfaError::Record`] for one that was not written by this service; [`MfaError::Store`].
    pub async fn list(&self, account: StaffId) -> Result<Vec<Passkey>, MfaError> {
        Ok(self.kept_by(account).await?.into_iter().map(|kept| kept.passkey).collect())
    }
}

/// Deletes what a passkey is checked with, so that it may be bound again.
pub(crate) async fn forget(
    tx: &Tx,
    account: StaffId,
    authenticator: AuthenticatorId,
) -> Result<(), MfaError> {
    let key = key(account, authenticator)?;
    let Some(entry) = unless_erased(tx.get(&key).await)? else { return Ok(()) };
    let kept = Kept::from_bytes(authenticator, entry.value.as_bytes())?;
    tx.delete(&credential_key(kept.credential()?.cred_id())?)?;
    Ok(tx.delete(&key)?)
}
