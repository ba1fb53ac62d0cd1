use crate::{SealError, context::encode_fields, secret::Secret};
use ring::{hkdf, hmac, rand::SecureRandom};
use std::fmt;

/// The secret from which the keys of all blind indexes are derived: 32 uniformly random bytes, wiped
/// when dropped. Never the same bytes as a [`SealKey`](crate::SealKey).
pub struct IndexRoot(Secret);

/// Which blind index: all of it goes into its key, so that tags of two indexes cannot be matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Index<'a> {
    /// Whose data; empty when there is one tenant only.
    pub tenant: &'a [u8],
    /// The table, or the store's space.
    pub space: &'a str,
    /// The field that is looked up.
    pub field: &'a str,
    /// The name of the index: a field can have several, with different normalisation.
    pub name: &'a str,
    /// Raised when the normalisation or the number of bits changes: write both while records move over.
    pub version: u16,
    /// How many bits a tag keeps, 8 to 256. A lookup among `rows` records finds about `rows / 2^bits`
    /// records of other values besides: fewer bits tell a thief less, and cost more opening.
    pub bits: u16,
}

/// The key of one blind index, wiped when dropped.
pub struct IndexKey {
    secret: Secret,
    bits: u16,
}

/// What stands in the index for a value. Equal values have equal tags: that much an index shows to who
/// reads the store, and truncation blurs it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IndexTag(Vec<u8>);

impl IndexRoot {
    /// How many bytes a root has.
    pub const LEN: usize = crate::secret::SECRET_LEN;

    /// A new root.
    ///
    /// # Errors
    /// [`SealError::Random`] when the random source fails.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, SealError> {
        Secret::generate(rng).map(Self)
    }

    /// A root from bytes that were generated earlier.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        Self(Secret::copy_of(bytes))
    }

    /// The bytes themselves: who has them can test guesses against every index.
    #[must_use]
    pub fn expose_key_bytes(&self) -> &[u8; Self::LEN] {
        self.0.bytes()
    }
}

/// For unwrapped roots, whose length the compiler does not know.
///
/// # Errors
/// [`SealError::KeyLength`] when there are not exactly [`IndexRoot::LEN`] bytes.
impl TryFrom<&[u8]> for IndexRoot {
    type Error = SealError;

    fn try_from(bytes: &[u8]) -> Result<Self, SealError> {
        bytes.try_into().map(Self::from_bytes).map_err(|_| SealError::KeyLength)
    }
}

impl IndexKey {
    /// Derives the key of `index`, by HKDF-Expand with SHA-256 (RFC 5869 2.3).
    ///
    /// # Errors
    /// [`SealError::TagBits`] unless the index keeps 8 to 256 bits; [`SealError::FieldTooLong`] when a
    /// field is over 65,535 bytes.
    pub fn derive(root: &IndexRoot, index: &Index<'_>) -> Result<Self, SealError> {
        if !(8..=256).contains(&index.bits) {
            return Err(SealError::TagBits);
        }
        let info = [LABEL, &index.encode()?];
        let root = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, root.expose_key_bytes());
        let expanded = root.expand(&info, hkdf::HKDF_SHA256).map_err(|_| SealError::Primitive)?;
        let secret = Secret::try_init(|bytes| expanded.fill(bytes).map_err(|_| SealError::Primitive))?;
        Ok(Self { secret, bits: index.bits })
    }

    /// The tag of a value: the first bits of its HMAC-SHA-256 (FIPS 198-1), rounded up to whole bytes
    /// with zeroes.
    ///
    /// `normalised` is the value in the one form that equal values share (case folded, NFC, digits
    /// only). Index what is searched by equality and hard to guess: never free text, never a field
    /// with a handful of values, such as a level of risk.
    #[must_use]
    pub fn tag(&self, normalised: &[u8]) -> IndexTag {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.bytes());
        let mut tag = hmac::sign(&key, normalised).as_ref().to_vec();
        tag.truncate(usize::from(self.bits.div_ceil(8)));
        if let Some(last) = tag.last_mut() {
            *last &= u8::MAX << (self.bits.wrapping_neg() % 8);
        }
        IndexTag(tag)
    }
}

impl Index<'_> {
    fn encode(&self) -> Result<Vec<u8>, SealError> {
        encode_fields(
            ENCODING_VERSION,
            &[
                ("tenant", self.tenant),
                ("space", self.space.as_bytes()),
                ("field", self.field.as_bytes()),
                ("name", self.name.as_bytes()),
            ],
            u32::from(self.version) << 16 | u32::from(self.bits),
        )
    }
}

impl IndexTag {
    /// The bits, the first in the high bit of the first byte; those left over in the last byte are zero.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for IndexRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IndexRoot").finish_non_exhaustive()
    }
}

impl fmt::Debug for IndexKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IndexKey").field("bits", &self.bits).finish_non_exhaustive()
    }
}

const LABEL: &[u8] = b"leeward-seal blind index\0";
const ENCODING_VERSION: u8 = 1;
