//! Shares of a secret, by the definition and by another implementation.

use crate::support::{rng, secret};
use leeward_escrow::{
    EscrowError, Secret,
    shamir::{MAX_SHARES, Share, combine, split},
};
use proptest::prelude::*;

fn copy(share: &Share) -> Share {
    Share::from_parts(share.index(), share.expose_value()).unwrap()
}

proptest! {
    #[test]
    fn any_shares_as_many_as_the_threshold_give_the_secret_back(
        bytes in prop::collection::vec(any::<u8>(), 16..=64),
        (threshold, count, order) in (2..=MAX_SHARES).prop_flat_map(|count| (2..=count, Just(count))).prop_flat_map(
            |(threshold, count)| (Just(threshold), Just(count), Just((0..count).collect::<Vec<_>>()).prop_shuffle())
        ),
    ) {
        let shares = split(&Secret::from_bytes(&bytes).unwrap(), threshold, count, &rng()).unwrap();
        let chosen: Vec<_> = order.iter().map(|at| copy(&shares[usize::from(*at)])).collect();
        let threshold = usize::from(threshold);
        for enough in [&chosen[..threshold], &chosen[..]] {
            let secret = combine(enough).unwrap();
            prop_assert_eq!(secret.expose(), &bytes[..]);
        }
        if threshold > 2 {
            // Right by chance once in 2^128.
            let few = combine(&chosen[..threshold - 1]).unwrap();
            prop_assert_ne!(few.expose(), &bytes[..]);
        }
    }
}

#[test]
fn shapes_that_cannot_be_are_refused() {
    let shape = |error| matches!(error, EscrowError::Shape { .. });
    for (threshold, count) in [(0, 3), (1, 3), (3, 2), (2, 17), (0, 0)] {
        assert!(shape(split(&secret(), threshold, count, &rng()).unwrap_err()), "{threshold} of {count}");
    }
    let shares = split(&secret(), 2, 3, &rng()).unwrap();
    assert!(shape(combine(&[]).unwrap_err()));
    assert!(shape(combine(&shares[..1]).unwrap_err()));
    assert!(shape(combine(&[copy(&shares[0]), copy(&shares[0])]).unwrap_err()));
    let short = Share::from_parts(2, &[1; 16]).unwrap();
    assert!(shape(combine(&[copy(&shares[0]), short]).unwrap_err()));
    assert!(shape(Share::from_parts(0, &[1; 32]).unwrap_err()), "where the secret lies");
    for len in [0, 15, 65] {
        assert!(matches!(Secret::from_bytes(&vec![0; len]), Err(EscrowError::SecretLength)));
    }
}
