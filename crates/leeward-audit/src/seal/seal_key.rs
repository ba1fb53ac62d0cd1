use super::EpochKey;
use crate::merkle::Hash;
use ring::rand::SecureRandom;
use std::{fmt, str::FromStr};
use zeroize::Zeroizing;

const PREFIX: &str = "leeward-seal";

/// The longest epoch, in minutes: a day.
const MAX_MINUTES: u16 = 24 * 60;

/// What verifies the seals of a log, and makes them: the key of epoch 0.
///
/// Make it, write it down somewhere the log's machine cannot reach, hand it to
/// [`begin_seals`](crate::AuditLog::begin_seals), and drop it. The log keeps only what follows from it,
/// one epoch at a time; whoever keeps this one verifies with it, and is trusted as the log is.
///
/// ```
/// use leeward_audit::SealKey;
/// let key = SealKey::generate("example.org/audit", 15, &ring::rand::SystemRandom::new())?;
/// let written = key.expose();
/// assert!(written.starts_with("leeward-seal+example.org/audit+15+"));
/// assert_eq!(written.parse::<SealKey>()?.expose(), written);
/// assert_eq!(format!("{key:?}"), "SealKey { origin: \"example.org/audit\", minutes: 15, .. }");
/// # Ok::<(), leeward_audit::SealKeyError>(())
/// ```
pub struct SealKey {
    origin: String,
    minutes: u16,
    key: EpochKey,
}

/// Why a seal key was not made or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealKeyError {
    /// The text is not one.
    #[error("this is not a seal key: it reads `{PREFIX}+origin+minutes+` and 44 characters")]
    Malformed,
    /// The origin could not name a log.
    #[error("the origin is no name of a log")]
    Origin,
    /// An epoch has no minute, or more than a day.
    #[error("an epoch has 1 to {MAX_MINUTES} minutes")]
    Minutes,
    /// The random source failed.
    #[error("the random source failed: nothing secret can be made without it")]
    Random,
}

impl SealKey {
    /// A new key for the log of this name, whose epochs are to have this many minutes: 15 is usual.
    ///
    /// # Errors
    /// [`SealKeyError::Origin`]; [`SealKeyError::Minutes`]; [`SealKeyError::Random`].
    pub fn generate(origin: &str, minutes: u16, rng: &dyn SecureRandom) -> Result<Self, SealKeyError> {
        let mut key = Zeroizing::new([0; 32]);
        rng.fill(&mut *key).map_err(|_| SealKeyError::Random)?;
        Self::from_parts(origin, minutes, &key)
    }

    fn from_parts(origin: &str, minutes: u16, key: &[u8; 32]) -> Result<Self, SealKeyError> {
        crate::note::check_name(origin).map_err(|_| SealKeyError::Origin)?;
        if minutes == 0 || minutes > MAX_MINUTES {
            return Err(SealKeyError::Minutes);
        }
        Ok(Self { origin: origin.to_owned(), minutes, key: EpochKey::new(*key) })
    }

    /// The name of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many minutes an epoch has.
    #[must_use]
    pub const fn minutes(&self) -> u16 {
        self.minutes
    }

    /// The key as a line of text, secret.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        let key = Zeroizing::new(Hash::new(*self.key.expose()).to_base64());
        Zeroizing::new(format!("{PREFIX}+{}+{}+{}", self.origin, self.minutes, *key))
    }

    /// The key of epoch 0.
    pub(crate) fn first(&self) -> EpochKey {
        EpochKey::new(*self.key.expose())
    }
}

impl FromStr for SealKey {
    type Err = SealKeyError;

    fn from_str(text: &str) -> Result<Self, SealKeyError> {
        // The last part may have a `+` of its own.
        let mut parts = text.splitn(4, '+');
        let mut part = || parts.next().ok_or(SealKeyError::Malformed);
        let (prefix, origin, minutes, key) = (part()?, part()?, part()?, part()?);
        let number: u16 = minutes.parse().map_err(|_| SealKeyError::Malformed)?;
        let key = Hash::from_base64(key).ok_or(SealKeyError::Malformed)?;
        if prefix != PREFIX || number.to_string() != minutes {
            return Err(SealKeyError::Malformed);
        }
        Self::from_parts(origin, number, key.as_bytes())
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealKey")
            .field("origin", &self.origin)
            .field("minutes", &self.minutes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_spelling() {
        let key = format!("{PREFIX}+a.b/c+15+{}", Hash::new([0xfb; 32]).to_base64());
        assert_eq!(*key.parse::<SealKey>().unwrap().expose(), key);
        let parse = |text: &str| text.parse::<SealKey>().unwrap_err();
        for (from, to) in [("leeward-seal", "leeward-s"), ("+15+", "+015+"), ("+15+", "++15+"), ("=", "")] {
            assert_eq!(parse(&key.replace(from, to)), SealKeyError::Malformed, "{to}");
        }
        assert_eq!(parse(&key.replace("+15+", "+0+")), SealKeyError::Minutes);
        assert_eq!(parse(&key.replace("+15+", "+1441+")), SealKeyError::Minutes);
        assert_eq!(parse(&key.replace("a.b/c", "")), SealKeyError::Origin);
        assert_eq!(parse("leeward-seal"), SealKeyError::Malformed);
    }
}
