use crate::{
    Factor, Judged, MfaError, PendingMfa, Permit, Presented, Profile, Skew, hotp, label::Label, out_of_band,
    recovery_codes, registry, totp, tries::Tries,
};
use jiff::Timestamp;
use leeward_event::{
    Action, Actor, Event, Outcome, Reason, StaffId, Subject,
    assurance::{FactorKind, Proof, ProvedFactor, Requirement, SignIn},
};
use leeward_store::{Batch, Entry, Store, StoreError, Tx};
use leeward_throttle::{Admitted, Gate};
use ring::rand::SystemRandom;
use std::fmt;

/// Binds the second factors of staff, and asks for them.
#[derive(Clone)]
pub struct Mfa {
    pub(crate) store: Store,
    issuer: Label,
    skew: Skew,
    profile: Profile,
    pub(crate) rng: SystemRandom,
}

impl Mfa {
    /// Over a store whose handle seals. Authenticator apps show `issuer`, the name of the service,
    /// beside each code; choose one that is safe on a screen others may see.
    ///
    /// It begins with [`Profile::StaffPhishingResistant`], under which codes of apps are no second factor.
    ///
    /// # Errors
    /// [`MfaError::Label`] for an issuer that an authenticator could not show.
    pub fn new(store: &Store, issuer: &str) -> Result<Self, MfaError> {
        let (issuer, rng) = (Label::new(issuer)?, SystemRandom::new());
        let (skew, profile) = (Skew::default(), Profile::default());
        Ok(Self { store: store.clone(), issuer, skew, profile, rng })
    }

    /// What every sign-in takes, and which factors may be bound.
    #[must_use]
    pub const fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// How far clocks may differ: [`Skew::OneStep`] by default.
    #[must_use]
    pub const fn skew(mut self, skew: Skew) -> Self {
        self.skew = skew;
        self
    }

    /// Asks for a second factor beside the one `proved`, so that the sign-in fulfils `requirement` and the
    /// [`Profile`], at least.
    ///
    /// A second factor is asked for at [`Aal::One`](leeward_event::assurance::Aal::One) too. A sign-in that needs one alone is
    /// [`add_up`](Self::add_up) of that one. What the profile does not [accept](Profile::accepts) counts for
    /// nothing, though it was bound under a wider one.
    ///
    /// # Errors
    /// [`MfaError::NotEnrolled`] when the account has no active factor; [`MfaError::OutOfReach`] when none of
    /// those it has counts and is enough; [`MfaError::Expired`] when the proof is older than 10 minutes;
    /// [`MfaError::Record`]; [`MfaError::Store`].
    pub async fn require(
        &self,
        proved: ProvedFactor,
        requirement: impl Into<Requirement>,
        now: Timestamp,
    ) -> Result<PendingMfa, MfaError> {
        let requirement = requirement.into().and(self.profile.sign_in());
        Tries::new(proved.at()).in_time(now)?;
        let factors = self.factors(proved.account()).await?;
        if !factors.iter().any(Factor::is_active) {
            return Err(MfaError::NotEnrolled);
        }
        let known = self.counting(&[proved.proof()]);
        let enough = |factor: &Factor| {
            let another = (factor.kind, factor.authenticator);
            self.counts(factor) && requirement.would_be_met_with(another, &known, now)
        };
        let options: Vec<_> = factors.into_iter().filter(enough).collect();
        if options.is_empty() {
            return Err(MfaError::OutOfReach { aal: requirement.aal() });
        }
        Ok(PendingMfa::new(self.clone(), proved, requirement, options))
    }

    /// Makes a sign-in of factors that were all proved already, if they fulfil `requirement` and the
    /// [`Profile`]: of a passkey alone, or of a code that was [asked for first](Self::prove) and a
    /// passphrase.
    ///
    /// # Errors
    /// [`MfaError::OutOfReach`]; [`MfaError::Assurance`].
    pub fn add_up(
        &self,
        first: ProvedFactor,
        rest: impl IntoIterator<Item = ProvedFactor>,
        requirement: impl Into<Requirement>,
        now: Timestamp,
    ) -> Result<SignIn, MfaError> {
        let requirement = requirement.into().and(self.profile.sign_in());
        let sign_in = SignIn::from_factors(first, rest, now)?;
        if requirement.is_met_by(&self.counting(sign_in.proofs()), now) {
            Ok(sign_in)
        } else {
            Err(MfaError::OutOfReach { aal: requirement.aal() })
        }
    }

    /// Checks a code of an account of which nothing else is proved yet: for the second factor first, so
    /// that passphrases cannot be probed by whoever does not hold it, and for the way back into an
    /// account. The code is used up by it.
    ///
    /// Strangers can spend attempts here, those that the throttle leaves to unknown clients. For an
    /// account without such a factor, or that does not exist, the answer is the same as for a wrong code.
    ///
    /// # Errors
    /// [`MfaError::Rejected`]; [`MfaError::Throttle`] for a gate that was made for something else;
    /// [`MfaError::Record`]; [`MfaError::Random`]; [`MfaError::Store`].
    pub async fn prove(
        &self,
        gate: Gate,
        account: StaffId,
        code: Presented<'_>,
        now: Timestamp,
    ) -> Result<ProvedFactor, MfaError> {
        self.judge(gate, Presenter { account, known: false }, code, now).await?.ok_or(MfaError::Rejected)
    }

    /// Judges what was presented; `None` if there is nothing it could be of.
    pub(crate) async fn judge(
        &self,
        gate: Gate,
        by: Presenter,
        code: Presented<'_>,
        now: Timestamp,
    ) -> Result<Option<ProvedFactor>, MfaError> {
        let admitted = gate.admit(by.account, code.guess(), now)?;
        let judged = self.judge_admitted(&admitted, by, code, now).await;
        if !was_judged(&judged) {
            // Nothing was learnt from it. If this fails too, the attempt stays counted.
            drop(admitted.refund().await);
        }
        match judged? {
            Judged::Right(authenticator) => {
                Ok(Some(ProvedFactor::assume_proved(by.account, code.kind(), authenticator, now)))
            }
            Judged::Wrong | Judged::Reused => Err(MfaError::Rejected),
            Judged::Missing => Ok(None),
        }
    }

    /// Judges a code and writes what it leaves, in one batch with the event: the batch applies only if the
    /// factor is still as it was read, so that a code has one winner.
    async fn judge_admitted(
        &self,
        admitted: &Admitted,
        by: Presenter,
        code: Presented<'_>,
        now: Timestamp,
    ) -> Result<Judged, MfaError> {
        self.store
            .transact(|tx| async move {
                let judged = self.look_at(&tx, by.account, code, now).await?;
                if matches!(judged, Judged::Right(_)) {
                    tx.stage(|batch| admitted.succeeded(batch))?;
                }
                tx.stage(|batch| checked(by, judged, now).stage(batch, &self.rng))?;
                Ok(judged)
            })
            .await
    }

    async fn look_at(
        &self,
        tx: &Tx,
        account: StaffId,
        code: Presented<'_>,
        now: Timestamp,
    ) -> Result<Judged, MfaError> {
        if !self.profile.accepts(code.kind()) {
            return Ok(Judged::Missing);
        }
        match code {
            Presented::Totp(code) => totp::check(self, tx, account, code, now).await,
            Presented::Hotp(code) => hotp::check(tx, account, code).await,
            Presented::HotpPair(first, second) => hotp::check_pair(tx, account, (first, second)).await,
            Presented::Phone(request, code) => {
                out_of_band::check(self, tx, account, (request, code), now).await
            }
            Presented::RecoveryCode(code) => recovery_codes::judge(self, tx, account, code, now).await,
        }
    }

    /// Whether a factor counts: it is active, and of a kind that the profile accepts.
    pub(crate) fn counts(&self, factor: &Factor) -> bool {
        factor.is_active() && self.profile.accepts(factor.kind)
    }

    /// Those proofs that the profile lets count.
    pub(crate) fn counting(&self, proofs: &[Proof]) -> Vec<Proof> {
        proofs.iter().copied().filter(|proof| self.profile.counts(proof.kind())).collect()
    }

    /// Refuses a kind of factor that the profile does not accept.
    pub(crate) fn check_accepts(&self, kind: FactorKind) -> Result<(), MfaError> {
        if self.profile.accepts(kind) { Ok(()) } else { Err(MfaError::NotAccepted) }
    }

    /// Refuses at once what would be refused when a factor of `kind` is written.
    pub(crate) async fn check_binds(
        &self,
        permit: &Permit,
        kind: FactorKind,
        now: Timestamp,
    ) -> Result<(), MfaError> {
        self.check_accepts(kind)?;
        let roster = registry::read_store(&self.store, permit.account()).await?;
        permit.check_binds(roster.needed_to_bind(kind), now)
    }

    /// Tells the log of a code that did not confirm a factor.
    pub(crate) async fn note_unconfirmed(&self, account: StaffId, now: Timestamp) -> Result<(), MfaError> {
        let mut batch = Batch::new();
        let event = Event::new(Action::FactorEnrolled, Actor::Staff(account), now);
        let event =
            event.about(Subject::Staff(account)).outcome(Outcome::Failure).reason(Reason::WrongSecret);
        event.stage(&mut batch, &self.rng)?;
        self.store.commit(batch).await?;
        Ok(())
    }

    pub(crate) const fn issuer(&self) -> &Label {
        &self.issuer
    }

    pub(crate) const fn skew_allowed(&self) -> Skew {
        self.skew
    }

    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) const fn rng(&self) -> &SystemRandom {
        &self.rng
    }
}

impl fmt::Debug for Mfa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mfa")
            .field("issuer", &self.issuer)
            .field("skew", &self.skew)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

/// Whether a code was judged, or may have been: what came of it may stand in the store though the answer
/// was lost.
const fn was_judged(judged: &Result<Judged, MfaError>) -> bool {
    matches!(judged, Ok(_) | Err(MfaError::Store(StoreError::OutcomeUnknown(_))))
}

/// An erased account has no factor.
pub(crate) fn unless_erased(read: Result<Option<Entry>, StoreError>) -> Result<Option<Entry>, StoreError> {
    match read {
        Err(StoreError::Erased { .. }) => Ok(None),
        other => other,
    }
}

/// Who presents a code.
#[derive(Clone, Copy)]
pub(crate) struct Presenter {
    /// To which account.
    pub(crate) account: StaffId,
    /// Whether they have proved another factor of it, so that a wrong code is the owner's own.
    pub(crate) known: bool,
}

pub(crate) fn checked(by: Presenter, judged: Judged, now: Timestamp) -> Event {
    let owner = Actor::Staff(by.account);
    let about = |actor| Event::new(Action::FactorChecked, actor, now).about(Subject::Staff(by.account));
    let actor = if by.known { owner } else { Actor::Unknown };
    let failed = |reason| about(actor).outcome(Outcome::Failure).reason(reason);
    match judged {
        Judged::Right(_) => about(owner),
        Judged::Wrong => failed(Reason::WrongSecret),
        Judged::Reused => failed(Reason::Reused),
        Judged::Missing => failed(Reason::NotEnrolled),
    }
}
