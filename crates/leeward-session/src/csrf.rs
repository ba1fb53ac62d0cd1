use crate::{
    SessionError, SessionToken, Sessions,
    keys::Purpose,
    opaque::{self, TokenHash},
};
use ring::rand::SecureRandom;
use zeroize::Zeroizing;

impl Sessions {
    /// A token for the forms of a page, bound to the session that `token` opens: another text each time, so
    /// that compressed pages do not give it away. It says nothing about the session's token.
    ///
    /// It serves until the session gets another token. A page that was loaded before that is loaded again.
    ///
    /// # Errors
    /// [`SessionError::NotFound`] when the token's key is not known; [`SessionError::Random`].
    pub fn csrf(&self, token: &SessionToken) -> Result<Zeroizing<String>, SessionError> {
        let mut pad = Zeroizing::new([0; 32]);
        self.rng.fill(pad.as_mut_slice()).map_err(|_| SessionError::Random)?;
        let masked = masked(self.csrf_tag(token)?, &pad);
        Ok(opaque::reveal(token.opaque().key(), [&pad, &masked]))
    }

    /// Whether `text` is such a token of this session. To be asked for every request that changes anything,
    /// beside [`look_up`](Self::look_up): it reads nothing, and does not say whether the session lives.
    ///
    /// # Errors
    /// [`SessionError::Csrf`] when it is not, or the token's key is not known.
    pub fn check_csrf(&self, token: &SessionToken, text: &str) -> Result<(), SessionError> {
        let (key, [pad, given]) = opaque::parse(text).ok_or(SessionError::Csrf)?;
        let tag = self.csrf_tag(token).map_err(|_| SessionError::Csrf)?;
        let matches = TokenHash(masked(tag, &pad)).is(&TokenHash(*given));
        if matches && key == token.opaque().key() { Ok(()) } else { Err(SessionError::Csrf) }
    }

    fn csrf_tag(&self, token: &SessionToken) -> Result<TokenHash, SessionError> {
        self.keys.hash(Purpose::Csrf, token.opaque())
    }
}

fn masked(tag: TokenHash, pad: &[u8; 32]) -> [u8; 32] {
    let mut masked = tag.0;
    masked.iter_mut().zip(pad).for_each(|(byte, pad)| *byte ^= pad);
    masked
}
