//! RFC 9180 in base mode, one message to one key (6.1): the encapsulated key, then the ciphertext.

use crate::{EscrowError, PublicKey, Suite};
use hpke::{
    Deserializable, Kem, OpModeR, OpModeS, Serializable,
    aead::ChaCha20Poly1305,
    kdf::HkdfSha256,
    kem::X25519HkdfSha256,
    rand_core::{Infallible, TryCryptoRng, TryRng},
    single_shot_open, single_shot_seal_with_rng,
};
use ring::rand::SecureRandom;
use zeroize::Zeroizing;

type Aead = ChaCha20Poly1305;
type Kdf = HkdfSha256;

/// The length of a private key, of either kind.
pub(crate) const PRIVATE_LEN: usize = 32;

pub(crate) fn public_of(suite: Suite, private: &[u8; PRIVATE_LEN]) -> Result<Vec<u8>, EscrowError> {
    match suite {
        Suite::X25519 => public::<X25519HkdfSha256>(private),
        #[cfg(feature = "xwing")]
        Suite::XWing => public::<hpke::kem::XWing>(private),
    }
}

/// Whether the bytes are a public key of the suite.
pub(crate) fn is_public(suite: Suite, bytes: &[u8]) -> bool {
    match suite {
        Suite::X25519 => <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(bytes).is_ok(),
        #[cfg(feature = "xwing")]
        Suite::XWing => <hpke::kem::XWing as Kem>::PublicKey::from_bytes(bytes).is_ok(),
    }
}

pub(crate) fn seal(
    to: &PublicKey,
    info: &[u8],
    plaintext: &[u8],
    rng: &dyn SecureRandom,
) -> Result<Vec<u8>, EscrowError> {
    match to.suite() {
        Suite::X25519 => seal_by::<X25519HkdfSha256>(to.as_bytes(), info, plaintext, rng),
        #[cfg(feature = "xwing")]
        Suite::XWing => seal_by::<hpke::kem::XWing>(to.as_bytes(), info, plaintext, rng),
    }
}

pub(crate) fn open(
    suite: Suite,
    private: &[u8; PRIVATE_LEN],
    info: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, EscrowError> {
    match suite {
        Suite::X25519 => open_by::<X25519HkdfSha256>(private, info, sealed),
        #[cfg(feature = "xwing")]
        Suite::XWing => open_by::<hpke::kem::XWing>(private, info, sealed),
    }
}

fn public<K: Kem>(private: &[u8]) -> Result<Vec<u8>, EscrowError> {
    let private = K::PrivateKey::from_bytes(private).map_err(|_| EscrowError::CannotOpen)?;
    Ok(K::sk_to_pk(&private).to_bytes().to_vec())
}

fn seal_by<K: Kem>(
    to: &[u8],
    info: &[u8],
    plaintext: &[u8],
    rng: &dyn SecureRandom,
) -> Result<Vec<u8>, EscrowError> {
    let to = K::PublicKey::from_bytes(to).map_err(|_| EscrowError::Malformed { what: "public key" })?;
    let mut random = Random { rng, failed: false };
    let sealed =
        single_shot_seal_with_rng::<Aead, Kdf, K>(&OpModeS::Base, &to, info, plaintext, b"", &mut random);
    if random.failed {
        return Err(EscrowError::Random);
    }
    // A key of small order is refused here: no secret would be shared with it.
    let (encapsulated, ciphertext) = sealed.map_err(|_| EscrowError::Malformed { what: "public key" })?;
    let mut bytes = encapsulated.to_bytes().to_vec();
    bytes.extend(ciphertext);
    Ok(bytes)
}

fn open_by<K: Kem>(private: &[u8], info: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, EscrowError> {
    let (encapsulated, ciphertext) =
        sealed.split_at_checked(K::EncappedKey::size()).ok_or(EscrowError::CannotOpen)?;
    let private = K::PrivateKey::from_bytes(private).map_err(|_| EscrowError::CannotOpen)?;
    let encapsulated = K::EncappedKey::from_bytes(encapsulated).map_err(|_| EscrowError::CannotOpen)?;
    single_shot_open::<Aead, Kdf, K>(&OpModeR::Base, &private, &encapsulated, info, ciphertext, b"")
        .map(Zeroizing::new)
        .map_err(|_| EscrowError::CannotOpen)
}

/// The random source that `hpke` asks for cannot fail. This one notes that it did, and what was made of its
/// zeroes is thrown away.
struct Random<'a> {
    rng: &'a dyn SecureRandom,
    failed: bool,
}

impl TryRng for Random<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.failed |= self.rng.fill(bytes).is_err();
        Ok(())
    }
}

impl TryCryptoRng for Random<'_> {}
