use super::MAX_TIME;
use crate::{
    Checkpoint,
    note::{Note, NoteError, Signature, vkey, vkey::Vkey},
};
use ring::signature::{ED25519, UnparsedPublicKey};
use std::{fmt, str::FromStr};

/// The signature type of an Ed25519 cosignature.
const ED25519_TYPE: u8 = 0x04;

/// The signature type of an ML-DSA-44 cosignature.
#[cfg(feature = "ml-dsa")]
const ML_DSA_44_TYPE: u8 = 0x06;

/// A name and the public key that cosigns for it: what a verifier needs to know of a witness.
///
/// Its text form is a C2SP *vkey* of type 0x04, or, with the feature `ml-dsa`, 0x06. Who runs several
/// cosigners gives each a key of its own, since an Ed25519 cosignature does not name its cosigner.
///
/// ```
/// use leeward_tlog::cosignature::CosignerKey;
/// let text = "wit.example/w1+f9bdef00+BHm1Vi6P5lT5QHixEuipi6eQH4U65pW+1+DjkQutBJZk";
/// let key: CosignerKey = text.parse()?;
/// assert_eq!(key.name(), "wit.example/w1");
/// assert_eq!(key.to_string(), text);
/// # Ok::<(), leeward_tlog::note::NoteError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CosignerKey {
    name: String,
    id: u32,
    public: PublicKey,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum PublicKey {
    Ed25519([u8; 32]),
    #[cfg(feature = "ml-dsa")]
    MlDsa44(Box<super::ml_dsa::PublicKey>),
}

impl CosignerKey {
    /// The Ed25519 cosigner of this name.
    ///
    /// # Errors
    /// [`NoteError::Name`].
    pub fn ed25519(name: &str, public: [u8; 32]) -> Result<Self, NoteError> {
        Self::from_vkey(Vkey::new(name, ED25519_TYPE, &public)?)
    }

    /// The ML-DSA-44 cosigner of this name.
    ///
    /// # Errors
    /// [`NoteError::Name`], which here is also that of a name longer than 255 bytes.
    #[cfg(feature = "ml-dsa")]
    pub fn ml_dsa_44(name: &str, public: &[u8; 1312]) -> Result<Self, NoteError> {
        Self::from_vkey(Vkey::new(name, ML_DSA_44_TYPE, public)?)
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
    pub fn public_key(&self) -> &[u8] {
        match &self.public {
            PublicKey::Ed25519(public) => public,
            #[cfg(feature = "ml-dsa")]
            PublicKey::MlDsa44(public) => &public[..],
        }
    }

    /// Checks every cosignature that claims to be by this key, and returns the latest time at which
    /// the key says it saw this checkpoint as the largest; `None` when there is none. 0 is what an ML-DSA-44
    /// cosigner says that speaks of consistency alone.
    ///
    /// # Errors
    /// [`NoteError::BadSignature`] when one of them does not hold; [`NoteError::Malformed`] when the
    /// note is no checkpoint.
    pub fn verify(&self, note: &Note) -> Result<Option<u64>, NoteError> {
        Checkpoint::parse(note.text()).ok_or(NoteError::Malformed)?;
        let mut claims = note.signatures().iter().filter(|line| line.claims(&self.name, self.id));
        claims.try_fold(None, |latest, line| Ok(latest.max(Some(self.verify_line(note, line)?))))
    }

    /// Checks one line, which claims to be by this key, and returns its time.
    pub(crate) fn verify_line(&self, note: &Note, line: &Signature) -> Result<u64, NoteError> {
        self.time_of(note.text(), line.as_bytes()).ok_or(NoteError::BadSignature)
    }

    fn time_of(&self, text: &str, bytes: &[u8]) -> Option<u64> {
        let (time, signature) = bytes.split_first_chunk()?;
        let time = Some(u64::from_be_bytes(*time)).filter(|time| *time <= MAX_TIME)?;
        let message = self.message(text, time)?;
        let holds = match &self.public {
            PublicKey::Ed25519(public) => {
                UnparsedPublicKey::new(&ED25519, public).verify(&message, signature).is_ok()
            }
            #[cfg(feature = "ml-dsa")]
            PublicKey::MlDsa44(public) => super::ml_dsa::verifies(public, &message, signature),
        };
        holds.then_some(time)
    }

    /// What is signed at this time; `None` when a name is too long for it.
    pub(super) fn message(&self, text: &str, time: u64) -> Option<Vec<u8>> {
        match &self.public {
            PublicKey::Ed25519(_) => Some(format!("cosignature/v1\ntime {time}\n{text}").into_bytes()),
            #[cfg(feature = "ml-dsa")]
            PublicKey::MlDsa44(_) => super::ml_dsa::message(&self.name, &Checkpoint::parse(text)?, time),
        }
    }

    pub(crate) fn from_vkey(vkey: Vkey) -> Result<Self, NoteError> {
        let public = match vkey.kind {
            ED25519_TYPE => {
                PublicKey::Ed25519(vkey.public.as_slice().try_into().map_err(|_| NoteError::Key)?)
            }
            #[cfg(feature = "ml-dsa")]
            ML_DSA_44_TYPE if vkey.name.len() > usize::from(u8::MAX) => return Err(NoteError::Name),
            #[cfg(feature = "ml-dsa")]
            ML_DSA_44_TYPE => {
                let public = vkey.public.as_slice().try_into().map_err(|_| NoteError::Key)?;
                PublicKey::MlDsa44(Box::new(public))
            }
            kind => return Err(NoteError::KeyType { kind }),
        };
        vkey.check_id()?;
        Ok(Self { name: vkey.name, id: vkey.id, public })
    }

    const fn kind(&self) -> u8 {
        match &self.public {
            PublicKey::Ed25519(_) => ED25519_TYPE,
            #[cfg(feature = "ml-dsa")]
            PublicKey::MlDsa44(_) => ML_DSA_44_TYPE,
        }
    }
}

impl FromStr for CosignerKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        Self::from_vkey(text.parse()?)
    }
}

impl fmt::Display for CosignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        vkey::write(f, &self.name, self.id, self.kind(), self.public_key())
    }
}

impl fmt::Debug for CosignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CosignerKey({self})")
    }
}
