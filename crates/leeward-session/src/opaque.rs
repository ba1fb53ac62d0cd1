use crate::SessionError;
use ring::rand::SecureRandom;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// A random secret, and the id of the key that hashes it.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Opaque {
    pub(crate) key: u32,
    pub(crate) bytes: Box<[u8; 32]>,
}

/// Under what a token is stored. It does not lead back to the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TokenHash(pub(crate) [u8; 32]);

impl Opaque {
    pub(crate) fn generate(key: u32, rng: &dyn SecureRandom) -> Result<Self, SessionError> {
        let mut token = Self { key, bytes: Box::new([0; 32]) };
        rng.fill(token.bytes.as_mut_slice()).map_err(|_| SessionError::Random)?;
        Ok(token)
    }

    pub(crate) const fn key(&self) -> u32 {
        self.key
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.as_slice()
    }
}

impl TokenHash {
    /// In constant time.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

pub(crate) fn reveal<const N: usize>(key: u32, secrets: [&[u8; 32]; N]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(N.saturating_mul(64).saturating_add(8)));
    let bytes = key.to_be_bytes();
    for byte in bytes.iter().chain(secrets.into_iter().flatten()) {
        for nibble in [byte >> 4, byte & 0x0F] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or_default());
        }
    }
    text
}

/// The id of the key, and so many secrets: what [`reveal`] wrote, digit for digit.
pub(crate) fn parse<const N: usize>(text: &str) -> Option<(u32, [Box<[u8; 32]>; N])> {
    let (key, mut rest) = text.as_bytes().split_first_chunk::<8>()?;
    let mut secrets = std::array::from_fn(|_| Box::new([0; 32]));
    for secret in &mut secrets {
        let (digits, after) = rest.split_first_chunk::<64>()?;
        read(digits, secret.as_mut_slice())?;
        rest = after;
    }
    let mut id = [0; 4];
    read(key, &mut id)?;
    rest.is_empty().then_some((u32::from_be_bytes(id), secrets))
}

fn read(digits: &[u8], bytes: &mut [u8]) -> Option<()> {
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        for digit in pair {
            *byte = (*byte << 4) | nibble(*digit)?;
        }
    }
    Some(())
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(digit.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    }
}
