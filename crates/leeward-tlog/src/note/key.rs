use super::NoteError;
use base64::{Engine, engine::general_purpose::STANDARD};
use ring::{
    digest::{SHA256, digest},
    signature::{ED25519, UnparsedPublicKey},
};
use std::{fmt, str::FromStr};

/// The signature type of a plain Ed25519 signature over the text.
const ED25519_TYPE: u8 = 0x01;

/// The longest verifier key that is read, in bytes.
const MAX_VKEY: usize = 1024;

/// The longest name of a key, in bytes: with two `+`, the key id and the key, it fits into a vkey.
const MAX_NAME: usize = MAX_VKEY - 2 - 8 - 44;

/// A name and the Ed25519 public key that signs for it: what a verifier needs to know beforehand.
///
/// Its text form is the C2SP *vkey*, `<name>+<key id>+<base64>`.
///
/// ```
/// use leeward_tlog::note::VerifierKey;
/// let text = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
/// let key: VerifierKey = text.parse()?;
/// assert_eq!(key.name(), "example.com/foo");
/// assert_eq!(key.to_string(), text);
/// # Ok::<(), leeward_tlog::note::NoteError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct VerifierKey {
    name: String,
    id: u32,
    public: [u8; 32],
}

impl VerifierKey {
    /// The key of this name.
    ///
    /// # Errors
    /// [`NoteError::Name`].
    pub fn ed25519(name: &str, public: [u8; 32]) -> Result<Self, NoteError> {
        check_name(name)?;
        Ok(Self { name: name.to_owned(), id: key_id(name, &public), public })
    }

    /// Whose key it is.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of a hash over name and key, by which a signature names its key.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// The public key.
    #[must_use]
    pub const fn public_key(&self) -> &[u8; 32] {
        &self.public
    }

    pub(crate) fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.public).verify(text, signature).is_ok()
    }
}

/// Refuses a name that a signature line or a vkey cannot carry: empty or too long, with a space, a control
/// character or a `+`.
///
/// # Errors
/// [`NoteError::Name`].
pub fn check_name(name: &str) -> Result<(), NoteError> {
    let unfit = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.len() > MAX_NAME || name.contains(unfit) {
        return Err(NoteError::Name);
    }
    Ok(())
}

fn key_id(name: &str, public: &[u8; 32]) -> u32 {
    let hash = digest(&SHA256, &[name.as_bytes(), b"\n", &[ED25519_TYPE], public].concat());
    hash.as_ref().first_chunk().map_or(0, |first| u32::from_be_bytes(*first))
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        if text.len() > MAX_VKEY {
            return Err(NoteError::Key);
        }
        // Base64 may contain a `+` too, so only the first two separate.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key);
        };
        let bytes = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
        let (kind, public) = bytes.split_first().ok_or(NoteError::Key)?;
        if *kind != ED25519_TYPE {
            return Err(NoteError::KeyType { kind: *kind });
        }
        let key = Self::ed25519(name, public.try_into().map_err(|_| NoteError::Key)?)?;
        if format!("{:08x}", key.id) == id { Ok(key) } else { Err(NoteError::Key) }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519_TYPE];
        key.extend(self.public);
        write!(f, "{}+{:08x}+{}", self.name, self.id, STANDARD.encode(key))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}
