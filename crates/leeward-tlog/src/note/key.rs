use super::{NoteError, vkey::Vkey};
use ring::signature::{ED25519, UnparsedPublicKey};
use std::{fmt, str::FromStr};

/// The signature type of a plain Ed25519 signature over the text.
const ED25519_TYPE: u8 = 0x01;

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
        Self::from_vkey(Vkey::new(name, ED25519_TYPE, &public)?)
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

    pub(crate) fn from_vkey(vkey: Vkey) -> Result<Self, NoteError> {
        match vkey.kind {
            ED25519_TYPE => {
                vkey.check_id()?;
                let public = vkey.public.try_into().map_err(|_| NoteError::Key)?;
                Ok(Self { name: vkey.name, id: vkey.id, public })
            }
            kind => Err(NoteError::KeyType { kind }),
        }
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        Self::from_vkey(text.parse()?)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::vkey::write(f, &self.name, self.id, ED25519_TYPE, &self.public)
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}
