use super::{CodeSet, RecoveryCode};
use crate::{Bound, Factor, Judged, Mfa, MfaError, Permit, label::Label, registry, unless_erased};
use jiff::Timestamp;
use leeward_event::{Action, AuthenticatorId, Event, StaffId, Subject, assurance::FactorKind};
use leeward_notify::{Notice, NoticeKind};
use leeward_store::{Key, Space, Tx};

const CODES: Space = Space::sealed_for("mfa.recovery-codes", 0);
/// How many codes a set has.
const SET: usize = 10;
/// When so many are left, the owner is told.
const FEW: usize = 3;

/// A new set of recovery codes, to be shown once.
#[derive(Debug)]
#[must_use]
pub struct IssuedCodes {
    bound: Bound,
    codes: Vec<RecoveryCode>,
}

impl IssuedCodes {
    /// The codes. Show them once, to their owner alone, to print or to write down.
    #[must_use]
    pub fn codes(&self) -> &[RecoveryCode] {
        &self.codes
    }

    /// What was bound: a set counts as one authenticator.
    pub const fn bound(&self) -> Bound {
        self.bound
    }
}

impl Mfa {
    /// Gives the account of `permit` ten new recovery codes, each of which works once. Older ones end.
    ///
    /// # Errors
    /// [`MfaError::NotAccepted`] by the [`Profile`](crate::Profile); [`MfaError::NotPermitted`] and
    /// [`MfaError::StalePermit`]; [`MfaError::TooManyFactors`]; [`MfaError::Random`];
    /// [`MfaError::Record`]; [`MfaError::Store`].
    pub async fn issue_recovery_codes(
        &self,
        permit: &Permit,
        now: Timestamp,
    ) -> Result<IssuedCodes, MfaError> {
        self.check_binds(permit, FactorKind::RecoveryCode, now).await?;
        let (account, set) = (permit.account(), AuthenticatorId::generate(self.rng())?);
        let codes = (0..SET).map(|_| RecoveryCode::generate(self.rng())).collect::<Result<Vec<_>, _>>()?;
        let (name, hashes) = (&Label::new("recovery codes")?, &CodeSet::of(&codes, account, set));
        let bound = self.store().transact(|tx| async move {
            let factor = Factor::new(set, FactorKind::RecoveryCode, name.clone(), now);
            let (bound, old) = registry::replace(&tx, permit, factor, now).await?;
            if let Some(old) = old {
                forget(&tx, account, old.authenticator())?;
            }
            tx.put(&key(account, set)?, hashes.to_bytes())?;
            self.tell_issued(&tx, permit, now)?;
            Ok::<_, MfaError>(bound)
        });
        Ok(IssuedCodes { bound: bound.await?, codes })
    }

    /// How many recovery codes `account` has left.
    ///
    /// # Errors
    /// [`MfaError::Record`]; [`MfaError::Store`].
    pub async fn recovery_codes_left(&self, account: StaffId) -> Result<usize, MfaError> {
        let factors = self.factors(account).await?;
        let Some(set) = factors.iter().find(|factor| factor.kind() == FactorKind::RecoveryCode) else {
            return Ok(0);
        };
        let entry = unless_erased(self.store().get(&key(account, set.authenticator())?).await)?;
        entry.map_or(Ok(0), |entry| Ok(CodeSet::from_bytes(entry.value.as_bytes())?.left()))
    }

    fn tell_issued(&self, tx: &Tx, permit: &Permit, now: Timestamp) -> Result<(), MfaError> {
        let account = permit.account();
        let event = Event::new(Action::RecoveryCodesIssued, permit.actor(), now);
        tx.stage(|batch| event.about(Subject::Staff(account)).stage(batch, self.rng()))?;
        let notice = Notice::new(account, NoticeKind::RecoveryCodesIssued, now);
        Ok(tx.stage(|batch| notice.stage(batch, self.rng()))?)
    }
}

/// Judges a code, and takes it out of the set, with a notice.
pub(crate) async fn check(
    mfa: &Mfa,
    tx: &Tx,
    account: StaffId,
    typed: &str,
    now: Timestamp,
) -> Result<Judged, MfaError> {
    let roster = registry::read(tx, account).await?;
    let Some(factor) = roster.active(FactorKind::RecoveryCode).next() else { return Ok(Judged::Missing) };
    let (set, key) = (factor.authenticator(), key(account, factor.authenticator())?);
    let Some(entry) = unless_erased(tx.get(&key).await)? else { return Ok(Judged::Missing) };
    let mut codes = CodeSet::from_bytes(entry.value.as_bytes())?;
    let taken = RecoveryCode::parse(typed).is_ok_and(|code| codes.take(&code, account, set));
    if !taken {
        return Ok(Judged::Wrong);
    }
    tx.put(&key, codes.to_bytes())?;
    let notice = Notice::new(account, notice(codes.left()), now);
    tx.stage(|batch| notice.stage(batch, mfa.rng()))?;
    Ok(Judged::Right(set))
}

pub(crate) fn forget(tx: &Tx, account: StaffId, set: AuthenticatorId) -> Result<(), MfaError> {
    Ok(tx.delete(&key(account, set)?)?)
}

const fn notice(left: usize) -> NoticeKind {
    match left {
        0 => NoticeKind::RecoveryCodesUsedUp,
        1..=FEW => NoticeKind::RecoveryCodesFew,
        _ => NoticeKind::RecoveryCodeUsed,
    }
}

fn key(account: StaffId, set: AuthenticatorId) -> Result<Key, MfaError> {
    Ok(CODES.key(&[account.as_bytes(), set.as_bytes()])?)
}
