//! Hides how long a message is, inside what is encrypted: `len(u32) || data || zeros`.
//!
//! A message takes 256 bytes at least, and PADMÉ lengths above that (PoPETs 2019(4), 3.2), so that the
//! length tells little: at most 12 % is added, and lengths fall into few classes.

use crate::bytes::Reader;
use zeroize::Zeroizing;

const FLOOR: usize = 256;
const LEN: usize = size_of::<u32>();

/// `None` when `data` is longer than a `u32` can say.
pub(crate) fn pad(data: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let len = u32::try_from(data.len()).ok()?;
    let total = padded_len(data.len())?;
    let mut padded = Zeroizing::new(Vec::with_capacity(total));
    padded.extend_from_slice(&len.to_be_bytes());
    padded.extend_from_slice(data);
    padded.resize(total, 0);
    Some(padded)
}

/// The data, if `padded` is what [`pad`] makes of it.
pub(crate) fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(padded);
    let data = reader.long()?;
    let zeros = reader.rest().iter().all(|byte| *byte == 0);
    (zeros && padded_len(data.len())? == padded.len()).then_some(data)
}

/// How long [`pad`] makes data of this length.
pub(crate) fn padded_len(data: usize) -> Option<usize> {
    padme(data.checked_add(LEN)?).map(|len| len.max(FLOOR))
}

pub(crate) fn padme(len: usize) -> Option<usize> {
    let Some(exponent) = len.checked_ilog2().filter(|exponent| *exponent > 0) else {
        return Some(len);
    };
    let significant = exponent.ilog2().checked_add(1)?;
    let mask = 1_usize.checked_shl(exponent.checked_sub(significant)?)?.checked_sub(1)?;
    Some(len.checked_add(mask)? & !mask)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_are_pinned() {
        let lengths = [0, 1, 252, 253, 500, 1_000, 10_000, 65_536, 65_563].map(padded_len);
        let expected = [256, 256, 256, 272, 512, 1_024, 10_240, 67_584, 67_584].map(Some);
        assert_eq!(lengths, expected);
        assert_eq!([0, 1, 2, 3, 9, 17].map(padme), [0, 1, 2, 3, 10, 18].map(Some));
    }

    #[test]
    fn padding_that_is_no_padding_is_refused() {
        let good = pad(b"data").unwrap();
        assert_eq!(unpad(&good), Some(&b"data"[..]));
        for (index, value) in [(0, 1), (3, 3), (3, 253), (3, 255), (100, 1), (255, 1)] {
            let mut bad = good.to_vec();
            bad[index] = value;
            assert_eq!(unpad(&bad), None, "{index}");
        }
        assert_eq!(unpad(&good[..255]), None);
        assert_eq!(unpad(&[good.as_slice(), &[0]].concat()), None);
        assert_eq!(unpad(b""), None);
    }

    proptest! {
        #[test]
        fn what_is_padded_is_unpadded(data in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            let padded = pad(&data).unwrap();
            prop_assert_eq!(unpad(&padded), Some(data.as_slice()));
            prop_assert!(padded.len() <= FLOOR.max((data.len() + LEN) * 112 / 100 + 1));
        }

        #[test]
        fn nothing_panics(padded in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = unpad(&padded);
        }
    }
}
