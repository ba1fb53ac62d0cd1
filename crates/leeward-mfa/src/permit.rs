use crate::MfaError;
use jiff::{SignedDuration, Timestamp};
use leeward_event::{
    Actor, Reason, StaffId,
    assurance::{Aal, Recovered, SignIn},
};

/// On whose word the factors of an account are changed.
///
/// Binding a factor takes a recent sign-in as strong as the account can give, or as strong as the new
/// factor makes it if that is less (NIST SP 800-63B-4 4.1.2). Taking one away takes the former. The level
/// is compared when the change is written, with the factors that the account has by then.
///
/// One permit may serve several changes, for 15 minutes. It is not `Clone`, and the only strong ones are
/// made of values that a passed check makes:
///
/// ```
/// # use leeward_event::{AuthenticatorId, StaffId, assurance::{FactorKind, ProvedFactor, SignIn}};
/// # let now = jiff::Timestamp::UNIX_EPOCH;
/// # let (who, id) = (StaffId::from_bytes([1; 16]), AuthenticatorId::from_bytes([2; 16]));
/// # let proved = ProvedFactor::assume_proved(who, FactorKind::Passphrase, id, now);
/// let sign_in = SignIn::from_factors(proved, [], now)?;
/// let permit = leeward_mfa::Permit::of(&sign_in);
/// assert_eq!(permit.account(), sign_in.account());
/// # Ok::<(), leeward_event::assurance::AssuranceError>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct Permit {
    account: StaffId,
    word: Word,
    at: Timestamp,
}

#[derive(Clone, Copy, Debug)]
enum Word {
    Owner(Aal),
    Recovered,
    Administrator(StaffId, Reason),
}

impl Permit {
    const LASTS: SignedDuration = SignedDuration::from_mins(15);
    const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(1);
    /// The bytes of its stored form.
    pub(crate) const LEN: usize = 44;

    /// The owner's own word, as strong as they signed in.
    pub const fn of(sign_in: &SignIn) -> Self {
        Self { account: sign_in.account(), word: Word::Owner(sign_in.aal()), at: sign_in.at() }
    }

    /// The word of an owner who came back into the account, whatever its factors were.
    pub const fn recovered(recovered: &Recovered) -> Self {
        Self { account: recovered.account(), word: Word::Recovered, at: recovered.at() }
    }

    /// The word of an administrator, who can take factors away and reinstate them, and never bind one
    /// (ASVS 5.0 6.4.6). **Whoever calls this has decided that `by` may do so**, and that the owner was
    /// identified as well as at enrolment (ASVS 5.0 6.4.4).
    pub const fn assume_administrator(account: StaffId, by: StaffId, why: Reason, now: Timestamp) -> Self {
        Self { account, word: Word::Administrator(by, why), at: now }
    }

    /// Whose factors.
    #[must_use]
    pub const fn account(&self) -> StaffId {
        self.account
    }

    /// Refuses to bind where a sign-in at `needed` is needed.
    pub(crate) fn check_binds(&self, needed: Aal, now: Timestamp) -> Result<(), MfaError> {
        match self.word {
            Word::Administrator(..) => Err(MfaError::NotPermitted { needed }),
            _ => self.check_changes(needed, now),
        }
    }

    /// Refuses another change where a sign-in at `needed` is needed.
    pub(crate) fn check_changes(&self, needed: Aal, now: Timestamp) -> Result<(), MfaError> {
        let age = now.duration_since(self.at);
        if age > Self::LASTS || age < -Self::CLOCK_SKEW {
            return Err(MfaError::StalePermit);
        }
        match self.word {
            Word::Owner(aal) if aal < needed => Err(MfaError::NotPermitted { needed }),
            _ => Ok(()),
        }
    }

    pub(crate) const fn actor(&self) -> Actor {
        match self.word {
            Word::Administrator(by, _) => Actor::Staff(by),
            Word::Owner(_) | Word::Recovered => Actor::Staff(self.account),
        }
    }

    pub(crate) const fn reason(&self) -> Option<Reason> {
        match self.word {
            Word::Administrator(_, why) => Some(why),
            Word::Owner(_) | Word::Recovered => None,
        }
    }

    pub(crate) const fn duplicate(&self) -> Self {
        Self { account: self.account, word: self.word, at: self.at }
    }

    /// Account (16), whose word (1), level (1), administrator (16), reason (2), milliseconds since 1970
    /// (8), all big-endian.
    pub(crate) fn to_bytes(&self) -> [u8; Self::LEN] {
        let (word, aal, by, why) = match self.word {
            Word::Owner(aal) => (1, aal_code(aal), [0; 16], 0),
            Word::Recovered => (2, 0, [0; 16], 0),
            Word::Administrator(by, why) => (3, 0, *by.as_bytes(), why.code()),
        };
        let mut bytes = [0; Self::LEN];
        let at = self.at.as_millisecond().to_be_bytes();
        let fields = [&self.account.as_bytes()[..], &[word, aal], &by, &why.to_be_bytes(), &at].concat();
        bytes.iter_mut().zip(fields).for_each(|(byte, field)| *byte = field);
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8; Self::LEN]) -> Option<Self> {
        let (account, rest) = bytes.split_first_chunk()?;
        let ([word, aal], rest) = rest.split_first_chunk()?;
        let (by, rest) = rest.split_first_chunk()?;
        let (why, at) = rest.split_first_chunk()?;
        let word = match (word, aal) {
            (1, aal) => Word::Owner(aal_of(*aal)?),
            (2, 0) => Word::Recovered,
            (3, 0) => {
                Word::Administrator(StaffId::from_bytes(*by), Reason::from_code(u16::from_be_bytes(*why))?)
            }
            _ => return None,
        };
        let at = Timestamp::from_millisecond(i64::from_be_bytes(at.try_into().ok()?)).ok()?;
        Some(Self { account: StaffId::from_bytes(*account), word, at })
    }
}

pub(crate) const fn aal_code(aal: Aal) -> u8 {
    match aal {
        Aal::One => 1,
        Aal::Two => 2,
        Aal::Three => 3,
    }
}

pub(crate) const fn aal_of(code: u8) -> Option<Aal> {
    match code {
        1 => Some(Aal::One),
        2 => Some(Aal::Two),
        3 => Some(Aal::Three),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_permit_is_the_permit() {
        let (account, by) = (StaffId::from_bytes([1; 16]), StaffId::from_bytes([2; 16]));
        let at = Timestamp::from_millisecond(258).unwrap();
        let recovered = Permit::recovered(&Recovered::assume_recovered(account, at));
        let administrator = Permit::assume_administrator(account, by, Reason::Compromise, at);
        let owner = Permit { account, word: Word::Owner(Aal::Two), at };
        for permit in [owner, recovered, administrator] {
            let bytes = permit.to_bytes();
            assert_eq!(format!("{:?}", Permit::from_bytes(&bytes).unwrap()), format!("{permit:?}"));
        }
        let pinned = [&[1; 16][..], &[3, 0], &[2; 16], &[0, 64], &[0, 0, 0, 0, 0, 0, 1, 2]].concat();
        assert_eq!(Permit::assume_administrator(account, by, Reason::Compromise, at).to_bytes()[..], pinned);
        let mut unknown: [u8; Permit::LEN] = pinned.try_into().unwrap();
        unknown[16] = 4;
        assert!(Permit::from_bytes(&unknown).is_none());
    }
}
