use super::{Case, Objection, Recovery, RecoveryPolicy, RecoveryReference, Step, record};
use crate::{AccountError, AddressProofs, ProofPurpose, address_proof::Request, attempt::settle, directory};
use jiff::Timestamp;
use leeward_event::{
    Action, Actor, Event, Reason, StaffId, Subject,
    assurance::{Aal, ProvedFactor, Recovered},
};
use leeward_notify::{Address, IndexRoot, Language, Notice, NoticeKind, Notifier, OneTimeCode};
use leeward_seal::IndexKey;
use leeward_store::{Key, Space, Store, StoreError, Tx};
use leeward_throttle::{Gate, Guess};
use ring::rand::SystemRandom;
use std::{fmt, sync::Arc};
use subtle::{Choice, ConstantTimeEq};

const RECOVERY: Space = Space::sealed_for("credentials.recovery", 0);
/// 40 bits: guesses at it pass the throttle.
const STOP_DIGITS: u8 = 12;

/// The way back into accounts: each step, with its event and its notice.
///
/// 1. [`begin`](Self::begin), with the account of a name that was typed in.
/// 2. Two different things are proved: a saved code or an authenticator by
///    [`prove_factor`](Self::prove_factor); an issued code by [`send_code`](Self::send_code) and
///    [`prove_address`](Self::prove_address). Staff may [`vouch`](Self::vouch) and
///    [`approve`](Self::approve).
/// 3. The owner is told on every other address, and has a day to [`object`](Self::object) or to
///    [`cancel`](Self::cancel) from a session.
/// 4. [`complete`](Self::complete) gives a [`Recovered`]: it signs nobody in. End every session of the
///    account, start a recovery session with it, bind new authenticators, issue new recovery codes.
#[derive(Clone)]
pub struct Recoveries {
    pub(super) store: Store,
    proofs: AddressProofs,
    notifier: Notifier,
    key: Arc<IndexKey>,
    pub(super) policy: RecoveryPolicy,
    rng: SystemRandom,
}

/// How far a recovery has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// More has to be proved.
    MoreNeeded,
    /// Enough was proved; it can be completed from this moment on, if the owner does not object.
    ReadyAt(Timestamp),
}

impl Recoveries {
    /// Over a store whose handle seals. `root` keys the hashes of the codes by which owners object: keep
    /// it outside the database.
    ///
    /// # Errors
    /// [`AccountError::Key`].
    pub fn new(
        store: &Store,
        root: &IndexRoot,
        proofs: &AddressProofs,
        notifier: &Notifier,
        policy: RecoveryPolicy,
    ) -> Result<Self, AccountError> {
        let key = Arc::new(directory::key(root, "objection", 256)?);
        let (store, proofs, notifier) = (store.clone(), proofs.clone(), notifier.clone());
        Ok(Self { store, proofs, notifier, key, policy, rng: SystemRandom::new() })
    }

    /// Begins. Nothing is read or written, so that it takes as long for an account that was made up.
    /// `level` is the highest that the account can reach, as its factors say: see [`Recovery::begin`].
    ///
    /// # Errors
    /// [`AccountError::Random`].
    pub fn begin(&self, account: StaffId, level: Aal) -> Result<Recovery, AccountError> {
        Recovery::begin(account, level, &self.rng)
    }

    /// Sends a code to the address that somebody typed, if it is one of the account's that codes may go
    /// to at this hour. Say the same either way: that a code comes if the address belongs to the account.
    ///
    /// # Errors
    /// [`AccountError::Throttle`] for a gate that is not one of [`Guess::Recovery`] for the account;
    /// [`AccountError::Notify`] for an address that is not written to or whose budget is spent, whose ever
    /// it is; [`AccountError::Random`]; [`AccountError::Store`].
    pub async fn send_code(
        &self,
        gate: Gate,
        recovery: &Recovery,
        typed: &Address,
        language: &Language,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let account = recovery.account();
        let admitted = gate.admit(account, Guess::Recovery, now)?;
        let (id, purpose, by) = (recovery.request(), ProofPurpose::Recover, Actor::Unknown);
        let request = &Request { account, id, purpose, address: typed, language, by };
        let sent = self
            .store
            .transact(|tx| async move { self.proofs.send_if_known_in(&tx, request, now).await })
            .await;
        settle(admitted, sent).await
    }

    /// Proves the code that was sent by [`send_code`](Self::send_code).
    ///
    /// # Errors
    /// [`AccountError::Rejected`] for a code that is wrong, too old, or was never sent;
    /// [`AccountError::Throttle`] for a gate that is not one of [`Guess::AddressCode`] for the account;
    /// [`AccountError::TooManyOpen`]; [`AccountError::Random`]; [`AccountError::Corrupt`];
    /// [`AccountError::Store`].
    pub async fn prove_address(
        &self,
        gate: Gate,
        recovery: &Recovery,
        code: &str,
        now: Timestamp,
    ) -> Result<Progress, AccountError> {
        let (account, purpose) = (recovery.account(), ProofPurpose::Recover);
        let proof = self.proofs.prove_for(gate, account, recovery.request(), purpose, code, now).await?;
        let step = Step::of_address(proof, now)?;
        let (reference, level) = (recovery.reference(), recovery.level());
        self.store
            .transact(|tx| {
                let step = step.again();
                async move { self.add(&tx, reference, level, step, now).await }
            })
            .await
    }

    /// Adds a factor that was checked elsewhere: a saved recovery code, or an authenticator that the
    /// account still has.
    ///
    /// # Errors
    /// [`AccountError::OtherProof`] for one of another account, or checked over ten minutes ago;
    /// [`AccountError::Throttle`] for a gate that is not one of [`Guess::Recovery`] for the account; those
    /// of [`prove_address`](Self::prove_address).
    pub async fn prove_factor(
        &self,
        gate: Gate,
        recovery: &Recovery,
        proved: ProvedFactor,
        now: Timestamp,
    ) -> Result<Progress, AccountError> {
        let admitted = gate.admit(recovery.account(), Guess::Recovery, now)?;
        let step = Step::of_factor(proved, now)?;
        if step.account() != recovery.account() {
            return Err(AccountError::OtherProof);
        }
        let (reference, level) = (recovery.reference(), recovery.level());
        let added = self
            .store
            .transact(|tx| {
                let (step, admitted) = (step.again(), &admitted);
                async move {
                    let progress = self.add(&tx, reference, level, step, now).await?;
                    tx.stage(|batch| admitted.succeeded(batch))?;
                    Ok(progress)
                }
            })
            .await;
        settle(admitted, added).await
    }

    /// Ends a recovery: the account is recovered, every other open recovery of it is over, and its owner is
    /// told.
    ///
    /// `level` is the highest that the account can reach now. A recovery never comes to its end on less than
    /// the highest level that was ever said.
    ///
    /// # Errors
    /// [`AccountError::Rejected`] when there is no such open recovery; [`AccountError::MoreNeeded`];
    /// [`AccountError::CoolingOff`]; [`AccountError::Throttle`] for a gate that is not one of
    /// [`Guess::Recovery`] for the account; [`AccountError::Random`]; [`AccountError::Corrupt`];
    /// [`AccountError::Store`].
    pub async fn complete(
        &self,
        gate: Gate,
        recovery: &Recovery,
        level: Aal,
        now: Timestamp,
    ) -> Result<Recovered, AccountError> {
        let (account, reference) = (recovery.account(), recovery.reference());
        let admitted = gate.admit(account, Guess::Recovery, now)?;
        let level = level.max(recovery.level());
        let completed = self
            .store
            .transact(|tx| {
                let admitted = &admitted;
                async move {
                    let cases = self.cases(&tx, account, now).await?;
                    let case = cases.into_iter().find(|case| case.reference == reference);
                    let case = case.ok_or(AccountError::Rejected)?;
                    let address = case.address;
                    let recovered = case.finish(level, &self.policy, now)?;
                    tx.delete(&key(account)?)?;
                    tx.stage(|batch| admitted.succeeded(batch))?;
                    self.tell(
                        &tx,
                        &told(Action::RecoveryCompleted, Actor::Staff(account), account, reference, now),
                    )?;
                    let notice = Notice::new(account, NoticeKind::RecoveryCompleted, now);
                    self.notice(&tx, &address.into_iter().fold(notice, Notice::never_only))?;
                    Ok(recovered)
                }
            })
            .await;
        settle(admitted, completed).await
    }

    /// Stops the recovery of which the owner got a notice, with the code in it. Nobody has to sign in for
    /// it.
    ///
    /// # Errors
    /// [`AccountError::Rejected`] for a code that stops nothing; [`AccountError::Throttle`] for a gate that
    /// is not one of [`Guess::Recovery`] for the account; [`AccountError::Random`];
    /// [`AccountError::Corrupt`]; [`AccountError::Store`].
    pub async fn object(
        &self,
        gate: Gate,
        account: StaffId,
        stop_code: &str,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let admitted = gate.admit(account, Guess::Recovery, now)?;
        let stopped = self
            .store
            .transact(|tx| {
                let admitted = &admitted;
                async move {
                    let cases = self.cases(&tx, account, now).await?;
                    let (stopped, left): (Vec<_>, Vec<_>) =
                        cases.into_iter().partition(|case| bool::from(self.fits(case, stop_code.trim())));
                    if stopped.is_empty() {
                        return Err(AccountError::Rejected);
                    }
                    tx.stage(|batch| admitted.succeeded(batch))?;
                    self.put(&tx, account, &left)?;
                    self.cancelled(&tx, account, &stopped, Actor::Unknown, now)
                }
            })
            .await;
        settle(admitted, stopped).await
    }

    /// Stops every open recovery of an account, from a session of its owner or by staff, and says how many
    /// there were.
    ///
    /// # Errors
    /// [`AccountError::Random`]; [`AccountError::Corrupt`]; [`AccountError::Store`].
    pub async fn cancel(&self, account: StaffId, by: Actor, now: Timestamp) -> Result<usize, AccountError> {
        self.store
            .transact(|tx| async move {
                let cases = self.cases(&tx, account, now).await?;
                if !cases.is_empty() {
                    tx.delete(&key(account)?)?;
                    self.cancelled(&tx, account, &cases, by, now)?;
                }
                Ok(cases.len())
            })
            .await
    }

    /// The open recoveries of an account: to be shown in every session of its owner, who may have no
    /// address to be told at.
    ///
    /// # Errors
    /// [`AccountError::Corrupt`]; [`AccountError::Store`].
    pub async fn open_cases(&self, account: StaffId, now: Timestamp) -> Result<Vec<Case>, AccountError> {
        self.store.transact(|tx| async move { self.cases(&tx, account, now).await }).await
    }

    /// Adds a step to a case, which it opens if there is none.
    async fn add(
        &self,
        tx: &Tx,
        reference: RecoveryReference,
        level: Aal,
        step: Step,
        now: Timestamp,
    ) -> Result<Progress, AccountError> {
        let account = step.account();
        let address = step.address();
        let event = told(Action::RecoveryStepProved, Actor::Unknown, account, reference, now);
        let changed = self
            .change(tx, (account, reference, level), Actor::Unknown, address, now, |case, heard| {
                case.prove(step, heard, &self.policy, now)
            })
            .await?;
        self.tell(tx, &event)?;
        Ok(changed)
    }

    /// Finds or opens a case, changes it and writes it down.
    pub(super) async fn change(
        &self,
        tx: &Tx,
        (account, reference, level): (StaffId, RecoveryReference, Aal),
        by: Actor,
        address: Option<leeward_notify::AddressId>,
        now: Timestamp,
        change: impl FnOnce(Case, bool) -> Result<Case, AccountError>,
    ) -> Result<Progress, AccountError> {
        let mut cases = self.cases(tx, account, now).await?;
        let mut case = match cases.iter().position(|case| case.reference == reference) {
            Some(place) => cases.remove(place),
            None => {
                make_room(&mut cases)?;
                self.open(tx, (account, reference, level), by, address, now)?
            }
        };
        case.level = case.level.max(level);
        let told_of = case.address.or(address);
        let heard = self.notifier.reach_in(tx, account, told_of, now).await? > 0;
        let case = change(case, heard)?;
        let progress = case.ready_at.map_or(Progress::MoreNeeded, Progress::ReadyAt);
        cases.push(case);
        self.put(tx, account, &cases)?;
        Ok(progress)
    }

    /// Opens a case, and tells its owner with a code to stop it.
    fn open(
        &self,
        tx: &Tx,
        (account, reference, level): (StaffId, RecoveryReference, Aal),
        by: Actor,
        address: Option<leeward_notify::AddressId>,
        now: Timestamp,
    ) -> Result<Case, AccountError> {
        let stop_code = OneTimeCode::digits(&self.rng, STOP_DIGITS)?;
        let objection = Objection(self.mac(account, reference, stop_code.expose())?);
        self.tell(tx, &told(Action::RecoveryStarted, by, account, reference, now))?;
        let notice = Notice::new(account, NoticeKind::RecoveryStarted, now).stop_code(stop_code);
        self.notice(tx, &address.into_iter().fold(notice, Notice::never_only))?;
        Ok(Case::open(account, reference, level, objection, now))
    }

    /// The cases of an account that still lead anywhere. An erased account has none.
    pub(super) async fn cases(
        &self,
        tx: &Tx,
        account: StaffId,
        now: Timestamp,
    ) -> Result<Vec<Case>, AccountError> {
        let entry = directory::unless_erased(tx.get(&key(account)?).await)?;
        let Some(entry) = entry else { return Ok(Vec::new()) };
        let mut cases = record::decode(account, entry.value.as_bytes())?;
        cases.retain(|case| case.is_open(&self.policy, now));
        Ok(cases)
    }

    fn put(&self, tx: &Tx, account: StaffId, cases: &[Case]) -> Result<(), AccountError> {
        match cases.iter().map(|case| case.closes_at(&self.policy)).max() {
            Some(closes_at) => tx.put_until(&key(account)?, record::encode(cases), closes_at)?,
            None => tx.delete(&key(account)?)?,
        }
        Ok(())
    }

    fn cancelled(
        &self,
        tx: &Tx,
        account: StaffId,
        cases: &[Case],
        by: Actor,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        for case in cases {
            let event = told(Action::RecoveryCancelled, by, account, case.reference, now);
            self.tell(tx, &event.reason(Reason::Cancelled))?;
        }
        self.notice(tx, &Notice::new(account, NoticeKind::RecoveryCancelled, now))
    }

    fn fits(&self, case: &Case, stop_code: &str) -> Choice {
        let mac = self.mac(case.account, case.reference, stop_code);
        mac.map_or_else(|_| Choice::from(0), |mac| mac.ct_eq(&case.objection.0))
    }

    fn mac(
        &self,
        account: StaffId,
        reference: RecoveryReference,
        stop_code: &str,
    ) -> Result<[u8; 32], AccountError> {
        let bytes = [account.as_bytes(), reference.0.as_slice(), stop_code.as_bytes()].concat();
        let tag = self.key.tag(&zeroize::Zeroizing::new(bytes));
        tag.as_bytes().try_into().map_err(|_| AccountError::Corrupt { what: "recovery" })
    }

    pub(super) fn tell(&self, tx: &Tx, event: &Event) -> Result<(), AccountError> {
        tx.stage(|batch| event.stage(batch, &self.rng).map_err(AccountError::from))
    }

    fn notice(&self, tx: &Tx, notice: &Notice) -> Result<(), AccountError> {
        tx.stage(|batch| notice.stage(batch, &self.rng).map_err(AccountError::from))
    }
}

/// What happened to a recovery. Its events have its reference as their correlation.
pub(super) fn told(
    what: Action,
    by: Actor,
    account: StaffId,
    reference: RecoveryReference,
    now: Timestamp,
) -> Event {
    Event::new(what, by, now).about(Subject::Staff(account)).correlation(reference.correlation())
}

/// The oldest case in which nothing was proved gives way; one in which something was does not.
fn make_room(cases: &mut Vec<Case>) -> Result<(), AccountError> {
    if cases.len() < record::MAX_OPEN {
        return Ok(());
    }
    let bare = cases.iter().position(Case::is_bare).ok_or(AccountError::TooManyOpen)?;
    cases.remove(bare);
    Ok(())
}

fn key(account: StaffId) -> Result<Key, StoreError> {
    RECOVERY.key(&[account.as_bytes()])
}

impl fmt::Debug for Recoveries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recoveries").field("policy", &self.policy).finish_non_exhaustive()
    }
}
