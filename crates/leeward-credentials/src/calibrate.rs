use crate::{CredentialError, HashParams, arena::Arena, clock};
use argon2::{Algorithm, Argon2, Version};
use std::{sync::Arc, time::Duration};

/// Memory goes down by this factor while one pass over it takes too long.
const STEP: u32 = 2;

/// The least memory that is tried while there is a choice: OWASP's 46 MiB for one pass.
const ENOUGH_KIB: u32 = 47_104;

impl HashParams {
    /// The strongest parameters whose hash takes about `target` on this machine, with `memory_kib` of
    /// memory at the most: first as much memory, then as many passes as fit (RFC 9106 4).
    ///
    /// It never goes below what OWASP Password Storage recommends, even where that takes longer than
    /// `target`. It hashes several times on the calling thread and takes many times `target`: call it
    /// when a service is set up, on a machine with nothing else to do, and keep the result in the
    /// service's settings. Parameters that differ from start to start would have everyone's hash made
    /// anew again and again.
    ///
    /// # Errors
    /// [`CredentialError::WeakParams`] below 7168 KiB, for which nothing is recommended;
    /// [`CredentialError::NotComputed`] when the memory could not be had.
    pub fn calibrate(target: Duration, memory_kib: u32) -> Result<Self, CredentialError> {
        let mut arena = Arena::new(usize::try_from(memory_kib).unwrap_or(usize::MAX), Arc::default());
        calibrate_with(target, memory_kib, |params| measure(&mut arena, params))
    }
}

fn calibrate_with(
    target: Duration,
    memory_kib: u32,
    mut measure: impl FnMut(HashParams) -> Result<Duration, CredentialError>,
) -> Result<HashParams, CredentialError> {
    let mut memory_kib = memory_kib.min(HashParams::MAX_MEMORY_KIB);
    loop {
        let least = HashParams::least(memory_kib).ok_or(CredentialError::WeakParams)?;
        let took = measure(least)?;
        let smaller = memory_kib.checked_div(STEP).unwrap_or(0);
        if took > target && smaller >= ENOUGH_KIB {
            memory_kib = smaller;
            continue;
        }
        let pass = took.checked_div(least.passes()).unwrap_or(took).as_nanos().max(1);
        let fitting = target.as_nanos().checked_div(pass).unwrap_or(0);
        let passes = u32::try_from(fitting).unwrap_or(u32::MAX).clamp(least.passes(), HashParams::MAX_PASSES);
        return HashParams::new(memory_kib, passes, 1);
    }
}

/// The middle one of three, after one that fetches the memory.
fn measure(arena: &mut Arena, params: HashParams) -> Result<Duration, CredentialError> {
    let mut took = [Duration::ZERO; 3];
    hash(arena, params)?;
    for took in &mut took {
        let begun = clock::now();
        hash(arena, params)?;
        *took = clock::now().saturating_duration_since(begun);
    }
    took.sort_unstable();
    let [_, middle, _] = took;
    Ok(middle)
}

fn hash(arena: &mut Arena, params: HashParams) -> Result<(), CredentialError> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.to_argon2(32)?);
    arena.argon2(&argon2, params, [b"a passphrase of usual length", &[0; 16]], &mut [0; 32])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A machine that fills this many KiB in a millisecond.
    fn machine(kib: u64) -> impl FnMut(HashParams) -> Result<Duration, CredentialError> {
        move |params| {
            let blocks = u64::from(params.memory_kib()) * u64::from(params.passes());
            Ok(Duration::from_nanos(blocks * 1_000_000 / kib))
        }
    }

    fn on(kib: u64, millis: u64, budget: u32) -> (u32, u32) {
        let params = calibrate_with(Duration::from_millis(millis), budget, machine(kib)).unwrap();
        (params.memory_kib(), params.passes())
    }

    #[test]
    fn memory_first_and_then_passes() {
        assert_eq!(on(2_000, 250, 65_536), (65_536, 7));
        assert_eq!(on(2_000, 250, 1_048_576), (262_144, 1));
        assert_eq!(on(2_000, 250, 19_456), (19_456, 25));
    }

    #[test]
    fn a_slow_machine_gets_what_is_recommended_all_the_same() {
        assert_eq!(on(100, 1, 1_048_576), (65_536, 1));
        assert_eq!(on(100, 1, 7_168), (7_168, 5));
        assert_eq!(on(u64::MAX / 1_000_000_000, 60_000, 19_456), (19_456, HashParams::MAX_PASSES));
    }

    #[test]
    fn what_it_takes_here_is_measured() {
        let params = HashParams::calibrate(Duration::from_millis(1), 7_168).unwrap();
        assert_eq!((params.memory_kib(), params.lanes()), (7_168, 1));
        assert!(params.passes() >= 5);
        assert!(matches!(HashParams::calibrate(Duration::ZERO, 7_167), Err(CredentialError::WeakParams)));
    }

    proptest! {
        #[test]
        fn nothing_weak_comes_of_any_machine(kib in 1_u64..1 << 30, millis in 0_u64..100_000, budget in 0_u32..) {
            match calibrate_with(Duration::from_millis(millis), budget, machine(kib)) {
                Ok(params) => prop_assert!(params.memory_kib() <= budget),
                Err(error) => prop_assert!(budget < 7_168 && matches!(error, CredentialError::WeakParams)),
            }
        }
    }
}
