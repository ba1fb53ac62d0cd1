use super::{
    ceremony::{Begun, Binding, Ceremony, CeremonyId, LASTS, Purpose},
    kept::{Kept, keys_of},
};
use crate::{MfaError, PasskeyPolicy, RelyingParty, registry::Roster};
use jiff::Timestamp;
use leeward_event::{AuthenticatorId, StaffId};
use leeward_store::{Batch, Expect, Scan, Store, StoreError};
use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
};
use std::fmt;

/// Registers passkeys, and checks them.
///
/// What a browser is asked, and what it answers, are JSON texts: [`Begun::options`] goes out, and
/// [`RegistrationAnswer`](crate::RegistrationAnswer) or [`SignInAnswer`](crate::SignInAnswer) comes
/// back. What lies between is kept here, sealed, for 5 minutes and for one answer.
#[derive(Clone)]
pub struct Passkeys {
    pub(super) store: Store,
    pub(super) party: RelyingParty,
    pub(super) policy: PasskeyPolicy,
    pub(super) origin: [u8; 32],
    pub(super) rng: SystemRandom,
}

impl Passkeys {
    /// Over a store whose handle seals.
    #[must_use]
    pub fn new(store: &Store, party: &RelyingParty, policy: PasskeyPolicy) -> Self {
        let mut origin = [0; 32];
        origin.copy_from_slice(digest(&SHA256, party.origin().as_bytes()).as_ref());
        let (store, party) = (store.clone(), party.clone());
        Self { store, party, policy, origin, rng: SystemRandom::new() }
    }

    /// Keeps what was begun until it is answered, or for 5 minutes.
    pub(super) async fn open(
        &self,
        purpose: Purpose,
        account: Option<StaffId>,
        binding: Option<Binding>,
        (state, options): (Vec<u8>, String),
        now: Timestamp,
    ) -> Result<Begun, MfaError> {
        let ceremony = CeremonyId::generate(&self.rng)?;
        let kept = Ceremony { purpose, account, origin: self.origin, began: now, binding, state };
        let until = now.checked_add(LASTS).unwrap_or(Timestamp::MAX);
        let mut batch = Batch::new();
        batch.put_until(ceremony.key()?, Expect::Absent, kept.to_bytes(), until);
        self.store.commit(batch).await?;
        Ok(Begun { ceremony, options })
    }

    /// The passkeys of an account, in no order that means anything.
    pub(super) async fn kept_by(&self, account: StaffId) -> Result<Vec<Kept>, MfaError> {
        let scan = Scan::all(keys_of(account)?).limit(Roster::MAX);
        let page = match self.store.scan(&scan).await {
            Err(StoreError::Erased { .. }) => return Ok(Vec::new()),
            page => page?,
        };
        let mut kept = Vec::with_capacity(page.items.len());
        for item in page.items {
            let segments = item.key.segments();
            let id = segments.get(1).and_then(|id| id.as_slice().try_into().ok());
            let id = id.ok_or(MfaError::Record { what: "a passkey of no authenticator" })?;
            kept.push(Kept::from_bytes(AuthenticatorId::from_bytes(id), item.entry.value.as_bytes())?);
        }
        Ok(kept)
    }
}

impl fmt::Debug for Passkeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passkeys")
            .field("party", &self.party)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

pub(super) fn unreadable(_: serde_json::Error) -> MfaError {
    MfaError::Record { what: "what webauthn-rs of this release cannot read" }
}
