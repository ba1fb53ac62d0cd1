use crate::CredentialError;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// What a person typed, as typed: never printed, wiped when dropped.
///
/// No work is done for an input over [`MAX_BYTES`](Self::MAX_BYTES), and what is within is hashed
/// whole. It is normalised when it is measured or hashed, and the record says how.
///
/// ```
/// use leeward_credentials::Passphrase;
/// let passphrase = Passphrase::new("seven lamps above the harbour")?;
/// assert_eq!(format!("{passphrase:?}"), "Passphrase([redacted])");
/// assert_eq!(passphrase.code_points(), 29);
/// # Ok::<(), leeward_credentials::CredentialError>(())
/// ```
pub struct Passphrase(SecretString);

/// How a passphrase is turned into the bytes that are hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Normalisation {
    /// Unicode NFC, then UTF-8 (NIST SP 800-63B-4 3.1.1.2).
    Nfc,
    /// UTF-8 as it came. Only for hashes that were [imported](crate::ForeignHash): other services did not
    /// normalise.
    AsTyped,
}

impl Passphrase {
    /// The longest input, in bytes: room for 64 code points four times over.
    pub const MAX_BYTES: usize = 1024;

    /// Takes over what was typed. `SecretString`, `String` and `&str` will do; only the first leaves
    /// no copy with the caller.
    ///
    /// # Errors
    /// [`CredentialError::TooLong`] over [`MAX_BYTES`](Self::MAX_BYTES).
    pub fn new(typed: impl Into<SecretString>) -> Result<Self, CredentialError> {
        let typed = typed.into();
        if typed.expose_secret().len() > Self::MAX_BYTES {
            return Err(CredentialError::TooLong);
        }
        Ok(Self(typed))
    }

    /// What was typed. For showing a generated passphrase once.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// How long it is: each code point of the normalised form counts one (NIST SP 800-63B-4 3.1.1.2).
    #[must_use]
    pub fn code_points(&self) -> usize {
        self.0.expose_secret().nfc().count()
    }

    /// The form that is hashed.
    pub(crate) fn normalised(&self, normalisation: Normalisation) -> Zeroizing<String> {
        let typed = self.0.expose_secret();
        if normalisation == Normalisation::AsTyped {
            return Zeroizing::new(typed.to_owned());
        }
        // NFC makes UTF-8 three times as long at the most; room for it leaves no copy behind.
        let mut normal = Zeroizing::new(String::with_capacity(typed.len().saturating_mul(3)));
        normal.extend(typed.nfc());
        normal
    }
}

impl Normalisation {
    /// What new records use.
    pub const CURRENT: Self = Self::Nfc;

    pub(crate) const fn to_byte(self) -> u8 {
        match self {
            Self::Nfc => 1,
            Self::AsTyped => 2,
        }
    }

    pub(crate) const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Nfc),
            2 => Some(Self::AsTyped),
            _ => None,
        }
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalising_never_grows_and_leaves_a_copy_behind() {
        // The greatest growth there is: one character of four bytes becomes three of them.
        for text in ["seven lamps above the quay", "\u{1d160}\u{1d160}\u{1d160}", "\u{fb2c}\u{390}\u{1f82}"] {
            let normal = Passphrase::new(text).unwrap().normalised(Normalisation::Nfc);
            assert_eq!(normal.capacity(), text.len() * 3, "{text}");
        }
    }
}
