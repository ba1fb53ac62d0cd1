use crate::{CredentialError, hashed::TAG_LEN};

/// What one Argon2id hash costs (RFC 9106).
///
/// ```
/// use leeward_credentials::{CredentialError, HashParams};
/// assert_eq!(HashParams::new(19_456, 2, 1)?, HashParams::OWASP);
/// assert!(matches!(HashParams::new(4_096, 3, 1), Err(CredentialError::WeakParams)));
/// # Ok::<(), CredentialError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashParams {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// OWASP Password Storage: this much memory in KiB for this many passes, all of one strength.
const FLOOR: [(u32, u32); 5] = [(1, 47_104), (2, 19_456), (3, 12_288), (4, 9_216), (5, 7_168)];

impl HashParams {
    /// The default: 19 MiB, 2 passes, 1 lane (OWASP Password Storage).
    pub const OWASP: Self = Self { memory_kib: 19_456, passes: 2, lanes: 1 };
    /// 46 MiB, 1 pass (OWASP Password Storage): of the five the hardest on a guesser's memory.
    pub const OWASP_1_PASS: Self = Self { memory_kib: 47_104, passes: 1, lanes: 1 };
    /// 12 MiB, 3 passes (OWASP Password Storage).
    pub const OWASP_3_PASSES: Self = Self { memory_kib: 12_288, passes: 3, lanes: 1 };
    /// 9 MiB, 4 passes (OWASP Password Storage).
    pub const OWASP_4_PASSES: Self = Self { memory_kib: 9_216, passes: 4, lanes: 1 };
    /// 7 MiB, 5 passes (OWASP Password Storage): where memory is scarce.
    pub const OWASP_5_PASSES: Self = Self { memory_kib: 7_168, passes: 5, lanes: 1 };
    /// 2 GiB, 1 pass, 4 lanes (RFC 9106 4, first choice). It takes seconds here, since lanes are computed
    /// one after the other.
    pub const RFC_9106_FIRST: Self = Self { memory_kib: 2_097_152, passes: 1, lanes: 4 };
    /// 64 MiB, 3 passes, 4 lanes (RFC 9106 4, second choice).
    pub const RFC_9106_SECOND: Self = Self { memory_kib: 65_536, passes: 3, lanes: 4 };

    /// A hash that costs next to nothing, and resists nobody. For tests alone.
    pub const INSECURE_FOR_TESTS: Self = Self { memory_kib: 64, passes: 1, lanes: 1 };

    /// The most memory of one hash, in KiB: 2 GiB.
    pub const MAX_MEMORY_KIB: u32 = 2_097_152;
    /// The most passes.
    pub const MAX_PASSES: u32 = 64;
    /// All three maxima.
    pub(crate) const MAX: Self =
        Self { memory_kib: Self::MAX_MEMORY_KIB, passes: Self::MAX_PASSES, lanes: Self::MAX_LANES };
    /// The most lanes. They are computed one after the other.
    pub const MAX_LANES: u32 = 16;

    /// `memory_kib` KiB, `passes` passes, `lanes` lanes.
    ///
    /// # Errors
    /// [`CredentialError::WeakParams`] below every recommendation of OWASP Password Storage;
    /// [`CredentialError::CostlyParams`] over the maxima here.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, CredentialError> {
        let strong = FLOOR.iter().any(|&(t, m)| passes >= t && memory_kib >= m);
        if !strong {
            return Err(CredentialError::WeakParams);
        }
        Self::stored(memory_kib, passes, lanes)
    }

    /// What a record states: whatever Argon2 can compute within the maxima, however weak.
    pub(crate) fn stored(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, CredentialError> {
        let params = Self { memory_kib, passes, lanes };
        if !params.within(Self::MAX) {
            return Err(CredentialError::CostlyParams);
        }
        params.to_argon2(TAG_LEN).map(|_| params)
    }

    /// The least that is strong with this much memory, if anything is.
    pub(crate) fn least(memory_kib: u32) -> Option<Self> {
        let passes = FLOOR.iter().find(|&&(_, memory)| memory_kib >= memory).map(|&(passes, _)| passes)?;
        Some(Self { memory_kib: memory_kib.min(Self::MAX_MEMORY_KIB), passes, lanes: 1 })
    }

    /// As much work as these lack of `other`, with no more memory than `other`; `None` when they lack
    /// next to nothing.
    pub(crate) fn shortfall(self, other: Self) -> Option<Self> {
        let missing = other.work().saturating_sub(self.work());
        let memory = missing.checked_div(u64::from(other.passes))?;
        Self::stored(u32::try_from(memory).ok()?, other.passes, 1).ok()
    }

    /// Blocks filled, each of one KiB.
    pub(crate) fn work(self) -> u64 {
        u64::from(self.memory_kib).saturating_mul(u64::from(self.passes))
    }

    /// Memory, in KiB.
    #[must_use]
    pub const fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// Passes over the memory.
    #[must_use]
    pub const fn passes(self) -> u32 {
        self.passes
    }

    /// Lanes.
    #[must_use]
    pub const fn lanes(self) -> u32 {
        self.lanes
    }

    /// Whether none of the three is over the one in `ceiling`.
    #[must_use]
    pub const fn within(self, ceiling: Self) -> bool {
        self.memory_kib <= ceiling.memory_kib && self.passes <= ceiling.passes && self.lanes <= ceiling.lanes
    }

    /// The greater of each of the three.
    pub(crate) fn max(self, other: Self) -> Self {
        Self {
            memory_kib: self.memory_kib.max(other.memory_kib),
            passes: self.passes.max(other.passes),
            lanes: self.lanes.max(other.lanes),
        }
    }

    pub(crate) fn block_count(self) -> Result<usize, CredentialError> {
        self.to_argon2(TAG_LEN).map(|params| params.block_count())
    }

    pub(crate) fn to_argon2(self, tag_len: usize) -> Result<argon2::Params, CredentialError> {
        let Self { memory_kib, passes, lanes } = self;
        argon2::Params::new(memory_kib, passes, lanes, Some(tag_len)).map_err(|_| CredentialError::WeakParams)
    }
}

impl Default for HashParams {
    fn default() -> Self {
        Self::OWASP
    }
}
