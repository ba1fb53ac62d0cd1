use super::{
    AddressProof, ProofPurpose,
    answer::Asked,
    code::{Bound, DIGITS},
    record::CodeRecord,
};
use crate::{AccountError, directory};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{Action, Actor, Event, Outcome, Reason, StaffId, Subject};
use leeward_notify::{
    Address, AddressId, CodeMessage, Contact, Hours, IndexRoot, Language, Notifier, OneTimeCode,
};
use leeward_seal::IndexKey;
use leeward_store::{Key, Space, Store, StoreError, Tx};
use leeward_throttle::Gate;
#[cfg(doc)]
use leeward_throttle::Guess;
use ring::rand::{SecureRandom, SystemRandom};
use std::{fmt, sync::Arc};

/// Sealed under the service's own key: whoever types names that nobody has must not make keys for them.
const CODE: Space = Space::sealed("credentials.address-code");
/// NIST SP 800-63B-4 4.2.1.2: at most 10 minutes by text or voice, at most 24 hours by mail.
const PHONE_LASTS: SignedDuration = SignedDuration::from_mins(10);
const MAIL_LASTS: SignedDuration = SignedDuration::from_hours(1);
const MAIL_LASTS_AT_MOST: SignedDuration = SignedDuration::from_hours(24);
/// The one who is signed in asks: there is no other request to keep apart.
const NO_REQUEST: [u8; 16] = [0; 16];

/// Sends codes to addresses, and says who answered.
///
/// A code has 8 digits, holds once, for 10 minutes by telephone and for an hour by mail, for the address,
/// the account, the purpose and the request it was sent for; a keyed hash is kept of it.
#[derive(Clone)]
pub struct AddressProofs {
    pub(super) store: Store,
    notifier: Notifier,
    pub(super) key: Arc<IndexKey>,
    mail_lasts: SignedDuration,
    pub(super) rng: SystemRandom,
}

/// One asking for a code.
pub(crate) struct Request<'a> {
    pub(crate) account: StaffId,
    pub(crate) id: [u8; 16],
    pub(crate) purpose: ProofPurpose,
    pub(crate) address: &'a Address,
    pub(crate) language: &'a Language,
    pub(crate) by: Actor,
}

impl AddressProofs {
    /// Over a store whose handle seals; codes leave through `notifier`. `root` keys the hashes of codes:
    /// keep it outside the database.
    ///
    /// # Errors
    /// [`AccountError::Key`].
    pub fn new(store: &Store, root: &IndexRoot, notifier: &Notifier) -> Result<Self, AccountError> {
        let key = Arc::new(directory::key(root, "address-code", 256)?);
        let (store, notifier) = (store.clone(), notifier.clone());
        Ok(Self { store, notifier, key, mail_lasts: MAIL_LASTS, rng: SystemRandom::new() })
    }

    /// How long a code holds that was sent by mail: an hour when not said, a day at the most.
    #[must_use]
    pub fn mail_lasts(self, time: SignedDuration) -> Self {
        Self { mail_lasts: time.clamp(SignedDuration::from_mins(1), MAIL_LASTS_AT_MOST), ..self }
    }

    /// Sends a code to an address that its owner, who is signed in, wants to add to the account. A code
    /// that was sent before no longer holds.
    ///
    /// # Errors
    /// [`AccountError::Notify`] for an address that is not written to or whose budget is spent;
    /// [`AccountError::Random`]; [`AccountError::Store`].
    pub async fn send(
        &self,
        account: StaffId,
        address: &Address,
        language: &Language,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let (purpose, by) = (ProofPurpose::Add, Actor::Staff(account));
        let request = &Request { account, id: NO_REQUEST, purpose, address, language, by };
        self.store.transact(|tx| async move { self.send_in(&tx, request, now).await }).await
    }

    /// Checks the code that was sent by [`send`](Self::send), which is used up by it.
    ///
    /// # Errors
    /// [`AccountError::Rejected`] for a code that is wrong, too old, or was never sent;
    /// [`AccountError::Throttle`] for a gate that is not one of [`Guess::AddressCode`] for the account;
    /// [`AccountError::Random`]; [`AccountError::Corrupt`]; [`AccountError::Store`].
    pub async fn prove(
        &self,
        gate: Gate,
        account: StaffId,
        code: &str,
        now: Timestamp,
    ) -> Result<AddressProof, AccountError> {
        let asked = Asked { account, request: NO_REQUEST, purpose: ProofPurpose::Add };
        self.prove_for(gate, asked, code, now).await
    }

    /// Adds a proved address to its account. Whoever proved it has said that it is safe to write there.
    ///
    /// # Errors
    /// [`AccountError::OtherProof`] for one that was made for something else, or over ten minutes ago;
    /// [`AccountError::Notify`]; [`AccountError::Store`].
    pub async fn add(
        &self,
        proof: AddressProof,
        hours: Option<Hours>,
        now: Timestamp,
    ) -> Result<AddressId, AccountError> {
        if proof.purpose != ProofPurpose::Add || !proof.is_fresh(now) {
            return Err(AccountError::OtherProof);
        }
        let (proof, hours) = (&proof, &hours);
        self.store.transact(|tx| async move { self.add_in(&tx, proof, hours.clone(), now).await }).await
    }

    pub(crate) async fn add_in(
        &self,
        tx: &Tx,
        proof: &AddressProof,
        hours: Option<Hours>,
        now: Timestamp,
    ) -> Result<AddressId, AccountError> {
        let contact = Contact::safe(proof.address.clone()).language(proof.language.clone());
        let contact = hours.into_iter().fold(contact, Contact::at);
        Ok(self.notifier.add_address_in(tx, proof.account, contact, now).await?)
    }

    /// Sends a code to an address that need not be one of the account's.
    pub(crate) async fn send_in(
        &self,
        tx: &Tx,
        request: &Request<'_>,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let code = OneTimeCode::digits(&self.rng, DIGITS)?;
        let to = (request.address, request.language);
        let message = self.message(request, &code);
        self.notifier.send_code_to_new_in(tx, request.account, to, &message, now).await?;
        self.keep(tx, request, None, Some(&code), now)
    }

    /// Sends a code if the address is one of the account's that may be written to, and does as much if it
    /// is not.
    pub(crate) async fn send_if_known_in(
        &self,
        tx: &Tx,
        request: &Request<'_>,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let code = OneTimeCode::digits(&self.rng, DIGITS)?;
        let message = self.message(request, &code);
        let known = self.notifier.send_code_if_known_in(tx, request.account, request.address, &message, now);
        let known = known.await?;
        self.keep(tx, request, known, known.map(|_| &code), now)
    }

    /// As if a code had been sent: the budget is spent, a row is written, and no code fits it.
    pub(crate) async fn send_nothing_in(
        &self,
        tx: &Tx,
        request: &Request<'_>,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        self.notifier.spend_code(tx, request.address, now).await?;
        self.keep(tx, request, None, None, now)
    }

    fn message<'a>(&self, request: &Request<'_>, code: &'a OneTimeCode) -> CodeMessage<'a> {
        let valid_for = self.lasts(request.address).unsigned_abs();
        CodeMessage { purpose: request.purpose.of_message(), code, valid_for }
    }

    fn lasts(&self, address: &Address) -> SignedDuration {
        match address {
            Address::Email(_) => self.mail_lasts,
            _ => PHONE_LASTS,
        }
    }

    /// What looks like the hash of a code, and is of none.
    fn no_mac(&self) -> Result<[u8; 32], AccountError> {
        let mut random = [0; 32];
        self.rng.fill(&mut random).map_err(|_| AccountError::Random)?;
        Ok(random)
    }

    /// Keeps what a code is compared with, or, where none was sent, something that no code fits.
    fn keep(
        &self,
        tx: &Tx,
        request: &Request<'_>,
        known_as: Option<AddressId>,
        code: Option<&OneTimeCode>,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let Request { account, id, purpose, address, language, by } = request;
        let bound = Bound { account: *account, request: *id, purpose: *purpose, address };
        let mac = match code {
            Some(code) => bound.mac(&self.key, code.expose())?,
            None => self.no_mac()?,
        };
        let expires_at = now.checked_add(self.lasts(address)).unwrap_or(Timestamp::MAX);
        let (address, language) = ((*address).clone(), (*language).clone());
        let kept = CodeRecord { mac, sent_at: now, expires_at, known_as, address, language };
        tx.put_until(&row(*account, *id, *purpose)?, kept.encode(), expires_at)?;
        let event = Event::new(Action::AddressProofSent, *by, now).about(Subject::Staff(*account));
        let event = match code {
            Some(_) => event,
            None => event.outcome(Outcome::Failure).reason(Reason::NotEnrolled),
        };
        tx.stage(|batch| event.stage(batch, &self.rng).map_err(AccountError::from))
    }
}

impl AddressProof {
    /// How long a proof may be used: as long as a sign-in may wait for its second factor.
    const KEEPS: SignedDuration = SignedDuration::from_mins(10);

    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        now.duration_since(self.at).abs() <= Self::KEEPS
    }
}

pub(super) fn row(account: StaffId, request: [u8; 16], purpose: ProofPurpose) -> Result<Key, StoreError> {
    CODE.key(&[account.as_bytes(), &request, &[purpose.code()]])
}

impl fmt::Debug for AddressProofs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AddressProofs").field("mail_lasts", &self.mail_lasts).finish_non_exhaustive()
    }
}
