//! The check character: a sum over GF(2^5) in which each place has a weight of its own, so that a
//! character that was misread, and any two that changed places, are always noticed.

/// x^5 + x^2 + 1, which is primitive.
const POLYNOMIAL: u8 = 0b10_0101;

/// The check of the symbols, each below 32, of at most 30.
pub(super) fn check(symbols: &[u8]) -> u8 {
    let mut weight = 1;
    let mut sum = 0;
    for symbol in symbols {
        weight = times_x(weight);
        sum ^= multiply(weight, *symbol);
    }
    sum
}

fn multiply(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b != 0 {
        if b & 1 == 1 {
            product ^= a;
        }
        a = times_x(a);
        b >>= 1;
    }
    product
}

const fn times_x(a: u8) -> u8 {
    let shifted = a << 1;
    if shifted & 0b10_0000 == 0 { shifted } else { shifted ^ POLYNOMIAL }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_of_all_places_differ() {
        let weights: std::collections::BTreeSet<_> =
            (0..24).map(|place| check(&[&vec![0; place][..], &[1]].concat())).collect();
        assert_eq!(weights.len(), 24);
        assert!(!weights.contains(&0));
    }
}
