use std::fmt;

/// How many characters of each class a passphrase needs: none, unless somebody insists.
///
/// NIST SP 800-63B-4 3.1.1.2 and ASVS 5.0 6.2.5 forbid such rules: people meet them in ways that
/// guessers know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields, rename_all = "kebab-case"))]
#[non_exhaustive]
pub struct Composition {
    /// Lower-case letters.
    pub lower: u8,
    /// Upper-case letters.
    pub upper: u8,
    /// Digits.
    pub digits: u8,
    /// What is neither a letter nor a digit, spaces included.
    pub signs: u8,
}

/// A class of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Class {
    /// Lower-case letters.
    Lower,
    /// Upper-case letters.
    Upper,
    /// Digits.
    Digit,
    /// What is neither a letter nor a digit.
    Sign,
}

impl Composition {
    /// Asks for nothing.
    pub const NONE: Self = Self { lower: 0, upper: 0, digits: 0, signs: 0 };

    pub(super) fn missing(self, text: &str) -> impl Iterator<Item = (Class, u8)> {
        self.classes().into_iter().filter(|(class, needs)| class.count(text) < usize::from(*needs))
    }

    pub(super) fn map(self, other: Self, choose: fn(u8, u8) -> u8) -> Self {
        Self {
            lower: choose(self.lower, other.lower),
            upper: choose(self.upper, other.upper),
            digits: choose(self.digits, other.digits),
            signs: choose(self.signs, other.signs),
        }
    }

    const fn classes(self) -> [(Class, u8); 4] {
        [
            (Class::Lower, self.lower),
            (Class::Upper, self.upper),
            (Class::Digit, self.digits),
            (Class::Sign, self.signs),
        ]
    }
}

impl Class {
    fn count(self, text: &str) -> usize {
        let belongs: fn(&char) -> bool = match self {
            Self::Lower => |c| c.is_lowercase(),
            Self::Upper => |c| c.is_uppercase(),
            Self::Digit => |c| c.is_numeric(),
            Self::Sign => |c| !c.is_alphanumeric(),
        };
        text.chars().filter(belongs).count()
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lower => "lower-case letters",
            Self::Upper => "upper-case letters",
            Self::Digit => "digits",
            Self::Sign => "signs",
        })
    }
}
