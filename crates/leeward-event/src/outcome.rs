/// How it ended, with the numbers of OCSF `status_id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// Nobody knows.
    Unknown,
    /// It was done, or allowed.
    Success,
    /// It was not done, or refused.
    Failure,
}

impl Outcome {
    /// Every value, in the order of the codes.
    pub const ALL: &'static [Self] = &[Self::Unknown, Self::Success, Self::Failure];

    /// The number that stands for it in every encoding. Never reused.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Unknown => 0,
            Self::Success => 1,
            Self::Failure => 2,
        }
    }

    /// The value with this number, if there is one.
    #[must_use]
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.code() == code)
    }

    /// A few plain words for a person to read.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }
}
