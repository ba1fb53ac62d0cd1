//! Arithmetic in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1, without a branch or a table index that depends on a
//! value: shares and secrets pass through here.

pub(crate) const fn add(a: u8, b: u8) -> u8 {
    a ^ b
}

pub(crate) const fn mul(a: u8, b: u8) -> u8 {
    let (mut a, mut b, mut product, mut bit) = (a, b, 0, 0);
    while bit < 8 {
        product ^= (b & 1).wrapping_neg() & a;
        let carry = (a >> 7).wrapping_neg();
        a = (a << 1) ^ (carry & 0x1B);
        b >>= 1;
        bit += 1;
    }
    product
}

/// The inverse, which is a^254; 0 for 0.
pub(crate) const fn inv(a: u8) -> u8 {
    let (mut power, mut result, mut step) = (a, 1, 0);
    while step < 7 {
        power = mul(power, power);
        result = mul(result, power);
        step += 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the definition: multiply as polynomials, then divide.
    fn mul_by_the_book(a: u8, b: u8) -> u8 {
        let mut product =
            (0..8).filter(|bit| b >> bit & 1 == 1).fold(0_u16, |sum, bit| sum ^ u16::from(a) << bit);
        for bit in (8..16).rev() {
            if product >> bit & 1 == 1 {
                product ^= 0x11B << (bit - 8);
            }
        }
        u8::try_from(product).unwrap()
    }

    #[test]
    fn every_product_is_that_of_the_definition() {
        for a in 0..=u8::MAX {
            assert!((0..=u8::MAX).all(|b| mul(a, b) == mul_by_the_book(a, b)), "{a}");
        }
        assert_eq!(mul(0x57, 0x83), 0xC1, "FIPS 197 4.2");
    }

    #[test]
    fn every_value_but_zero_has_its_inverse() {
        assert!((1..=u8::MAX).all(|a| mul(a, inv(a)) == 1));
        assert_eq!(inv(0), 0);
    }
}
