use crate::{
    AccountError, AddressProof, AddressProofs, Directory, LoginName, ProofPurpose,
    address_proof::{Asked, Request},
};
use jiff::Timestamp;
use leeward_event::{Action, Actor, Event, StaffId, Subject};
use leeward_notify::{Address, Language, Notice, NoticeKind};
use leeward_store::{Store, Tx};
use leeward_throttle::Gate;
use ring::rand::SystemRandom;
use std::fmt;

/// Makes accounts: with a proved address, or with nothing but a pseudonym.
///
/// Neither way tells whether a name or an address has an account. Whoever proves an address hears of names
/// that are taken, five at the most; the owner of an address that has an account is told by a notice. A
/// pseudonym is drawn by lot, so that nobody can ask for one that is taken.
#[derive(Clone)]
pub struct Registrations {
    store: Store,
    directory: Directory,
    proofs: AddressProofs,
    rng: SystemRandom,
}

/// A registration that waits for the code that was sent. It lives in a cookie or in memory; it is no
/// account yet, and tells nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration {
    account: StaffId,
}

/// That whoever registers has proved an address, and may choose a name. Not `Clone`; it lives in memory.
#[derive(Debug)]
#[must_use]
pub struct Registrant {
    proof: AddressProof,
    names: u8,
}

/// A name was taken: the registrant, who may try another.
#[derive(Debug)]
#[must_use]
pub struct NameRefused {
    /// Why.
    pub error: AccountError,
    /// Who may try again, if anybody.
    pub registrant: Option<Registrant>,
}

/// An account without an address. Show the name once, and let its owner choose a passphrase and keep
/// recovery codes: nobody can write to them.
#[derive(Debug)]
pub struct Pseudonymous {
    /// Whose account it is.
    pub account: StaffId,
    /// What to sign in with.
    pub name: LoginName,
}

/// How many names may be tried with one proved address.
const NAMES: u8 = 5;
/// How many pseudonyms are drawn before the service gives up: with a million accounts of 2^32, more than
/// three never happen.
const DRAWS: usize = 8;

impl Registration {
    /// For which account it is, once it is made: the subject of the gate for its code.
    #[must_use]
    pub const fn account(&self) -> StaffId {
        self.account
    }

    /// The registration that was kept as these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self { account: StaffId::from_bytes(bytes) }
    }

    /// The bytes to keep, in a cookie for one.
    #[must_use]
    pub const fn to_bytes(&self) -> [u8; 16] {
        *self.account.as_bytes()
    }
}

impl Registrations {
    /// Over a store whose handle seals.
    #[must_use]
    pub fn new(store: &Store, directory: &Directory, proofs: &AddressProofs) -> Self {
        let (store, directory, proofs) = (store.clone(), directory.clone(), proofs.clone());
        Self { store, directory, proofs, rng: SystemRandom::new() }
    }

    /// Makes an account with a random name and nothing else: no mail, no telephone.
    ///
    /// It takes no gate and spends no budget, since it guesses at nothing and nothing is sent: each call writes
    /// an account. **Who may call it is for the application to decide.** For staff, that is whoever may
    /// enrol them. Where seekers may have accounts, help must not depend on one: whoever cannot be given
    /// an account at once is helped without.
    ///
    /// # Errors
    /// [`AccountError::Random`]; [`AccountError::Store`].
    pub async fn pseudonymous(&self, now: Timestamp) -> Result<Pseudonymous, AccountError> {
        for _ in 0..DRAWS {
            let (account, name) = (StaffId::generate(&self.rng)?, LoginName::pseudonym(&self.rng)?);
            let drawn = &name;
            let made = self
                .store
                .transact(|tx| async move {
                    self.directory.claim_in(&tx, drawn, account).await?;
                    self.tell(&tx, &enrolled(account, now))
                })
                .await;
            match made {
                Err(AccountError::NameTaken) => {}
                made => return made.map(|()| Pseudonymous { account, name }),
            }
        }
        Err(AccountError::NameTaken)
    }

    /// Begins a registration with an address, and says the same whatever there is: a code is on its way.
    ///
    /// When the address is the name of an account, a notice goes to that account instead of a code. A
    /// taken address that is nobody's name is not looked for: two accounts may share an address.
    ///
    /// # Errors
    /// [`AccountError::Notify`] for an address that is not written to or whose budget is spent;
    /// [`AccountError::Random`]; [`AccountError::Store`].
    pub async fn begin(
        &self,
        address: &Address,
        language: &Language,
        now: Timestamp,
    ) -> Result<Registration, AccountError> {
        let account = StaffId::generate(&self.rng)?;
        let (id, purpose, by) = (*account.as_bytes(), ProofPurpose::Register, Actor::Unknown);
        let request = &Request { account, id, purpose, address, language, by };
        let name = &LoginName::parse(address.expose()).ok();
        self.store
            .transact(|tx| async move {
                let holder = match name {
                    Some(name) => self.directory.holder_in(&tx, name).await?,
                    None => None,
                };
                let Some(holder) = holder else { return self.proofs.send_in(&tx, request, now).await };
                self.proofs.send_nothing_in(&tx, request, now).await?;
                let notice = Notice::new(holder, NoticeKind::RegistrationAttempted, now);
                tx.stage(|batch| notice.stage(batch, &self.rng).map_err(AccountError::from))
            })
            .await?;
        Ok(Registration { account })
    }

    /// Checks the code of a registration.
    ///
    /// # Errors
    /// [`AccountError::Rejected`] for a code that is wrong, too old or was never sent;
    /// [`AccountError::Throttle`] for a gate that is not one of
    /// [`Guess::AddressCode`](leeward_throttle::Guess::AddressCode) for
    /// [`Registration::account`]; [`AccountError::Store`].
    pub async fn prove(
        &self,
        gate: Gate,
        registration: Registration,
        code: &str,
        now: Timestamp,
    ) -> Result<Registrant, AccountError> {
        let account = registration.account;
        let asked = Asked { account, request: *account.as_bytes(), purpose: ProofPurpose::Register };
        let proof = self.proofs.prove_for(gate, asked, code, now).await?;
        Ok(Registrant { proof, names: NAMES })
    }

    /// Makes the account, under a name of the registrant's choice, with the address that was proved.
    ///
    /// # Errors
    /// [`NameRefused`], with the registrant while other names may be tried: [`AccountError::NameTaken`],
    /// [`AccountError::TooManyNames`], [`AccountError::OtherProof`] after ten minutes; those of the store.
    pub async fn finish(
        &self,
        registrant: Registrant,
        name: &LoginName,
        now: Timestamp,
    ) -> Result<StaffId, NameRefused> {
        let Registrant { proof, names } = registrant;
        if !proof.is_fresh(now) {
            return Err(NameRefused { error: AccountError::OtherProof, registrant: None });
        }
        let (account, claim) = (proof.account(), &proof);
        let made = self
            .store
            .transact(|tx| async move {
                self.directory.claim_in(&tx, name, account).await?;
                self.proofs.add_in(&tx, claim, None, now).await?;
                self.tell(&tx, &enrolled(account, now))
            })
            .await;
        match made {
            Ok(()) => Ok(account),
            Err(error) => Err(refused(error, proof, names)),
        }
    }

    fn tell(&self, tx: &Tx, event: &Event) -> Result<(), AccountError> {
        tx.stage(|batch| event.stage(batch, &self.rng).map_err(AccountError::from))
    }
}

fn refused(error: AccountError, proof: AddressProof, names: u8) -> NameRefused {
    match (error, names.saturating_sub(1)) {
        (AccountError::NameTaken, 0) => NameRefused { error: AccountError::TooManyNames, registrant: None },
        (error, names) => NameRefused { error, registrant: Some(Registrant { proof, names }) },
    }
}

fn enrolled(account: StaffId, now: Timestamp) -> Event {
    Event::new(Action::StaffEnrolled, Actor::Staff(account), now).about(Subject::Staff(account))
}

impl fmt::Debug for Registrations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registrations").finish_non_exhaustive()
    }
}

impl From<NameRefused> for AccountError {
    fn from(refused: NameRefused) -> Self {
        refused.error
    }
}
