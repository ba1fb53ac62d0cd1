use crate::{EscrowError, codec, codec::Reader, hpke_seal};
use leeward_event::StaffId;
use leeward_seal::{Context, SealKey};
use ring::{digest, rand::SecureRandom};
use std::fmt;
use zeroize::Zeroizing;

const VERSION: u8 = 1;

/// By which key encapsulation something is sealed; always with HKDF-SHA256 and ChaCha20-Poly1305.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Suite {
    /// DHKEM(X25519, HKDF-SHA256), RFC 9180 7.1: the default.
    X25519,
    /// X-Wing, X25519 and ML-KEM-768 in one (draft-connolly-cfrg-xwing-kem): what is sealed today stays shut
    /// for who has a quantum computer later.
    #[cfg(feature = "xwing")]
    XWing,
}

impl Suite {
    /// The number in the registry of key encapsulations (RFC 9180 7.1).
    #[must_use]
    pub const fn kem_id(self) -> u16 {
        match self {
            Self::X25519 => 0x0020,
            #[cfg(feature = "xwing")]
            Self::XWing => 0x647A,
        }
    }

    /// Whether what is sealed by this one opens sooner than what is sealed by the other.
    pub(crate) const fn is_weaker_than(self, other: Self) -> bool {
        !self.is_post_quantum() && other.is_post_quantum()
    }

    const fn is_post_quantum(self) -> bool {
        match self {
            Self::X25519 => false,
            #[cfg(feature = "xwing")]
            Self::XWing => true,
        }
    }

    fn from_kem_id(id: u16) -> Result<Self, EscrowError> {
        match id {
            0x0020 => Ok(Self::X25519),
            #[cfg(feature = "xwing")]
            0x647A => Ok(Self::XWing),
            _ => Err(EscrowError::UnknownSuite { id }),
        }
    }
}

/// To whom something is sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    suite: Suite,
    bytes: Vec<u8>,
}

/// The first 16 bytes of the SHA-256 of a public key: what two people read to each other to be sure of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; 16]);

/// A member of staff who holds shares, and the key by which they are sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trustee {
    /// Who.
    pub staff: StaffId,
    /// To which key.
    pub key: PublicKey,
}

impl Trustee {
    /// A trustee. That the key is theirs is for the application to know: compare [`PublicKey::id`] with them.
    #[must_use]
    pub const fn new(staff: StaffId, key: PublicKey) -> Self {
        Self { staff, key }
    }
}

/// The private key of one trustee, which stays with them: no service holds one.
///
/// It is wiped when dropped, and is neither copied, compared nor printed.
/// ```compile_fail,E0599
/// fn copy(key: &leeward_escrow::TrusteeKey) -> leeward_escrow::TrusteeKey {
///     key.clone()
/// }
/// ```
pub struct TrusteeKey {
    suite: Suite,
    private: Box<Zeroizing<[u8; hpke_seal::PRIVATE_LEN]>>,
}

impl PublicKey {
    /// The longest encoding.
    pub const MAX_LEN: usize = 3 + 1216;

    /// The kind of key.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// The key as RFC 9180 serialises it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// By what people know it.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let hash = digest::digest(&digest::SHA256, &self.encode());
        KeyId(hash.as_ref().first_chunk().copied().unwrap_or_default())
    }

    /// A version byte, the number of the key encapsulation in two, the key.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(self.suite.kem_id().to_be_bytes());
        bytes.extend(&self.bytes);
        bytes
    }

    /// Reads what [`encode`](Self::encode) wrote.
    ///
    /// # Errors
    /// [`EscrowError::UnknownSuite`]; [`EscrowError::Malformed`].
    pub fn decode(bytes: &[u8]) -> Result<Self, EscrowError> {
        let malformed = || EscrowError::Malformed { what: "public key" };
        let ([VERSION, high, low], key) = bytes.split_first_chunk().ok_or_else(malformed)? else {
            return Err(malformed());
        };
        let suite = Suite::from_kem_id(u16::from_be_bytes([*high, *low]))?;
        if !hpke_seal::is_public(suite, key) {
            return Err(malformed());
        }
        Ok(Self { suite, bytes: key.to_vec() })
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        codec::put_bytes(out, &self.encode());
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Self::decode(reader.bytes(Self::MAX_LEN)?).ok()
    }
}

impl TrusteeKey {
    /// A new key for X25519.
    ///
    /// # Errors
    /// [`EscrowError::Random`].
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, EscrowError> {
        Self::generate_for(Suite::X25519, rng)
    }

    /// A new key.
    ///
    /// # Errors
    /// [`EscrowError::Random`].
    pub fn generate_for(suite: Suite, rng: &dyn SecureRandom) -> Result<Self, EscrowError> {
        let mut private = Box::new(Zeroizing::new([0; hpke_seal::PRIVATE_LEN]));
        rng.fill(&mut **private).map_err(|_| EscrowError::Random)?;
        Ok(Self { suite, private })
    }

    /// What others seal to.
    ///
    /// # Errors
    /// [`EscrowError::CannotOpen`] when the cryptographic library refuses its own key, which it never does.
    pub fn public(&self) -> Result<PublicKey, EscrowError> {
        Ok(PublicKey { suite: self.suite, bytes: hpke_seal::public_of(self.suite, &self.private)? })
    }

    /// The kind of key.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// The key itself, sealed for its owner's backup.
    ///
    /// # Errors
    /// [`EscrowError::Seal`].
    pub fn export(
        &self,
        under: &SealKey,
        owner: StaffId,
        rng: &dyn SecureRandom,
    ) -> Result<Vec<u8>, EscrowError> {
        let mut plain = Zeroizing::new(Vec::with_capacity(3 + hpke_seal::PRIVATE_LEN));
        plain.push(VERSION);
        plain.extend(self.suite.kem_id().to_be_bytes());
        plain.extend(self.private.iter());
        leeward_seal::seal(under, &export_context(owner.as_bytes()), &plain, rng).map_err(EscrowError::Seal)
    }

    /// The key that [`export`](Self::export) sealed for the same owner.
    ///
    /// # Errors
    /// [`EscrowError::Seal`] for another key or owner; [`EscrowError::Malformed`];
    /// [`EscrowError::UnknownSuite`].
    pub fn import(sealed: &[u8], under: &SealKey, owner: StaffId) -> Result<Self, EscrowError> {
        let malformed = || EscrowError::Malformed { what: "trustee key" };
        let plain = leeward_seal::open(under, &export_context(owner.as_bytes()), sealed)
            .map_err(EscrowError::Seal)?;
        let ([VERSION, high, low], private) = plain.split_first_chunk().ok_or_else(malformed)? else {
            return Err(malformed());
        };
        let suite = Suite::from_kem_id(u16::from_be_bytes([*high, *low]))?;
        let mut key = Self { suite, private: Box::new(Zeroizing::new([0; hpke_seal::PRIVATE_LEN])) };
        let private: &[u8; hpke_seal::PRIVATE_LEN] = private.try_into().map_err(|_| malformed())?;
        key.private.copy_from_slice(private);
        Ok(key)
    }

    pub(crate) fn open(&self, info: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, EscrowError> {
        hpke_seal::open(self.suite, &self.private, info, sealed)
    }
}

const fn export_context(owner: &[u8; 16]) -> Context<'_> {
    Context { purpose: "trustee key", space: "escrow.export", key: owner, subject: owner, schema_version: 1 }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (pairs, _) = self.0.as_chunks::<2>();
        for (at, [high, low]) in pairs.iter().enumerate() {
            write!(f, "{}{high:02x}{low:02x}", if at == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey")
            .field("suite", &self.suite)
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for TrusteeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrusteeKey").field("suite", &self.suite).finish_non_exhaustive()
    }
}
