use super::Class;
use crate::Score;

/// Why a passphrase may not be chosen. It may be shown to the one who chose it: in their language
/// through a [`Catalogue`](crate::Catalogue), with the [`guidance`](Self::guidance) that belongs to it
/// (NIST SP 800-63B-4 3.1.1.2 asks for both).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It has fewer code points than the policy asks.
    #[error("the passphrase has {is} characters and needs {min}: a few unrelated words are easy to remember")]
    TooShort {
        /// Code points.
        is: usize,
        /// The least.
        min: usize,
    },
    /// It has more code points than the policy allows.
    #[error("the passphrase has {is} characters and may have {max}: leave some out")]
    TooLong {
        /// Code points.
        is: usize,
        /// The most.
        max: usize,
    },
    /// It has too few characters of a class that the policy asks for.
    #[error("the passphrase lacks characters that this policy asks for: add {needs} of {class}")]
    Missing {
        /// Of which class.
        class: Class,
        /// How many it needs.
        needs: u8,
    },
    /// The whole is what guessers try first.
    #[error("the passphrase is among those tried first: choose a few words that do not belong together")]
    Common,
    /// It is made of nothing but the names of this service.
    #[error("the passphrase is made of this service's own name: choose words that do not belong to it")]
    ContextWord,
    /// It is made of nothing but the names of the one who chose it.
    #[error("the passphrase is made of your own name: choose words that nobody connects with you")]
    PersonalWord,
    /// It is one short piece over and over.
    #[error("the passphrase repeats one short piece: choose a few different words")]
    Repeated,
    /// It runs along the keyboard.
    #[error("the passphrase runs along the keyboard: choose a few words instead")]
    Keyboard,
    /// It runs along the alphabet or the digits.
    #[error("the passphrase runs along the alphabet or the digits: choose a few words instead")]
    Sequence,
    /// The meter gives it less than the policy asks.
    #[error("the passphrase is too easy to guess: add another word or two")]
    TooWeak {
        /// What it has.
        is: Score,
        /// What it needs.
        min: Score,
    },
    /// It is among passphrases that became known.
    #[error(
        "the passphrase is in a collection of stolen ones: choose another, and change it where else you use it"
    )]
    Breached,
    /// Whether it became known could not be looked up, and the policy asks for that.
    #[error("whether the passphrase was stolen could not be looked up: try again later")]
    BreachUnknown,
    /// The same account had it before.
    #[error("the passphrase was used before: choose one that you never had here")]
    UsedBefore,
}

/// What to do about a [`Refusal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Guidance {
    /// Take several words that do not belong together.
    UnrelatedWords,
    /// Leave some of it out.
    Shorten,
    /// Add characters of a class.
    Add(Class),
    /// Take words that have nothing to do with the service or the person.
    NoNames,
    /// Take words, and no pattern.
    NoPattern,
    /// Add another word or two.
    AnotherWord,
    /// Take another one, and change it wherever else it is in use.
    ChangeItElsewhereToo,
    /// Take one that was never in use.
    NeverUsed,
    /// Come back later.
    TryLater,
}

impl Refusal {
    /// What to do about it.
    #[must_use]
    pub const fn guidance(self) -> Guidance {
        match self {
            Self::TooShort { .. } | Self::Common => Guidance::UnrelatedWords,
            Self::TooLong { .. } => Guidance::Shorten,
            Self::Missing { class, .. } => Guidance::Add(class),
            Self::ContextWord | Self::PersonalWord => Guidance::NoNames,
            Self::Repeated | Self::Keyboard | Self::Sequence => Guidance::NoPattern,
            Self::TooWeak { .. } => Guidance::AnotherWord,
            Self::Breached => Guidance::ChangeItElsewhereToo,
            Self::BreachUnknown => Guidance::TryLater,
            Self::UsedBefore => Guidance::NeverUsed,
        }
    }
}
