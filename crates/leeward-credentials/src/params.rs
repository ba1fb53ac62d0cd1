use crate::CredentialError;

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

    /// A hash that costs next to nothing, and resists nobody. For tests alone.
    pub const INSECURE_FOR_TESTS: Self = Self { memory_kib: 64, passes: 1, lanes: 1 };

    /// The most memory of one hash, in KiB: 1 GiB.
    pub const MAX_MEMORY_KIB: u32 = 1_048_576;
    /// The most passes.
    pub const MAX_PASSES: u32 = 64;
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
        let most =
            Self { memory_kib: Self::MAX_MEMORY_KIB, passes: Self::MAX_PASSES, lanes: Self::MAX_LANES };
        let params = Self { memory_kib, passes, lanes };
        if !params.within(most) {
            return Err(CredentialError::CostlyParams);
        }
        params.to_argon2().map(|_| params)
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

    pub(crate) fn to_argon2(self) -> Result<argon2::Params, CredentialError> {
        let Self { memory_kib, passes, lanes } = self;
        let length = Some(crate::hashed::TAG_LEN);
        argon2::Params::new(memory_kib, passes, lanes, length).map_err(|_| CredentialError::WeakParams)
    }
}

impl Default for HashParams {
    fn default() -> Self {
        Self::OWASP
    }
}
