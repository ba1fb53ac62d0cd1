use super::{
    ceremony::{Begun, Binding, Ceremony, CeremonyId, Purpose},
    kept::{Kept, Passkey, credential_key, key, owner_from_bytes, owner_to_bytes},
    options,
    service::unreadable,
};
use crate::{
    Bound, Factor, MfaError, PasskeyFault, Passkeys, Permit, RegistrationAnswer,
    label::Label,
    registry::{self, Roster},
    unless_erased,
};
use jiff::Timestamp;
use leeward_event::{
    Action, Actor, AuthenticatorId, Event, Outcome, StaffId, Subject,
    assurance::{Aal, FactorKind},
};
use leeward_store::Tx;
use serde_json::from_slice;
use webauthn_rs::prelude::{
    AttestationMetadata, AttestedPasskeyRegistration, Credential, CredentialID, Passkey as PasskeyCredential,
    PasskeyRegistration, Uuid,
};

/// How the account is called in the browser's list of passkeys. It is stored on the holder's device,
/// and not here.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'a> {
    /// What tells accounts apart: the name that is typed to sign in.
    pub name: &'a str,
    /// What a person is called.
    pub display_name: &'a str,
}

impl Passkeys {
    /// Begins to bind a passkey, under a `name` that its owner will know it by.
    ///
    /// The options ask for a passkey that autofill finds, with its user verified, and not on a device
    /// that has one of this account already.
    ///
    /// # Errors
    /// [`MfaError::NotPermitted`] and [`MfaError::StalePermit`], before anybody's device makes a passkey
    /// in vain; [`MfaError::TooManyFactors`]; [`MfaError::Label`] for a name or holder that cannot be
    /// shown; [`MfaError::Record`] for a passkey that was not written by this service;
    /// [`MfaError::Random`]; [`MfaError::NotBegun`]; [`MfaError::Store`].
    pub async fn begin_registration(
        &self,
        permit: &Permit,
        holder: Holder<'_>,
        name: &str,
        now: Timestamp,
    ) -> Result<Begun, MfaError> {
        for shown in [name, holder.name, holder.display_name] {
            Label::new(shown)?;
        }
        let account = permit.account();
        let roster = registry::read_store(&self.store, account).await?;
        permit.check_binds(roster.highest().min(Aal::Two), now)?;
        if roster.factors.len() >= Roster::MAX {
            return Err(MfaError::TooManyFactors);
        }
        let bound = self.kept_by(account).await?;
        let ids = bound.iter().map(|kept| Ok(kept.credential()?.cred_id().clone()));
        let asked = self.challenge(account, holder, ids.collect::<Result<_, MfaError>>()?)?;
        let binding = Binding { name: name.to_owned(), permit: permit.to_bytes() };
        self.open(Purpose::Register, Some(account), Some(binding), asked, now).await
    }

    /// Binds the passkey, if the answer is one to this ceremony of this account, and the policy accepts
    /// it. With it goes an event, and a notice to the owner. The ceremony is over either way.
    ///
    /// # Errors
    /// [`MfaError::Passkey`], and nothing is bound; [`MfaError::NotPermitted`] and
    /// [`MfaError::StalePermit`] when the permit is not strong enough for this passkey, or for what the
    /// account has by now; [`MfaError::TooManyFactors`]; [`MfaError::Record`] for a ceremony that was not
    /// written by this service; [`MfaError::Random`]; [`MfaError::Store`].
    pub async fn finish_registration(
        &self,
        account: StaffId,
        ceremony: CeremonyId,
        answer: &RegistrationAnswer,
        now: Timestamp,
    ) -> Result<Bound, MfaError> {
        let authenticator = AuthenticatorId::generate(&self.rng)?;
        let bound = self
            .store
            .transact(|tx| async move {
                let bound = match self.judge_registration(&tx, account, ceremony, answer, now).await? {
                    Ok((binding, credential)) => {
                        self.bind(&tx, authenticator, binding, &credential, now).await?
                    }
                    Err(fault) => Err(fault),
                };
                if let Err(fault) = &bound {
                    tx.stage(|batch| refused(account, *fault, now).stage(batch, &self.rng))?;
                }
                Ok::<_, MfaError>(bound)
            })
            .await?;
        Ok(bound?)
    }

    /// What `webauthn-rs` wants to see again, and what the browser is asked.
    fn challenge(
        &self,
        account: StaffId,
        holder: Holder<'_>,
        bound: Vec<CredentialID>,
    ) -> Result<(Vec<u8>, String), MfaError> {
        let (webauthn, user) = (self.party.webauthn(), Uuid::from_bytes(*account.as_bytes()));
        let (name, display, bound) = (holder.name, holder.display_name, Some(bound));
        let (challenge, state) = if let Some(models) = &self.policy.models {
            let list = models.0.clone();
            let begun = webauthn.start_attested_passkey_registration(user, name, display, bound, list, None);
            let (challenge, state) = begun.map_err(MfaError::not_begun)?;
            (challenge, serde_json::to_vec(&state))
        } else {
            let begun = webauthn.start_passkey_registration(user, name, display, bound);
            let (challenge, state) = begun.map_err(MfaError::not_begun)?;
            (challenge, serde_json::to_vec(&state))
        };
        Ok((state.map_err(MfaError::not_begun)?, options::for_registration(&challenge)?))
    }

    /// Takes the ceremony out, and verifies the answer against it (WebAuthn 7.1).
    async fn judge_registration(
        &self,
        tx: &Tx,
        account: StaffId,
        ceremony: CeremonyId,
        answer: &RegistrationAnswer,
        now: Timestamp,
    ) -> Result<Result<(Binding, Credential), PasskeyFault>, MfaError> {
        let Some(open) = self.take(tx, ceremony).await? else { return Ok(Err(PasskeyFault::NotOpen)) };
        if let Err(fault) = open.admits(Purpose::Register, account, &self.origin, now) {
            return Ok(Err(fault));
        }
        let mut verified = self.verify_registration(&open, answer)?;
        // `webauthn-rs` says of a passkey that the options excluded that its algorithm is another.
        if matches!(verified, Err(PasskeyFault::NotAccepted)) && has_already(tx, account, answer).await? {
            verified = Err(PasskeyFault::AlreadyBound);
        }
        let binding = open.binding.ok_or(MfaError::Record { what: "a registration of nothing" })?;
        Ok(verified.map(|credential| (binding, credential)))
    }

    fn verify_registration(
        &self,
        open: &Ceremony,
        answer: &RegistrationAnswer,
    ) -> Result<Result<Credential, PasskeyFault>, MfaError> {
        let webauthn = self.party.webauthn();
        let verified = if self.policy.models.is_some() {
            let state: AttestedPasskeyRegistration = from_slice(&open.state).map_err(unreadable)?;
            webauthn.finish_attested_passkey_registration(&answer.0, &state).map(Credential::from)
        } else {
            let state: PasskeyRegistration = from_slice(&open.state).map_err(unreadable)?;
            webauthn.finish_passkey_registration(&answer.0, &state).map(Credential::from)
        };
        Ok(match verified {
            Ok(credential) if credential.backup_eligible && self.policy.synced_refused => {
                Err(PasskeyFault::NotAccepted)
            }
            Ok(credential) if !credential.user_verified => Err(PasskeyFault::UserNotVerified),
            verified => verified.map_err(|error| PasskeyFault::of(&error)),
        })
    }

    /// A credential id belongs to one account in the whole service (WebAuthn 7.1, step 26).
    async fn bind(
        &self,
        tx: &Tx,
        authenticator: AuthenticatorId,
        binding: Binding,
        credential: &Credential,
        now: Timestamp,
    ) -> Result<Result<Bound, PasskeyFault>, MfaError> {
        let permit =
            Permit::from_bytes(&binding.permit).ok_or(MfaError::Record { what: "no known permit" })?;
        let by_credential = credential_key(&credential.cred_id)?;
        if unless_erased(tx.get(&by_credential).await)?.is_some() {
            return Ok(Err(PasskeyFault::AlreadyBound));
        }
        let (account, kept) = (permit.account(), self.kept(authenticator, credential)?);
        tx.put(&by_credential, owner_to_bytes(account, authenticator))?;
        tx.put(&key(account, authenticator)?, kept.to_bytes())?;
        let kind =
            FactorKind::Passkey { synced: kept.passkey.synced, user_verified: credential.user_verified };
        let factor = Factor::new(authenticator, kind, Label::new(&binding.name)?, now);
        registry::bind(tx, &permit, factor, &self.rng, now).await.map(Ok)
    }

    fn kept(&self, authenticator: AuthenticatorId, credential: &Credential) -> Result<Kept, MfaError> {
        // Where no model is asked for, nobody has checked the certificates.
        let attested = self.policy.models.is_some();
        let aaguid = match &credential.attestation.metadata {
            AttestationMetadata::Packed { aaguid } | AttestationMetadata::Tpm { aaguid, .. } => Some(aaguid),
            _ => None,
        };
        let passkey = Passkey {
            authenticator,
            last_used: None,
            synced: credential.backup_eligible,
            backed_up: credential.backup_state,
            aaguid: aaguid.filter(|_| attested).map(|aaguid| *aaguid.as_bytes()),
        };
        let mut kept = Kept { passkey, credential: Vec::new() };
        kept.set_credential(&PasskeyCredential::from(credential.clone()))?;
        Ok(kept)
    }
}

/// Whether the passkey that an answer names is one of the account's own. Of others nothing is said to whoever
/// has not proved to hold the passkey.
async fn has_already(tx: &Tx, account: StaffId, answer: &RegistrationAnswer) -> Result<bool, MfaError> {
    let Some(entry) = unless_erased(tx.get(&credential_key(&answer.0.raw_id)?).await)? else {
        return Ok(false);
    };
    Ok(owner_from_bytes(entry.value.as_bytes())?.0 == account)
}

fn refused(account: StaffId, fault: PasskeyFault, now: Timestamp) -> Event {
    let event = Event::new(Action::FactorEnrolled, Actor::Staff(account), now);
    event.about(Subject::Staff(account)).outcome(Outcome::Failure).reason(fault.reason())
}
