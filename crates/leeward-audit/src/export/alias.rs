use std::{fmt, net::IpAddr, str::FromStr};

/// A name that an export shows beside a pseudonym: `Amira`, `counsellor 12`.
///
/// It is 1 to 64 letters, digits, spaces, `-`, `_`, `'` and `.`, beginning with a letter or digit. So it
/// is no e-mail address, no formula and no markup; nor is it the address of a network.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Alias(String);

/// A text that is no [`Alias`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an alias is 1 to 64 letters, digits, spaces and any of - _ ' . and no network address")]
pub struct ParseAliasError;

impl Alias {
    /// The most characters of an alias.
    pub const MAX_CHARS: usize = 64;

    /// The alias itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Alias {
    type Err = ParseAliasError;

    fn from_str(text: &str) -> Result<Self, ParseAliasError> {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '\'' | '.');
        let begins = text.starts_with(char::is_alphanumeric);
        let fits = text.chars().nth(Self::MAX_CHARS).is_none();
        let address = text.parse::<IpAddr>().is_ok();
        if begins && fits && !address && text.chars().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseAliasError)
        }
    }
}

impl fmt::Display for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_aliases_and_addresses_and_formulas_are_not() {
        for name in ["Amira", "Dr. O'Neill", "counsellor 12", "محمد", "A", &"x".repeat(64)] {
            assert_eq!(name.parse::<Alias>().unwrap().as_str(), name);
        }
        for other in ["", " a", "a@b.example", "=1+1", "a\tb", "a\u{202e}b", "a\"b", "192.0.2.7", "-1"] {
            assert_eq!(other.parse::<Alias>(), Err(ParseAliasError), "{other}");
        }
        assert_eq!("x".repeat(65).parse::<Alias>(), Err(ParseAliasError));
    }
}
