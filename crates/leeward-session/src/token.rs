use crate::{
    SessionError, SessionKeys,
    keys::Purpose,
    opaque::{Opaque, TokenHash, parse, reveal},
};
use ring::rand::SecureRandom;
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

macro_rules! token {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// It is shown once, by [`reveal`](Self::reveal), and comes back by [`parse`](Self::parse).
        /// Nothing else prints it.
        #[derive(Zeroize, ZeroizeOnDrop)]
        pub struct $name(Opaque);

        impl $name {
            pub(crate) fn generate(keys: &SessionKeys, rng: &dyn SecureRandom) -> Result<Self, SessionError> {
                Opaque::generate(keys.current(), rng).map(Self)
            }

            /// The text to hand to the client, once: 72 lower-case hexadecimal digits, of which the
            /// first eight are the id of the key. Never put it into a URL or a log.
            #[must_use]
            pub fn reveal(&self) -> Zeroizing<String> {
                reveal(self.0.key, [&*self.0.bytes])
            }

            /// Reads the text that [`reveal`](Self::reveal) gave, and nothing else.
            ///
            /// # Errors
            /// [`SessionError::NotFound`], as for any token that opens nothing.
            pub fn parse(text: &str) -> Result<Self, SessionError> {
                let (key, [bytes]) = parse(text).ok_or(SessionError::NotFound)?;
                Ok(Self(Opaque { key, bytes }))
            }
        }

        redacted!($name);
    };
}

macro_rules! redacted {
    ($name:ident) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

token! {
    /// What opens a session: 256 random bits. Whoever holds it is signed in.
    ///
    /// It belongs into a cookie that scripts cannot read.
    /// ```compile_fail,E0277
    /// fn print(token: leeward_session::SessionToken) -> String {
    ///     format!("{token}")
    /// }
    /// ```
    SessionToken
}
token! {
    /// What allows one action of one session, once: 256 random bits.
    StepUpToken
}
token! {
    /// What opens a [`RecoverySession`](crate::RecoverySession): 256 random bits.
    ///
    /// It is no [`SessionToken`]:
    /// ```compile_fail,E0308
    /// use leeward_session::{RecoveryToken, Sessions};
    /// async fn walk_in(sessions: &Sessions, token: RecoveryToken, now: leeward_store::Timestamp) {
    ///     let session = sessions.look_up(&token, now).await;
    /// }
    /// ```
    RecoveryToken
}

/// What gets the next access token of a session, once: 256 random bits that name the family of such
/// tokens, and 256 that only this one has.
///
/// It is shown once, by [`reveal`](Self::reveal), and comes back by [`parse`](Self::parse). Nothing else
/// prints it.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct RefreshToken {
    family: Opaque,
    secret: Opaque,
}

impl RefreshToken {
    pub(crate) fn generate(keys: &SessionKeys, rng: &dyn SecureRandom) -> Result<Self, SessionError> {
        let key = keys.current();
        Ok(Self { family: Opaque::generate(key, rng)?, secret: Opaque::generate(key, rng)? })
    }

    /// The next one of the same family, under the same key, so that the family is found by older ones.
    pub(crate) fn next(&self, rng: &dyn SecureRandom) -> Result<Self, SessionError> {
        let Opaque { key, ref bytes } = self.family;
        let family = Opaque { key, bytes: bytes.clone() };
        Ok(Self { family, secret: Opaque::generate(key, rng)? })
    }

    /// The text to hand to the client, once: 136 lower-case hexadecimal digits, of which the first eight
    /// are the id of the key. It belongs into the platform's store of secrets.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        reveal(self.family.key, [&*self.family.bytes, &*self.secret.bytes])
    }

    /// Reads the text that [`reveal`](Self::reveal) gave, and nothing else.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], as for any token that opens nothing.
    pub fn parse(text: &str) -> Result<Self, SessionError> {
        let (key, [family, secret]) = parse(text).ok_or(SessionError::NotFound)?;
        Ok(Self { family: Opaque { key, bytes: family }, secret: Opaque { key, bytes: secret } })
    }

    pub(crate) fn family(&self, keys: &SessionKeys) -> Result<TokenHash, SessionError> {
        keys.hash(Purpose::Family, &self.family)
    }

    pub(crate) fn secret(&self, keys: &SessionKeys) -> Result<TokenHash, SessionError> {
        keys.hash(Purpose::Refresh, &self.secret)
    }
}

redacted!(RefreshToken);

impl SessionToken {
    pub(crate) fn hash(&self, keys: &SessionKeys) -> Result<TokenHash, SessionError> {
        keys.hash(Purpose::Session, &self.0)
    }

    pub(crate) const fn opaque(&self) -> &Opaque {
        &self.0
    }
}

impl StepUpToken {
    pub(crate) fn hash(&self, keys: &SessionKeys) -> Result<TokenHash, SessionError> {
        keys.hash(Purpose::StepUp, &self.0)
    }
}

impl RecoveryToken {
    pub(crate) fn hash(&self, keys: &SessionKeys) -> Result<TokenHash, SessionError> {
        keys.hash(Purpose::Recovery, &self.0)
    }
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a failing test panics")]
mod tests {
    use super::*;
    use crate::SessionKey;
    use proptest::prelude::*;

    const DIGITS: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    fn text() -> String {
        format!("00010203{DIGITS}")
    }

    fn keys() -> SessionKeys {
        SessionKeys::new(&SessionKey::from_bytes(0x0001_0203, &[7; 32]))
    }

    #[test]
    fn the_texts_and_the_hashes_are_pinned() {
        let hex = |hash: TokenHash| hash.0.map(|byte| format!("{byte:02x}")).concat();
        let token = SessionToken::parse(&text()).unwrap();
        assert_eq!(*token.reveal(), text());
        let refresh = RefreshToken::parse(&format!("{}{DIGITS}", text())).unwrap();
        assert_eq!(*refresh.reveal(), format!("{}{DIGITS}", text()));
        let hashes = [
            token.hash(&keys()),
            StepUpToken::parse(&text()).unwrap().hash(&keys()),
            RecoveryToken::parse(&text()).unwrap().hash(&keys()),
            refresh.family(&keys()),
            refresh.secret(&keys()),
        ];
        let pinned = [
            "4a86312e82d30e9b57aeece7e891b2088886273ccffb6b3b93f124f80cd5c499",
            "dfc3693b969b32b2a5fdcc66883713482b0e4fe0e1862bd8b2a11cad59390579",
            "3256423e6c0a75a8de6a54745e52aa4e764c4bed55f6b288134af752df6a810b",
            "f27787fd8953c8ad840b7541e3a46c089db5dd6136620264209b5727ef93b1c6",
            "081dcc3874993b9afb46f706cbcf82272d4e10a47dccaa21c01bc541101e0792",
        ];
        assert_eq!(hashes.map(|hash| hex(hash.unwrap())), pinned, "one secret, five purposes, five hashes");
    }

    #[test]
    fn a_token_of_an_unknown_key_is_not_found() {
        let token = SessionToken::parse(&format!("00010204{DIGITS}")).unwrap();
        assert!(matches!(token.hash(&keys()), Err(SessionError::NotFound)));
    }

    #[test]
    fn debug_shows_nothing() {
        let token = SessionToken::parse(&text()).unwrap();
        assert_eq!(format!("{token:?}"), "SessionToken { .. }");
        let refresh = RefreshToken::parse(&format!("{}{DIGITS}", text())).unwrap();
        assert_eq!(format!("{refresh:?}"), "RefreshToken { .. }");
        assert_eq!(format!("{:?}", StepUpToken::parse(&text()).unwrap()), "StepUpToken { .. }");
        assert_eq!(format!("{:?}", RecoveryToken::parse(&text()).unwrap()), "RecoveryToken { .. }");
        assert_eq!(format!("{:?}", keys()), "SessionKeys { ids: [66051], .. }");
    }

    #[test]
    fn the_next_refresh_token_is_of_the_same_family() {
        let rng = ring::rand::SystemRandom::new();
        let first = RefreshToken::generate(&keys(), &rng).unwrap();
        let next = first.next(&rng).unwrap();
        assert!(first.family(&keys()).unwrap().is(&next.family(&keys()).unwrap()));
        assert!(!first.secret(&keys()).unwrap().is(&next.secret(&keys()).unwrap()));
    }

    #[test]
    fn hostile_text_is_no_token() {
        let text = text();
        let wide = "\u{ff10}".repeat(24);
        let mut cases = vec![
            String::new(),
            text.to_uppercase(),
            wide,
            text.replace('0', "\0"),
            "0x".to_owned() + &text[2..],
        ];
        cases.extend([&text[1..], &format!("{text}0"), &format!(" {}", &text[1..])].map(str::to_owned));
        cases.extend([format!("{}\n", &text[1..]), "g".repeat(72), "é".repeat(36), "0".repeat(1_000_000)]);
        for text in cases {
            assert!(matches!(SessionToken::parse(&text), Err(SessionError::NotFound)));
            assert!(matches!(RefreshToken::parse(&text), Err(SessionError::NotFound)));
        }
    }

    proptest! {
        #[test]
        fn only_what_was_revealed_parses(text in "\\PC*|[0-9a-f]{72}|[0-9a-f]{136}") {
            if let Ok(token) = SessionToken::parse(&text) {
                prop_assert_eq!(&*token.reveal(), &text);
            }
            if let Ok(token) = RefreshToken::parse(&text) {
                prop_assert_eq!(&*token.reveal(), &text);
            }
        }
    }
}
