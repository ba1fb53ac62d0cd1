use super::{Case, Objection, Progress, Recoveries, RecoveryReference, Step, record};
use crate::{AccountError, directory};
use jiff::Timestamp;
use leeward_event::{Action, Actor, Event, Reason, StaffId, Subject, assurance::Aal};
use leeward_notify::{Notice, NoticeKind, OneTimeCode};
use leeward_store::{Key, Space, StoreError, Tx};
use subtle::{Choice, ConstantTimeEq};

const RECOVERY: Space = Space::sealed_for("credentials.recovery", 0);
/// 40 bits: guesses at it pass the throttle.
const STOP_DIGITS: u8 = 12;

/// How cases are kept, and who is told of what becomes of them.
impl Recoveries {
    /// Adds a step to a case, which it opens if there is none.
    pub(super) async fn add(
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
                if let Some(given_way) = make_room(&mut cases)? {
                    let event = told(Action::RecoveryCancelled, by, account, given_way.reference, now);
                    self.tell(tx, &event.reason(Reason::Cancelled))?;
                }
                self.open(tx, (account, reference, level), by, address, now)?
            }
        };
        case.level = case.level.max(level);
        let told_of = case.address.or(address);
        let within = self.policy.told_within();
        let heard = self.notifier.reach_in(tx, account, told_of, within, now).await? > 0;
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

    pub(super) fn put(&self, tx: &Tx, account: StaffId, cases: &[Case]) -> Result<(), AccountError> {
        match cases.iter().map(|case| case.closes_at(&self.policy)).max() {
            Some(closes_at) => tx.put_until(&key(account)?, record::encode(cases), closes_at)?,
            None => tx.delete(&key(account)?)?,
        }
        Ok(())
    }

    pub(super) fn cancelled(
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

    pub(super) fn fits(&self, case: &Case, stop_code: &str) -> Choice {
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

    pub(super) fn notice(&self, tx: &Tx, notice: &Notice) -> Result<(), AccountError> {
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
fn make_room(cases: &mut Vec<Case>) -> Result<Option<Case>, AccountError> {
    if cases.len() < record::MAX_OPEN {
        return Ok(None);
    }
    let bare = cases.iter().position(Case::is_bare).ok_or(AccountError::TooManyOpen)?;
    Ok(Some(cases.remove(bare)))
}

pub(super) fn key(account: StaffId) -> Result<Key, StoreError> {
    RECOVERY.key(&[account.as_bytes()])
}
