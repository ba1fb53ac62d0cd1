use crate::{MfaError, refused::Refused};
use jiff::{SignedDuration, Timestamp};
use leeward_store::StoreError;

/// How long, and how often, one sign-in or one enrolment may try.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tries {
    began: Timestamp,
    left: u8,
}

impl Tries {
    pub(crate) const LEN: usize = 9;
    const MAX: u8 = 5;
    const LASTS: SignedDuration = SignedDuration::from_mins(10);

    pub(crate) const fn new(began: Timestamp) -> Self {
        Self { began, left: Self::MAX }
    }

    pub(crate) fn in_time(&self, now: Timestamp) -> Result<(), MfaError> {
        if now.duration_since(self.began) > Self::LASTS { Err(MfaError::Expired) } else { Ok(()) }
    }

    pub(crate) const fn left(&self) -> u8 {
        self.left
    }

    pub(crate) fn until(&self) -> Timestamp {
        self.began.saturating_add(Self::LASTS).unwrap_or(Timestamp::MAX)
    }

    /// Whether there is another try after `error`. A failure of the store, or a gate that did not fit,
    /// costs none, unless the code may have been judged.
    pub(crate) fn after<T>(self, error: MfaError, with: impl FnOnce(Self) -> T) -> Refused<T> {
        let left = self.left.saturating_sub(1);
        match error {
            MfaError::Rejected if left == 0 => Refused::for_good(MfaError::TooManyTries),
            MfaError::Store(StoreError::OutcomeUnknown(_)) if left == 0 => Refused::for_good(error),
            MfaError::Rejected | MfaError::Store(StoreError::OutcomeUnknown(_)) => {
                Refused::again(error, with(Self { left, ..self }))
            }
            MfaError::Store(_) | MfaError::Event(_) | MfaError::Random | MfaError::Throttle(_) => {
                Refused::again(error, with(self))
            }
            _ => Refused::for_good(error),
        }
    }

    /// Milliseconds since 1970 (8, big-endian), and how many are left.
    pub(crate) fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [self.left; Self::LEN];
        bytes.iter_mut().zip(self.began.as_millisecond().to_be_bytes()).for_each(|(byte, of)| *byte = of);
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8; Self::LEN]) -> Option<Self> {
        let (began, left) = bytes.split_first_chunk()?;
        let began = Timestamp::from_millisecond(i64::from_be_bytes(*began)).ok()?;
        let &[left] = left else { return None };
        (1..=Self::MAX).contains(&left).then_some(Self { began, left })
    }
}
