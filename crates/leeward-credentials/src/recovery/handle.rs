use crate::AccountError;
use leeward_event::{CorrelationId, StaffId, assurance::Aal};
use ring::{digest, rand::SecureRandom};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// One attempt to get back into an account: a secret of its own, kept by whoever tries, in a cookie for
/// one. It proves nothing and opens nothing; it keeps what one person proves from adding up with what
/// another does.
///
/// To make one touches no store, so that it says nothing of the account.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Recovery {
    secret: Box<[u8; 16]>,
    #[zeroize(skip)]
    account: StaffId,
    #[zeroize(skip)]
    level: Aal,
}

/// Names a recovery to staff, to be read aloud: 80 bits as `gutih-tugad-lusab-babad-hofik`. It does not
/// give the recovery away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RecoveryReference(pub(super) [u8; 10]);

impl Recovery {
    /// How many bytes [`to_bytes`](Self::to_bytes) gives.
    pub const LEN: usize = 33;

    /// Begins to get back into `account`, whose highest assurance level is `level`: for an account that a
    /// [`Directory`](crate::Directory) made up, the level that most accounts have.
    ///
    /// # Errors
    /// [`AccountError::Random`].
    pub fn begin(account: StaffId, level: Aal, rng: &dyn SecureRandom) -> Result<Self, AccountError> {
        let mut secret = Box::new([0; 16]);
        rng.fill(secret.as_mut_slice()).map_err(|_| AccountError::Random)?;
        Ok(Self { secret, account, level })
    }

    /// The recovery that was kept as these bytes.
    ///
    /// # Errors
    /// [`AccountError::Rejected`] for what [`to_bytes`](Self::to_bytes) did not make.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, AccountError> {
        let bytes: &[u8; Self::LEN] = bytes.try_into().map_err(|_| AccountError::Rejected)?;
        let (secret, rest) = bytes.split_first_chunk().ok_or(AccountError::Rejected)?;
        let (account, level) = rest.split_first_chunk().ok_or(AccountError::Rejected)?;
        let level = level.first().copied().and_then(level_from).ok_or(AccountError::Rejected)?;
        Ok(Self { secret: Box::new(*secret), account: StaffId::from_bytes(*account), level })
    }

    /// The bytes to keep until the next step.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(Self::LEN));
        bytes.extend(self.secret.iter());
        bytes.extend(self.account.as_bytes());
        bytes.push(level_code(self.level));
        bytes
    }

    /// Whose account it is: the subject of the gates for its steps.
    #[must_use]
    pub const fn account(&self) -> StaffId {
        self.account
    }

    /// What to tell staff.
    #[must_use]
    pub fn reference(&self) -> RecoveryReference {
        let hashed = digest::digest(&digest::SHA256, &[LABEL, self.secret.as_slice()].concat());
        let short = hashed.as_ref().first_chunk().copied();
        RecoveryReference(short.unwrap_or_default())
    }

    pub(super) const fn level(&self) -> Aal {
        self.level
    }

    /// What binds an issued code to this attempt.
    pub(super) fn request(&self) -> [u8; 16] {
        let hashed = digest::digest(&digest::SHA256, &[REQUEST, self.secret.as_slice()].concat());
        hashed.as_ref().first_chunk().copied().unwrap_or_default()
    }
}

impl RecoveryReference {
    /// Reads what [`Display`](fmt::Display) wrote, with or without the hyphens.
    ///
    /// # Errors
    /// [`AccountError::Rejected`].
    pub fn parse(text: &str) -> Result<Self, AccountError> {
        let mut letters = text.chars().filter(|letter| letter.is_ascii_alphabetic());
        let mut bytes = Vec::with_capacity(10);
        for _ in 0..5 {
            let mut bits = 0_u16;
            for (set, width) in SHAPE {
                let letter = letters.next().ok_or(AccountError::Rejected)?.to_ascii_lowercase();
                let place = set.chars().position(|known| known == letter).ok_or(AccountError::Rejected)?;
                bits = bits << width | u16::try_from(place).map_err(|_| AccountError::Rejected)?;
            }
            bytes.extend(bits.to_be_bytes());
        }
        if letters.next().is_some() {
            return Err(AccountError::Rejected);
        }
        bytes.try_into().map(Self).map_err(|_| AccountError::Rejected)
    }

    pub(super) fn correlation(self) -> CorrelationId {
        let mut id = [0; 16];
        id.iter_mut().zip(self.0).for_each(|(byte, known)| *byte = known);
        CorrelationId::from_bytes(id)
    }
}

/// The letters of a proquint and how many bits each stands for.
const SHAPE: [(&str, u32); 5] =
    [("bdfghjklmnprstvz", 4), ("aiou", 2), ("bdfghjklmnprstvz", 4), ("aiou", 2), ("bdfghjklmnprstvz", 4)];
const LABEL: &[u8] = b"leeward-credentials recovery reference\0";
const REQUEST: &[u8] = b"leeward-credentials recovery request\0";

pub(super) const fn level_code(level: Aal) -> u8 {
    match level {
        Aal::One => 1,
        Aal::Two => 2,
        Aal::Three => 3,
    }
}

pub(super) const fn level_from(code: u8) -> Option<Aal> {
    match code {
        1 => Some(Aal::One),
        2 => Some(Aal::Two),
        3 => Some(Aal::Three),
        _ => None,
    }
}

impl fmt::Display for RecoveryReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, pair) in self.0.chunks_exact(2).enumerate() {
            if index > 0 {
                f.write_str("-")?;
            }
            let bits = pair.iter().fold(0_u16, |bits, byte| bits << 8 | u16::from(*byte));
            f.write_str(&crate::login_name::proquint(bits))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recovery").field("account", &self.account).finish_non_exhaustive()
    }
}
