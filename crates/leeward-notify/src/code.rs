use crate::NotifyError;
use ring::rand::SecureRandom;
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A code that is sent to an address: never printed, wiped when dropped.
///
/// ```
/// use leeward_notify::OneTimeCode;
/// let rng = ring::rand::SystemRandom::new();
/// let code = OneTimeCode::digits(&rng, 8)?;
/// assert_eq!(format!("{code:?}"), "OneTimeCode([redacted])");
/// assert_eq!(code.expose().len(), 8);
/// # Ok::<(), leeward_notify::NotifyError>(())
/// ```
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct OneTimeCode(Box<str>);

impl OneTimeCode {
    /// The fewest digits of a code (NIST SP 800-63B-4 3.1.3.2: at least 6).
    pub const MIN_DIGITS: u8 = 6;
    /// The longest code, in bytes.
    pub const MAX_LEN: usize = 64;

    /// A random code of `digits` decimal digits, each equally likely.
    ///
    /// # Errors
    /// [`NotifyError::CodeForm`] for fewer than [`MIN_DIGITS`](Self::MIN_DIGITS) or more than
    /// [`MAX_LEN`](Self::MAX_LEN); [`NotifyError::Random`].
    pub fn digits(rng: &dyn SecureRandom, digits: u8) -> Result<Self, NotifyError> {
        if digits < Self::MIN_DIGITS || usize::from(digits) > Self::MAX_LEN {
            return Err(NotifyError::CodeForm);
        }
        let mut text = String::with_capacity(usize::from(digits));
        for _ in 0..digits {
            text.push(char::from(b'0'.saturating_add(digit(rng)?)));
        }
        Ok(Self(text.into_boxed_str()))
    }

    /// A code that was made elsewhere: letters, digits and hyphens of ASCII.
    ///
    /// # Errors
    /// [`NotifyError::CodeForm`] for other characters, for none, and for too many.
    pub fn from_text(text: &str) -> Result<Self, NotifyError> {
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if text.is_empty() || text.len() > Self::MAX_LEN || !plain {
            return Err(NotifyError::CodeForm);
        }
        Ok(Self(text.into()))
    }

    /// The code itself: for the message, and for the hash that is kept of it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode([redacted])")
    }
}

/// A digit: of the 256 bytes, the 6 that would favour some digits are drawn again.
fn digit(rng: &dyn SecureRandom) -> Result<u8, NotifyError> {
    const DRAWS: usize = 64;
    for _ in 0..DRAWS {
        let mut byte = [0];
        rng.fill(&mut byte).map_err(|_| NotifyError::Random)?;
        let [byte] = byte;
        if byte < 250 {
            return Ok(byte % 10);
        }
    }
    // A source that gives the six highest bytes 64 times in a row is broken.
    Err(NotifyError::Random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_taken_is_the_length() {
        let rng = ring::rand::SystemRandom::new();
        for digits in [6, 8, 64] {
            let code = OneTimeCode::digits(&rng, digits).unwrap();
            assert_eq!(code.expose().len(), usize::from(digits));
            assert!(code.expose().bytes().all(|byte| byte.is_ascii_digit()));
        }
        assert!(matches!(OneTimeCode::digits(&rng, 5), Err(NotifyError::CodeForm)));
        assert!(matches!(OneTimeCode::digits(&rng, 65), Err(NotifyError::CodeForm)));
    }
}
