use super::{
    ceremony::{Begun, Ceremony, CeremonyId, Purpose},
    decoy,
    kept::{Kept, credential_key, key, owner_from_bytes},
    options,
    service::unreadable,
};
use crate::{MfaError, PasskeyFault, Passkeys, SignInAnswer, registry, unless_erased};
use jiff::Timestamp;
use leeward_event::{
    Action, Actor, AuthenticatorId, Component, Event, Outcome, StaffId, Subject,
    assurance::{FactorKind, ProvedFactor},
};
use leeward_store::Tx;
use leeward_throttle::{Gate, Guess};
use serde_json::from_slice;
use webauthn_rs::prelude::{AuthenticationResult, CredentialID, DiscoverableAuthentication};

/// Whom a sign-in asks for a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Whoever is at the browser, by the autofill of the field for the name (conditional mediation).
    Autofill,
    /// Whoever is at the browser, by a button.
    Anyone,
    /// The owner of this account. One that has no passkey, or is not there, is shown made-up ones, the
    /// same each time.
    Account(StaffId),
}

/// The passkey that answered, as it was, and whether it counts.
struct Answered {
    kept: Kept,
    active: bool,
}

/// What an answer was found to be, before it is written.
struct Judged {
    /// Known where the answer is of a passkey of the account.
    answered: Option<Answered>,
    verdict: Result<AuthenticationResult, PasskeyFault>,
}

impl Passkeys {
    /// Begins a sign-in.
    ///
    /// # Errors
    /// [`MfaError::Record`] for a passkey that was not written by this service; [`MfaError::Random`];
    /// [`MfaError::NotBegun`]; [`MfaError::Store`].
    pub async fn begin_sign_in(&self, asked: Asked, now: Timestamp) -> Result<Begun, MfaError> {
        self.ask(Purpose::SignIn, asked, now).await
    }

    /// Begins to ask somebody who is signed in for a passkey again, before something that matters.
    ///
    /// # Errors
    /// Those of [`begin_sign_in`](Self::begin_sign_in).
    pub async fn begin_step_up(&self, account: StaffId, now: Timestamp) -> Result<Begun, MfaError> {
        self.ask(Purpose::StepUp, Asked::Account(account), now).await
    }

    /// Checks the answer to a sign-in, and makes the value that signing in requires. The ceremony is
    /// over either way, and an event says what came of it.
    ///
    /// `account` is the one that [`begin_sign_in`](Self::begin_sign_in) named, or else the one that
    /// the answer [claims](SignInAnswer::claimed_account): the answer must be of a passkey of it. The
    /// `gate` is one for [`Guess::Passkey`] of that account, which never makes anybody wait.
    ///
    /// # Errors
    /// [`MfaError::Passkey`]; [`MfaError::Throttle`] for a gate of something else; [`MfaError::Record`] for what was not written by this service;
    /// [`MfaError::Random`]; [`MfaError::Store`]. Only [`Ok`] proves anything.
    pub async fn finish_sign_in(
        &self,
        gate: Gate,
        account: StaffId,
        ceremony: CeremonyId,
        answer: &SignInAnswer,
        now: Timestamp,
    ) -> Result<ProvedFactor, MfaError> {
        self.finish(gate, Purpose::SignIn, account, ceremony, answer, now).await
    }

    /// Checks the answer to a step-up.
    ///
    /// # Errors
    /// Those of [`finish_sign_in`](Self::finish_sign_in).
    pub async fn finish_step_up(
        &self,
        gate: Gate,
        account: StaffId,
        ceremony: CeremonyId,
        answer: &SignInAnswer,
        now: Timestamp,
    ) -> Result<ProvedFactor, MfaError> {
        self.finish(gate, Purpose::StepUp, account, ceremony, answer, now).await
    }

    async fn ask(&self, purpose: Purpose, asked: Asked, now: Timestamp) -> Result<Begun, MfaError> {
        let (account, allowed) = match asked {
            Asked::Autofill | Asked::Anyone => (None, Vec::new()),
            Asked::Account(account) => (Some(account), self.shown_for(account).await?),
        };
        let begun = self.party.webauthn().start_discoverable_authentication();
        let (challenge, state) = begun.map_err(MfaError::not_begun)?;
        let state = serde_json::to_vec(&state).map_err(MfaError::not_begun)?;
        let options = options::for_sign_in(&challenge, asked == Asked::Autofill, &allowed)?;
        self.open(purpose, account, None, (state, options), now).await
    }

    /// The made-up ones are made for every account, so that all take the same time.
    async fn shown_for(&self, account: StaffId) -> Result<Vec<CredentialID>, MfaError> {
        let made_up = decoy::ids(&self.store, &self.rng, account).await?;
        let (roster, kept) =
            (registry::read_store(&self.store, account).await?, self.kept_by(account).await?);
        let in_use = kept.iter().filter(|kept| roster.counts(kept.passkey.authenticator));
        let ids = in_use.map(|kept| Ok(kept.credential()?.cred_id().clone()));
        let ids = ids.collect::<Result<Vec<_>, MfaError>>()?;
        Ok(if ids.is_empty() { made_up } else { ids })
    }

    /// One batch takes the ceremony out, writes the counter of the passkey as it was read, and tells of
    /// it: so that of many answers one is accepted, whatever machine they come to.
    async fn finish(
        &self,
        gate: Gate,
        purpose: Purpose,
        account: StaffId,
        ceremony: CeremonyId,
        answer: &SignInAnswer,
        now: Timestamp,
    ) -> Result<ProvedFactor, MfaError> {
        let admitted = &gate.admit(account, Guess::Passkey, now)?;
        let proved = self
            .store
            .transact(|tx| async move {
                let judged = match self.admit(&tx, purpose, account, ceremony, answer, now).await? {
                    Ok(open) => self.judge(&tx, account, &open, answer).await?,
                    Err(fault) => Judged { answered: None, verdict: Err(fault) },
                };
                let proved = self.conclude(&tx, account, judged, now).await?;
                if proved.is_ok() {
                    tx.stage(|batch| admitted.succeeded(batch))?;
                }
                Ok::<_, MfaError>(proved)
            })
            .await?;
        Ok(proved?)
    }

    async fn admit(
        &self,
        tx: &Tx,
        purpose: Purpose,
        account: StaffId,
        ceremony: CeremonyId,
        answer: &SignInAnswer,
        now: Timestamp,
    ) -> Result<Result<Ceremony, PasskeyFault>, MfaError> {
        let Some(open) = self.take(tx, ceremony).await? else { return Ok(Err(PasskeyFault::NotOpen)) };
        if let Err(fault) = open.admits(purpose, account, &self.origin, now) {
            return Ok(Err(fault));
        }
        // A name that was not typed comes from the passkey (WebAuthn 7.2, step 6).
        let named = open.account.is_some() && !answer.has_user_handle();
        let right = named || answer.claimed_account() == Some(account);
        Ok(if right { Ok(open) } else { Err(PasskeyFault::Foreign) })
    }

    /// Verifies the answer (WebAuthn 7.2). One for a passkey that is not there takes the same steps.
    async fn judge(
        &self,
        tx: &Tx,
        account: StaffId,
        open: &Ceremony,
        answer: &SignInAnswer,
    ) -> Result<Judged, MfaError> {
        let answered = self.find(tx, account, answer.credential_id()).await?;
        let credential = match &answered {
            Some(answered) => answered.kept.credential()?,
            None => decoy::credential(answer.credential_id())?,
        };
        let state: DiscoverableAuthentication = from_slice(&open.state).map_err(unreadable)?;
        let webauthn = self.party.webauthn();
        let verified = webauthn.finish_discoverable_authentication_v2(&answer.0, state, &credential);
        let verdict = match (&answered, verified) {
            (None, _) => Err(PasskeyFault::Unknown),
            (Some(answered), _) if !answered.active => Err(PasskeyFault::Suspended),
            (_, Ok(result)) if !result.user_verified() => Err(PasskeyFault::UserNotVerified),
            (_, Ok(result)) if result.backup_eligible() && self.policy.synced_refused => {
                Err(PasskeyFault::NotAccepted)
            }
            (_, verified) => verified.map_err(|error| PasskeyFault::of(&error)),
        };
        Ok(Judged { answered, verdict })
    }

    async fn find(
        &self,
        tx: &Tx,
        account: StaffId,
        credential_id: &[u8],
    ) -> Result<Option<Answered>, MfaError> {
        let owner = unless_erased(tx.get(&credential_key(credential_id)?).await)?;
        let owner = owner.map(|entry| owner_from_bytes(entry.value.as_bytes())).transpose()?;
        let authenticator =
            owner.filter(|(owner, _)| *owner == account).map(|(_, authenticator)| authenticator);
        // Read for a passkey that is not there too: it takes as long.
        let place = authenticator.unwrap_or(AuthenticatorId::from_bytes([0; 16]));
        let entry = unless_erased(tx.get(&key(account, place)?).await)?;
        let active = registry::read(tx, account).await?.counts(place);
        let kept = entry.map(|entry| Kept::from_bytes(place, entry.value.as_bytes())).transpose()?;
        Ok(kept.map(|kept| Answered { kept, active }))
    }

    async fn conclude(
        &self,
        tx: &Tx,
        account: StaffId,
        judged: Judged,
        now: Timestamp,
    ) -> Result<Result<ProvedFactor, PasskeyFault>, MfaError> {
        let Judged { answered, verdict } = judged;
        let stage = |event: Event| tx.stage(|batch| event.stage(batch, &self.rng));
        stage(checked(account, answered.is_some(), verdict.as_ref().err(), now))?;
        match (answered, verdict) {
            (Some(Answered { kept, .. }), Ok(result)) => self.used(tx, account, kept, &result, now).map(Ok),
            (Some(Answered { kept, .. }), Err(PasskeyFault::CloneSuspected)) => {
                self.suspect(tx, account, kept.passkey.authenticator, now).await?;
                Ok(Err(PasskeyFault::CloneSuspected))
            }
            (_, Err(fault)) => Ok(Err(fault)),
            (None, Ok(_)) => Ok(Err(PasskeyFault::Unknown)),
        }
    }

    fn used(
        &self,
        tx: &Tx,
        account: StaffId,
        mut kept: Kept,
        result: &AuthenticationResult,
        now: Timestamp,
    ) -> Result<ProvedFactor, MfaError> {
        if result.needs_update() {
            let mut credential = kept.credential()?;
            credential.update_credential(result);
            kept.set_credential(&credential)?;
        }
        let passkey = &mut kept.passkey;
        passkey.last_used = Some(now);
        passkey.synced = result.backup_eligible();
        passkey.backed_up = result.backup_state();
        let (authenticator, synced) = (passkey.authenticator, passkey.synced);
        tx.put(&key(account, authenticator)?, kept.to_bytes())?;
        let kind = FactorKind::Passkey { synced, user_verified: result.user_verified() };
        Ok(ProvedFactor::assume_proved(account, kind, authenticator, now))
    }

    /// Of two holders of one key, one is not the owner (WebAuthn 6.1.1).
    async fn suspect(
        &self,
        tx: &Tx,
        account: StaffId,
        authenticator: AuthenticatorId,
        now: Timestamp,
    ) -> Result<(), MfaError> {
        let (by, why) = (Actor::Component(Component::Mfa), PasskeyFault::CloneSuspected.reason());
        let event = Event::new(Action::FactorSuspected, by, now).about(Subject::Staff(account)).reason(why);
        tx.stage(|batch| event.stage(batch, &self.rng))?;
        if self.policy.suspected_kept {
            return Ok(());
        }
        registry::suspend(tx, account, authenticator, by, why, &self.rng, now).await
    }

    /// Reads a ceremony, and takes it out in the batch that follows.
    pub(super) async fn take(&self, tx: &Tx, ceremony: CeremonyId) -> Result<Option<Ceremony>, MfaError> {
        let key = ceremony.key()?;
        let Some(entry) = unless_erased(tx.get(&key).await)? else { return Ok(None) };
        tx.delete(&key)?;
        Ceremony::from_bytes(entry.value.as_bytes()).map(Some)
    }
}

/// An answer that failed shows no one, and is about an account only where it is of a passkey of it:
/// a name in it would else be whatever somebody wrote there.
fn checked(account: StaffId, of_account: bool, fault: Option<&PasskeyFault>, now: Timestamp) -> Event {
    let event = |actor| Event::new(Action::FactorChecked, actor, now);
    match fault {
        None => event(Actor::Staff(account)).about(Subject::Staff(account)),
        Some(fault) => {
            let failed = event(Actor::Unknown).outcome(Outcome::Failure).reason(fault.reason());
            if of_account { failed.about(Subject::Staff(account)) } else { failed }
        }
    }
}
