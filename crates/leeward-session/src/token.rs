use crate::SessionError;
use ring::{
    digest::{Context, SHA256},
    rand::SecureRandom,
};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// What opens a session: 256 random bits. Whoever holds it is signed in.
///
/// It is shown once, by [`reveal`](Self::reveal), and comes back by [`parse`](Self::parse). Nothing
/// else prints it:
/// ```compile_fail,E0277
/// fn print(token: leeward_session::SessionToken) -> String {
///     format!("{token}")
/// }
/// ```
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SessionToken(Box<[u8; 32]>);

/// Under what a session is stored. It does not lead back to the token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenHash(pub(crate) [u8; 32]);

impl SessionToken {
    pub(crate) fn generate(rng: &dyn SecureRandom) -> Result<Self, SessionError> {
        let mut token = Self(Box::new([0; 32]));
        rng.fill(token.0.as_mut_slice()).map_err(|_| SessionError::Random)?;
        Ok(token)
    }

    /// The text to hand to the client, once: 64 lower-case hexadecimal digits. It belongs into a cookie
    /// that scripts cannot read, never into a URL or a log.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(64));
        for byte in self.0.iter() {
            for nibble in [byte >> 4, byte & 0x0F] {
                text.push(char::from_digit(u32::from(nibble), 16).unwrap_or_default());
            }
        }
        text
    }

    /// Reads the text that [`reveal`](Self::reveal) gave, and nothing else.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], as for any token that opens nothing.
    pub fn parse(text: &str) -> Result<Self, SessionError> {
        let digits: &[u8; 64] = text.as_bytes().try_into().map_err(|_| SessionError::NotFound)?;
        let mut token = Self(Box::new([0; 32]));
        for (byte, pair) in token.0.iter_mut().zip(digits.chunks_exact(2)) {
            for digit in pair {
                *byte = (*byte << 4) | nibble(*digit).ok_or(SessionError::NotFound)?;
            }
        }
        Ok(token)
    }

    /// SHA-256 is enough: 256 random bits cannot be guessed, with or without a key in the hash.
    pub(crate) fn hash(&self) -> TokenHash {
        let mut context = Context::new(&SHA256);
        context.update(b"leeward-session/token/1\0");
        context.update(self.0.as_slice());
        let mut hash = [0; 32];
        hash.iter_mut().zip(context.finish().as_ref()).for_each(|(to, from)| *to = *from);
        TokenHash(hash)
    }
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(digit.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionToken").finish_non_exhaustive()
    }
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a failing test panics")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn token() -> SessionToken {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(0_u8..).for_each(|(byte, n)| *byte = n);
        SessionToken(Box::new(bytes))
    }

    const TEXT: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    #[test]
    fn the_text_and_the_hash_are_pinned() {
        assert_eq!(*token().reveal(), TEXT);
        assert_eq!(SessionToken::parse(TEXT).unwrap().0, token().0);
        let hash = token().hash().0.map(|byte| format!("{byte:02x}")).concat();
        assert_eq!(hash, "042bdb998ed6e929e5300ebd93ee5499a94b25598a3c3fd7bb3e33977b36c8eb");
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", token()), "SessionToken { .. }");
    }

    #[test]
    fn hostile_text_is_no_token() {
        let upper = TEXT.to_uppercase();
        let wide = "\u{ff10}".repeat(22);
        let mut cases =
            vec![String::new(), upper, wide, TEXT.replace('0', "\0"), "0x".to_owned() + &TEXT[2..]];
        cases.extend([&TEXT[1..], &format!("{TEXT}0"), &format!(" {}", &TEXT[1..])].map(str::to_owned));
        cases.extend([format!("{}\n", &TEXT[1..]), "g".repeat(64), "é".repeat(32), "0".repeat(1_000_000)]);
        for text in cases {
            assert!(matches!(SessionToken::parse(&text), Err(SessionError::NotFound)));
        }
    }

    proptest! {
        #[test]
        fn only_what_was_revealed_parses(text in "\\PC*") {
            prop_assume!(!text.is_empty());
            if let Ok(token) = SessionToken::parse(&text) {
                prop_assert!(*token.reveal() == text);
            }
        }

        #[test]
        fn what_is_revealed_parses(bytes: [u8; 32]) {
            let token = SessionToken(Box::new(bytes));
            prop_assert_eq!(&SessionToken::parse(&token.reveal()).unwrap().0, &token.0);
        }
    }
}
