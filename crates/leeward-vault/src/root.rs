//! The root key, outside the store: what wraps the keys that wrap the keys.

mod key_file;
mod local;
mod memory;
mod passphrase;

pub use key_file::{KeyFile, KeyFileError};
pub use memory::MemoryKey;
pub use passphrase::{PassphraseHeader, PassphraseKey};

use leeward_store::BoxError;
use std::{fmt, future::Future, pin::Pin, sync::Arc};
use zeroize::Zeroizing;

/// A root key, wherever it is kept: a file, a passphrase, a KMS, an HSM behind PKCS#11.
///
/// It is asked rarely: when a vault is opened and when keys are rotated, never for each record. An
/// implementor writes `async fn`s; the key itself need never leave where it is kept.
pub trait KeyWrapper: Send + Sync + 'static {
    /// Which key this is: stored beside what it wrapped, so that a wrong one is noticed. Of a KMS, the
    /// key's own name; of a key at hand, a digest.
    fn key_id(&self) -> RootKeyId;

    /// Wraps a key of 32 bytes, bound to `context`. The result is at most
    /// [`MAX_WRAPPED`](crate::MAX_WRAPPED) bytes.
    ///
    /// # Errors
    /// [`RootKeyError::Unavailable`] when the key cannot be reached.
    fn wrap(&self, key: &[u8], context: &[u8]) -> impl Future<Output = Result<Vec<u8>, RootKeyError>> + Send;

    /// Unwraps what [`wrap`](Self::wrap) made with the same context.
    ///
    /// # Errors
    /// [`RootKeyError::Refused`] when it was wrapped by another key, or in another context, or changed;
    /// [`RootKeyError::Unavailable`] when the key cannot be reached.
    fn unwrap(
        &self,
        wrapped: &[u8],
        context: &[u8],
    ) -> impl Future<Output = Result<Zeroizing<Vec<u8>>, RootKeyError>> + Send;
}

/// Why a root key did not wrap or unwrap.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RootKeyError {
    /// What should be unwrapped was not wrapped by this key in this context, or was changed.
    #[error("this root key did not wrap that")]
    Refused,
    /// Where the key is kept cannot be reached, or failed. Trying again may help.
    #[error("the place where the root key is kept cannot be reached")]
    Unavailable(#[source] BoxError),
}

/// The name of a root key. Not secret.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RootKeyId(Vec<u8>);

impl RootKeyId {
    /// The longest name, in bytes. That of a KMS fits.
    pub const MAX: usize = 255;

    /// The name with these bytes; `None` unless there are 1 to [`MAX`](Self::MAX).
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        (1..=Self::MAX).contains(&bytes.len()).then(|| Self(bytes.to_vec()))
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for RootKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RootKeyId({})", self.0.escape_ascii())
    }
}

/// Any [`KeyWrapper`] behind one type, for services that choose theirs at run time.
#[derive(Clone)]
pub struct RootKey(Arc<dyn Erased>);

impl RootKey {
    /// A handle over a key.
    pub fn new(wrapper: impl KeyWrapper) -> Self {
        Self(Arc::new(wrapper))
    }
}

impl KeyWrapper for RootKey {
    fn key_id(&self) -> RootKeyId {
        self.0.key_id()
    }

    async fn wrap(&self, key: &[u8], context: &[u8]) -> Result<Vec<u8>, RootKeyError> {
        self.0.wrap(key, context).await
    }

    async fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Zeroizing<Vec<u8>>, RootKeyError> {
        self.0.unwrap(wrapped, context).await
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RootKey").field("key_id", &KeyWrapper::key_id(self)).finish_non_exhaustive()
    }
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, RootKeyError>> + Send + 'a>>;

/// [`KeyWrapper`] with its futures boxed.
trait Erased: Send + Sync {
    fn key_id(&self) -> RootKeyId;
    fn wrap<'a>(&'a self, key: &'a [u8], context: &'a [u8]) -> Boxed<'a, Vec<u8>>;
    fn unwrap<'a>(&'a self, wrapped: &'a [u8], context: &'a [u8]) -> Boxed<'a, Zeroizing<Vec<u8>>>;
}

impl<W: KeyWrapper> Erased for W {
    fn key_id(&self) -> RootKeyId {
        KeyWrapper::key_id(self)
    }

    fn wrap<'a>(&'a self, key: &'a [u8], context: &'a [u8]) -> Boxed<'a, Vec<u8>> {
        Box::pin(KeyWrapper::wrap(self, key, context))
    }

    fn unwrap<'a>(&'a self, wrapped: &'a [u8], context: &'a [u8]) -> Boxed<'a, Zeroizing<Vec<u8>>> {
        Box::pin(KeyWrapper::unwrap(self, wrapped, context))
    }
}
