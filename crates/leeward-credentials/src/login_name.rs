use crate::AccountError;
use ring::rand::SecureRandom;
use std::fmt;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// What a person signs in with, in the one form that equal names share. `Debug` does not show it.
///
/// The profile is close to `UsernameCaseMapped` (RFC 8265 3.3), and stricter: compatibility forms are
/// folded (NFKC), letters are made small, and letters, digits, combining marks and the printable signs of
/// ASCII are all there is. Names that look alike in two scripts stay two names.
///
/// ```
/// use leeward_credentials::LoginName;
/// assert_eq!(LoginName::parse(" Anna.M\u{fc}ller ")?, LoginName::parse("ANNA.MU\u{308}LLER")?);
/// assert!(LoginName::parse("anna m").is_err());
/// # Ok::<(), leeward_credentials::AccountError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct LoginName(Box<str>);

impl LoginName {
    /// The longest name, in code points.
    pub const MAX_CODE_POINTS: usize = 64;
    /// The longest input, in bytes: no work is done for a longer one.
    pub const MAX_BYTES: usize = 512;

    /// Reads what somebody typed; white space around it is dropped.
    ///
    /// # Errors
    /// [`AccountError::NameForm`].
    pub fn parse(typed: &str) -> Result<Self, AccountError> {
        let typed = typed.trim();
        if typed.len() > Self::MAX_BYTES {
            return Err(AccountError::NameForm);
        }
        let name = folded(&folded(typed));
        // For a few letters, folding once more changes them again: those are no name.
        let steady = folded(&name) == name;
        let short = (1..=Self::MAX_CODE_POINTS).contains(&name.chars().count());
        let starts = name.chars().next().is_some_and(|first| !is_combining_mark(first));
        if !steady || !short || !starts || !name.chars().all(is_allowed) {
            return Err(AccountError::NameForm);
        }
        Ok(Self(name.into_boxed_str()))
    }

    /// A random name that can be said aloud, such as `lusab-gutih`: 32 bits as proquints. Nobody chose it,
    /// so that nobody learns from it which names there are.
    ///
    /// # Errors
    /// [`AccountError::Random`].
    pub fn pseudonym(rng: &dyn SecureRandom) -> Result<Self, AccountError> {
        let mut random = [0; 4];
        rng.fill(&mut random).map_err(|_| AccountError::Random)?;
        let [a, b, c, d] = random;
        let name =
            format!("{}-{}", proquint(u16::from_be_bytes([a, b])), proquint(u16::from_be_bytes([c, d])));
        Ok(Self(name.into_boxed_str()))
    }

    /// The name, for showing it to its owner.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

fn is_allowed(letter: char) -> bool {
    letter.is_ascii_graphic()
        || (!letter.is_ascii() && (letter.is_alphanumeric() || is_combining_mark(letter)))
}

/// Five letters for 16 bits: consonant, vowel, consonant, vowel, consonant.
pub(crate) fn proquint(bits: u16) -> String {
    const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
    const VOWELS: &[u8; 4] = b"aiou";
    let pick = |letters: &[u8], shift: u16, mask: u16| {
        letters.get(usize::from(bits >> shift & mask)).copied().map_or('b', char::from)
    };
    [(true, 12), (false, 10), (true, 6), (false, 4), (true, 0)]
        .into_iter()
        .map(
            |(consonant, shift)| {
                if consonant { pick(CONSONANTS, shift, 0xF) } else { pick(VOWELS, shift, 0x3) }
            },
        )
        .collect()
}

impl fmt::Debug for LoginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginName([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn proquints_are_those_of_their_proposal() {
        // 127.0.0.1 and 63.84.220.193, from the paper.
        assert_eq!((proquint(0x7f00), proquint(0x0001)), ("lusab".to_owned(), "babad".to_owned()));
        assert_eq!((proquint(0x3f54), proquint(0xdcc1)), ("gutih".to_owned(), "tugad".to_owned()));
    }

    proptest! {
        #[test]
        fn a_name_has_one_form(typed in "\\PC{0,20}") {
            if let Ok(name) = LoginName::parse(&typed) {
                prop_assert_eq!(LoginName::parse(name.as_str()).unwrap(), name.clone());
                let shouted = name.as_str().to_uppercase().to_lowercase();
                if shouted == name.as_str() {
                    prop_assert_eq!(LoginName::parse(&name.as_str().to_uppercase()).unwrap(), name);
                }
            }
        }
    }
}
