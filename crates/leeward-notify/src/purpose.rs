/// What a code is for. The message says so, behind its neutral lines, because somebody who did not ask
/// should see what another is trying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CodePurpose {
    /// To show that its owner reads an address.
    ConfirmAddress,
    /// To sign in, beside another factor (NIST SP 800-63B-4 3.1.3): by telephone only.
    SignIn,
    /// To get back into an account.
    Recover,
}

impl CodePurpose {
    /// Every purpose.
    pub const ALL: &'static [Self] = &[Self::ConfirmAddress, Self::SignIn, Self::Recover];

    /// The number that stands for it in a record. Never reused.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::ConfirmAddress => 1,
            Self::SignIn => 2,
            Self::Recover => 3,
        }
    }

    /// The purpose with this number, if there is one.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::ConfirmAddress),
            2 => Some(Self::SignIn),
            3 => Some(Self::Recover),
            _ => None,
        }
    }
}
