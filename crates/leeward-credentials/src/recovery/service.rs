use super::{
    Case, Recovery, RecoveryPolicy, Step,
    cases::{key, told},
};
use crate::{
    AccountError, AddressProofs, ProofPurpose,
    address_proof::{Asked, Request},
    attempt::settle,
    directory,
};
use jiff::Timestamp;
use leeward_event::{
    Action, Actor, StaffId,
    assurance::{Aal, ProvedFactor, Recovered},
};
use leeward_notify::{Address, IndexRoot, Language, Notice, NoticeKind, Notifier};
use leeward_seal::IndexKey;
use leeward_store::Store;
use leeward_throttle::{Gate, Guess};
use ring::rand::SystemRandom;
use std::{fmt, sync::Arc};

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
    pub(super) notifier: Notifier,
    pub(super) key: Arc<IndexKey>,
    pub(super) policy: RecoveryPolicy,
    pub(super) rng: SystemRandom,
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
        let (account, request) = (recovery.account(), recovery.request());
        let admitted = gate.admit(account, Guess::AddressCode, now)?;
        let asked = Asked { account, request, purpose: ProofPurpose::Recover };
        let (reference, level) = (recovery.reference(), recovery.level());
        let judged = self
            .store
            .transact(|tx| {
                let admitted = &admitted;
                async move {
                    let judged = self.proofs.prove_in(&tx, admitted, asked, code, now).await?;
                    let Ok(proof) = judged else { return Ok(None) };
                    let step = Step::of_address(proof, now)?;
                    self.add(&tx, reference, level, step, now).await.map(Some)
                }
            })
            .await;
        settle(admitted, judged).await?.ok_or(AccountError::Rejected)
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
        match completed {
            // Whoever has the case and comes too early guesses at nothing.
            Err(early @ (AccountError::CoolingOff { .. } | AccountError::MoreNeeded)) => {
                let _kept = admitted.refund().await;
                Err(early)
            }
            completed => settle(admitted, completed).await,
        }
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
}

impl fmt::Debug for Recoveries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recoveries").field("policy", &self.policy).finish_non_exhaustive()
    }
}
