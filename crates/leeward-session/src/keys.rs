use crate::{
    SessionError,
    opaque::{Opaque, TokenHash},
};
use ring::{hmac, rand::SecureRandom};
use std::{fmt, sync::Arc};
use zeroize::Zeroizing;

/// A secret under which tokens are hashed (HMAC-SHA-256), and its id. Kept outside the store: who has both
/// puts a session into it for anybody.
pub struct SessionKey {
    id: u32,
    secret: Box<Zeroizing<[u8; 32]>>,
}

/// The secret that hashes new tokens, and older ones whose sessions live on.
///
/// Whoever reads the store alone can check no guess, and whoever writes to it alone can make up no token.
/// Leaving a key out ends every session that it hashed.
///
/// ```
/// use leeward_session::{SessionKey, SessionKeys};
/// let rng = ring::rand::SystemRandom::new();
/// let kept = SessionKey::generate(1, &rng)?;
/// let keys = SessionKeys::new(&SessionKey::generate(2, &rng)?).accept(&kept)?;
/// assert_eq!(format!("{keys:?}"), "SessionKeys { ids: [2, 1], .. }");
/// # Ok::<(), leeward_session::SessionError>(())
/// ```
#[derive(Clone)]
pub struct SessionKeys(Arc<Vec<Numbered>>);

/// What a key hashes. Each has a key of its own, so that a token of one kind is never one of another.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Session,
    Family,
    Refresh,
    StepUp,
    Recovery,
    Csrf,
}

#[derive(Clone)]
struct Numbered {
    id: u32,
    session: hmac::Key,
    family: hmac::Key,
    refresh: hmac::Key,
    step_up: hmac::Key,
    recovery: hmac::Key,
    csrf: hmac::Key,
}

impl SessionKey {
    /// A new random secret. The id is written into each token, and never given to another secret.
    ///
    /// # Errors
    /// [`SessionError::Random`].
    pub fn generate(id: u32, rng: &dyn SecureRandom) -> Result<Self, SessionError> {
        let mut secret = Box::new(Zeroizing::new([0; 32]));
        rng.fill(secret.as_mut_slice()).map_err(|_| SessionError::Random)?;
        Ok(Self { id, secret })
    }

    /// The secret with these bytes, which [`expose_bytes`](Self::expose_bytes) gave.
    #[must_use]
    pub fn from_bytes(id: u32, secret: &[u8; 32]) -> Self {
        Self { id, secret: Box::new(Zeroizing::new(*secret)) }
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// The secret itself, to be kept where keys are kept.
    #[must_use]
    pub fn expose_bytes(&self) -> &[u8; 32] {
        &self.secret
    }
}

impl SessionKeys {
    /// Hashes by `current`, and knows no other.
    #[must_use]
    pub fn new(current: &SessionKey) -> Self {
        Self(Arc::new(vec![Numbered::derive(current)]))
    }

    /// Finds what `older` hashed, too. It hashes nothing new, but for the next tokens of refresh families
    /// that began under it.
    ///
    /// # Errors
    /// [`SessionError::DuplicateKey`].
    pub fn accept(self, older: &SessionKey) -> Result<Self, SessionError> {
        if self.0.iter().any(|numbered| numbered.id == older.id) {
            return Err(SessionError::DuplicateKey { id: older.id });
        }
        let mut keys = Arc::unwrap_or_clone(self.0);
        keys.push(Numbered::derive(older));
        Ok(Self(Arc::new(keys)))
    }

    pub(crate) fn current(&self) -> u32 {
        self.0.first().map_or(0, |current| current.id)
    }

    /// Under what a token is stored; [`SessionError::NotFound`] when its key is not known.
    pub(crate) fn hash(&self, purpose: Purpose, token: &Opaque) -> Result<TokenHash, SessionError> {
        let key = self.0.iter().find(|key| key.id == token.key()).ok_or(SessionError::NotFound)?;
        let mut hash = [0; 32];
        let tag = hmac::sign(key.of(purpose), token.bytes());
        hash.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
        Ok(TokenHash(hash))
    }
}

impl Numbered {
    fn derive(SessionKey { id, secret }: &SessionKey) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_slice());
        let of = |purpose: &str| {
            let label = ["leeward-session/1 ", purpose].concat();
            hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, label.as_bytes()).as_ref())
        };
        Self {
            id: *id,
            session: of("session"),
            family: of("refresh family"),
            refresh: of("refresh secret"),
            step_up: of("step-up"),
            recovery: of("recovery"),
            csrf: of("csrf"),
        }
    }

    const fn of(&self, purpose: Purpose) -> &hmac::Key {
        match purpose {
            Purpose::Session => &self.session,
            Purpose::Family => &self.family,
            Purpose::Refresh => &self.refresh,
            Purpose::StepUp => &self.step_up,
            Purpose::Recovery => &self.recovery,
            Purpose::Csrf => &self.csrf,
        }
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Debug for SessionKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.0.iter().map(|key| key.id).collect::<Vec<_>>();
        f.debug_struct("SessionKeys").field("ids", &ids).finish_non_exhaustive()
    }
}
