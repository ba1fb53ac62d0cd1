//! Shamir's secret sharing, byte by byte: to use alone, or by other people's programs.

use crate::{EscrowError, Secret, gf256};
use ring::rand::SecureRandom;
use std::fmt;
use zeroize::Zeroizing;

/// The most shares a secret is split into.
pub const MAX_SHARES: u8 = 16;

/// One share: a place on the polynomial, and its value there. Fewer than the threshold tell nothing of the
/// secret, however much computing power their holders have.
///
/// It is wiped when dropped, and is neither copied, compared nor printed.
/// ```compile_fail,E0599
/// fn copy(share: &leeward_escrow::shamir::Share) -> leeward_escrow::shamir::Share {
///     share.clone()
/// }
/// ```
pub struct Share {
    index: u8,
    value: Secret,
}

impl Share {
    /// A share from its place and its value.
    ///
    /// # Errors
    /// [`EscrowError::Shape`] for the place 0, where the secret itself lies; [`EscrowError::SecretLength`].
    pub fn from_parts(index: u8, value: &[u8]) -> Result<Self, EscrowError> {
        if index == 0 {
            return Err(EscrowError::Shape { what: "a share at the place 0" });
        }
        Ok(Self { index, value: Secret::from_bytes(value)? })
    }

    /// The place: never 0, where the secret lies.
    #[must_use]
    pub const fn index(&self) -> u8 {
        self.index
    }

    /// The value itself: as many of them as the threshold says are the secret.
    #[must_use]
    pub fn expose_value(&self) -> &[u8] {
        self.value.expose()
    }
}

/// Splits a secret into `count` shares, at the places 1 to `count`, of which any `threshold` give it back.
///
/// Shamir 1979 over GF(2^8), byte by byte. The coefficients are uniform, the highest included, which may be
/// zero: to leave it out would tell something to those who hold one share too few.
///
/// # Errors
/// [`EscrowError::Shape`] unless 2 <= `threshold` <= `count` <= [`MAX_SHARES`]; [`EscrowError::Random`].
pub fn split(
    secret: &Secret,
    threshold: u8,
    count: u8,
    rng: &dyn SecureRandom,
) -> Result<Vec<Share>, EscrowError> {
    check_shape(threshold, count)?;
    let len = secret.expose().len();
    let degree = usize::from(threshold).saturating_sub(1);
    let mut coefficients = Zeroizing::new(vec![0; degree.saturating_mul(len)]);
    rng.fill(&mut coefficients).map_err(|_| EscrowError::Random)?;
    (1..=count)
        .map(|index| {
            let mut value = Zeroizing::new(vec![0; len]);
            // Horner's rule from the highest coefficient down to the secret.
            for row in coefficients.chunks_exact(len).chain([secret.expose()]) {
                for (sum, coefficient) in value.iter_mut().zip(row) {
                    *sum = gf256::add(gf256::mul(*sum, index), *coefficient);
                }
            }
            Share::from_parts(index, &value)
        })
        .collect()
}

/// The secret of which these are shares, if there are as many as the threshold of the split; else some other
/// bytes, which nothing here tells from the secret.
///
/// # Errors
/// [`EscrowError::Shape`] for fewer than 2 shares or over [`MAX_SHARES`], for two at one place, and for values
/// of different lengths.
pub fn combine(shares: &[Share]) -> Result<Secret, EscrowError> {
    let len = check_together(shares)?;
    let mut secret = Zeroizing::new(vec![0; len]);
    for share in shares {
        let weight = lagrange_at_zero(share.index, shares);
        for (sum, byte) in secret.iter_mut().zip(share.expose_value()) {
            *sum = gf256::add(*sum, gf256::mul(weight, *byte));
        }
    }
    Secret::from_bytes(&secret)
}

pub(crate) const fn check_shape(threshold: u8, count: u8) -> Result<(), EscrowError> {
    if threshold < 2 || count < threshold || count > MAX_SHARES {
        return Err(EscrowError::Shape {
            what: "a threshold under 2, or over the number of trustees, or over 16 trustees",
        });
    }
    Ok(())
}

fn check_together(shares: &[Share]) -> Result<usize, EscrowError> {
    let (Some(first), 2..=16) = (shares.first(), shares.len()) else {
        return Err(EscrowError::Shape { what: "fewer than 2 shares, or over 16" });
    };
    let len = first.expose_value().len();
    for (at, share) in shares.iter().enumerate() {
        if share.expose_value().len() != len || shares.iter().take(at).any(|other| other.index == share.index)
        {
            return Err(EscrowError::Shape { what: "two shares at one place, or of different lengths" });
        }
    }
    Ok(len)
}

/// Places are public: only values are secret.
fn lagrange_at_zero(index: u8, shares: &[Share]) -> u8 {
    shares.iter().filter(|other| other.index != index).fold(1, |product, other| {
        let quotient = gf256::mul(other.index, gf256::inv(gf256::add(other.index, index)));
        gf256::mul(product, quotient)
    })
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Share").field("index", &self.index).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    /// For a secret of one byte value, a threshold of 2 and one known share, each other share is possible
    /// exactly once over all coefficients, zero included.
    #[test]
    fn one_share_too_few_tells_nothing() {
        for known in 0..=u8::MAX {
            let mut seen = [false; 256];
            for coefficient in 0..=u8::MAX {
                let secret = gf256::add(known, gf256::mul(coefficient, 1));
                seen[usize::from(secret)] = true;
            }
            assert!(seen.iter().all(|seen| *seen), "{known}");
        }
    }

    #[test]
    fn coefficients_are_uniform_and_zero_is_one_of_them() {
        let secret = Secret::from_bytes(&[0; 64]).unwrap();
        let mut counts = [0_u32; 256];
        for _ in 0..1_000 {
            // At the place 1 a share of the secret 0 with the threshold 2 is the coefficient itself.
            for byte in split(&secret, 2, 2, &SystemRandom::new()).unwrap()[0].expose_value() {
                counts[usize::from(*byte)] += 1;
            }
        }
        // 64,000 draws over 256 values: 250 each, with a standard deviation of 16.
        assert!(counts.iter().all(|count| (130..=370).contains(count)), "{counts:?}");
    }
}
