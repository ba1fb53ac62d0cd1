use crate::{
    SessionError,
    record::{self, AccountRecord, Listed, Place},
    session::{CLOCK_SKEW, next_millisecond},
};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{
    SessionId, StaffId,
    assurance::{Aal, SignIn},
};
use leeward_store::{Entry, Tx};

/// How long after it a sign-in may still start a session.
const SIGN_IN_KEEPS: SignedDuration = SignedDuration::from_mins(5);

/// As many sessions of one account live at once: another one ends the oldest.
pub(crate) const MOST: usize = 100;

/// The sessions of one account, within a transaction. Nothing of it lasts until it is [written](Self::write).
pub(crate) struct Roster<'a> {
    tx: &'a Tx,
    account: StaffId,
    record: AccountRecord,
}

impl<'a> Roster<'a> {
    pub(crate) async fn read(tx: &'a Tx, account: StaffId) -> Result<Self, SessionError> {
        let record = decode(tx.get(&record::account_key(account)?).await?.as_ref())?;
        Ok(Self { tx, account, record })
    }

    /// Refuses a sign-in that starts nothing: of an account that is disabled, not of now, or from before a
    /// revocation.
    pub(crate) fn admit(&self, sign_in: &SignIn, now: Timestamp) -> Result<(), SessionError> {
        let revoked = self.record.single_factor_revoked_at;
        if sign_in.aal() < Aal::Two && is_revoked(sign_in.at(), revoked, now) {
            return Err(SessionError::StaleSignIn);
        }
        self.admit_from(sign_in.at(), now)
    }

    /// As [`admit`](Self::admit), for what was proved at this moment.
    pub(crate) fn admit_from(&self, proved_at: Timestamp, now: Timestamp) -> Result<(), SessionError> {
        if self.record.disabled {
            return Err(SessionError::Disabled);
        }
        let age = now.duration_since(proved_at);
        if is_revoked(proved_at, self.record.revoked_at, now) || age < -CLOCK_SKEW || age > SIGN_IN_KEEPS {
            return Err(SessionError::StaleSignIn);
        }
        Ok(())
    }

    /// Adds a session. Those that are over go, and the oldest one where there are too many: its id is
    /// returned.
    pub(crate) fn add(&mut self, listed: Listed, now: Timestamp) -> Result<Option<SessionId>, SessionError> {
        self.end(|listed| listed.ends_at <= now)?;
        let oldest = self.record.listed.first().map(|oldest| oldest.id);
        let crowded_out = oldest.filter(|_| self.record.listed.len() >= MOST);
        if crowded_out.is_some() {
            self.end(|listed| Some(listed.id) == crowded_out)?;
        }
        self.record.listed.push(listed);
        Ok(crowded_out)
    }

    /// Ends every session for which `ends` holds, and says how many these were.
    pub(crate) fn end(&mut self, ends: impl Fn(&Listed) -> bool) -> Result<usize, SessionError> {
        let (ended, kept) = std::mem::take(&mut self.record.listed).into_iter().partition(ends);
        self.record.listed = kept;
        let ended: Vec<Listed> = ended;
        ended.iter().try_for_each(|listed| self.delete(listed.place))?;
        Ok(ended.len())
    }

    /// Takes a session from the list, and leaves its rows to the caller.
    pub(crate) fn take(&mut self, id: SessionId) -> Option<Listed> {
        let at = self.record.listed.iter().position(|listed| listed.id == id)?;
        Some(self.record.listed.remove(at))
    }

    /// From now on, a sign-in from before `now` starts nothing.
    pub(crate) fn refuse_before(&mut self, now: Timestamp) {
        self.record.revoked_at = later(self.record.revoked_at, now);
    }

    /// From now on, a sign-in by one factor from before `now` starts nothing.
    pub(crate) fn refuse_single_factor_before(&mut self, now: Timestamp) {
        self.record.single_factor_revoked_at = later(self.record.single_factor_revoked_at, now);
    }

    /// Whether what was granted at this moment ended with a revocation, as the session itself may not have.
    pub(crate) fn ends_grant(&self, granted_at: Timestamp, now: Timestamp) -> bool {
        let AccountRecord { revoked_at, single_factor_revoked_at, .. } = self.record;
        [revoked_at, single_factor_revoked_at].iter().any(|revoked| is_revoked(granted_at, *revoked, now))
    }

    pub(crate) const fn disable(&mut self, disabled: bool) {
        self.record.disabled = disabled;
    }

    pub(crate) const fn is_disabled(&self) -> bool {
        self.record.disabled
    }

    pub(crate) fn write(self) -> Result<(), SessionError> {
        Ok(self.tx.put(&record::account_key(self.account)?, self.record.encode())?)
    }

    fn delete(&self, place: Place) -> Result<(), SessionError> {
        match place {
            Place::Session(hash) => self.tx.delete(&record::session_key(hash)?)?,
            Place::Refreshed { access, family } => {
                self.tx.delete(&record::session_key(access)?)?;
                self.tx.delete(&record::family_key(family)?)?;
            }
            Place::Recovery(hash) => self.tx.delete(&record::recovery_key(hash)?)?,
        }
        Ok(())
    }
}

pub(crate) fn decode(entry: Option<&Entry>) -> Result<AccountRecord, SessionError> {
    entry.map_or(Ok(AccountRecord::NEW), |entry| AccountRecord::decode(entry.value.as_bytes()))
}

/// A machine whose clock is a little behind takes nothing back of an earlier revocation.
fn later(revoked_at: Timestamp, now: Timestamp) -> Timestamp {
    let next = next_millisecond(now);
    if revoked_at.duration_since(now) <= CLOCK_SKEW { next.max(revoked_at) } else { next }
}

/// A revocation that is still to come, by more than clocks are apart, was made by a clock that has gone back
/// since: it must not shut the account until then.
fn is_revoked(proved_at: Timestamp, revoked_at: Timestamp, now: Timestamp) -> bool {
    proved_at < revoked_at && revoked_at.duration_since(now) <= CLOCK_SKEW
}
