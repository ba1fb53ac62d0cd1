/// What a key-encryption key wraps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyPurpose {
    /// The data keys that seal records.
    Records,
    /// The root of the blind indexes.
    Indexes,
}

impl KeyPurpose {
    /// Every purpose.
    pub const ALL: &'static [Self] = &[Self::Records, Self::Indexes];

    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Records => 1,
            Self::Indexes => 2,
        }
    }

    pub(crate) const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Records),
            2 => Some(Self::Indexes),
            _ => None,
        }
    }
}
