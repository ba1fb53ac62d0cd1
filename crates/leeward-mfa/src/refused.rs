use crate::MfaError;
use std::fmt;

/// A refusal that may give back what was being done, for another try.
///
/// Where another try is of no use, `?` turns it into its [`MfaError`].
#[derive(Debug)]
pub struct Refused<T> {
    error: MfaError,
    again: Option<Box<T>>,
}

impl<T> Refused<T> {
    pub(crate) fn again(error: MfaError, with: T) -> Self {
        Self { error, again: Some(Box::new(with)) }
    }

    pub(crate) const fn for_good(error: MfaError) -> Self {
        Self { error, again: None }
    }

    /// Why.
    #[must_use]
    pub const fn error(&self) -> &MfaError {
        &self.error
    }

    /// What to try again with.
    ///
    /// # Errors
    /// The refusal itself, when there is no other try: begin anew.
    pub fn retry(self) -> Result<T, MfaError> {
        match self.again {
            Some(again) => Ok(*again),
            None => Err(self.error),
        }
    }
}

impl<T> From<Refused<T>> for MfaError {
    fn from(refused: Refused<T>) -> Self {
        refused.error
    }
}

impl<T> fmt::Display for Refused<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<T: fmt::Debug> std::error::Error for Refused<T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}
