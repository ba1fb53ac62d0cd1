use crate::{MfaError, refused::Refused};
use jiff::{SignedDuration, Timestamp};

/// How long, and how often, one sign-in or one enrolment may try.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tries {
    began: Timestamp,
    left: u8,
}

impl Tries {
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

    /// Whether there is another try after `error`. A failure of the store costs none.
    pub(crate) fn after<T>(self, error: MfaError, with: impl FnOnce(Self) -> T) -> Refused<T> {
        let left = self.left.saturating_sub(1);
        match error {
            MfaError::Rejected if left == 0 => Refused::for_good(MfaError::TooManyTries),
            MfaError::Rejected => Refused::again(error, with(Self { left, ..self })),
            MfaError::Store(_) | MfaError::Event(_) | MfaError::Random => Refused::again(error, with(self)),
            _ => Refused::for_good(error),
        }
    }
}
