use crate::NotifyError;
use std::fmt;

/// A telephone number in E.164: `+`, the country, the rest; 7 to 15 digits. `Debug` does not show it.
///
/// ```
/// use leeward_notify::Phone;
/// assert_eq!(Phone::parse("+49 (151) 2345-6789")?.expose(), "+4915123456789");
/// assert!(Phone::parse("0151 23456789").is_err(), "no country");
/// # Ok::<(), leeward_notify::NotifyError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(Box<str>);

/// Which countries and ranges are written to (ASVS 5.0 6.6.1): without a list of their own, senders of
/// codes are made to send them to numbers that pay whoever asked.
///
/// ```
/// use leeward_notify::{Countries, Phone};
/// let countries = Countries::only(&["+49", "+43"])?;
/// assert_eq!(countries.of(&Phone::parse("+4915123456789")?)?, "+49");
/// assert!(countries.of(&Phone::parse("+447400123456")?).is_err());
/// assert!(countries.of(&Phone::parse("+499001234567")?).is_err(), "a range that costs extra");
/// # Ok::<(), leeward_notify::NotifyError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Countries {
    allowed: Vec<Box<str>>,
    refused: Vec<Box<str>>,
}

impl Phone {
    /// Reads what somebody typed. Spaces, hyphens, dots, slashes and brackets between the digits are
    /// dropped.
    ///
    /// # Errors
    /// [`NotifyError::PhoneForm`].
    pub fn parse(text: &str) -> Result<Self, NotifyError> {
        let digits = text.trim().strip_prefix('+').ok_or(NotifyError::PhoneForm)?;
        // Room for the digits and as many marks between them.
        if digits.len() > 40 {
            return Err(NotifyError::PhoneForm);
        }
        let mut number = String::from("+");
        for letter in digits.chars() {
            match letter {
                '0'..='9' => number.push(letter),
                ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}' => {}
                _ => return Err(NotifyError::PhoneForm),
            }
        }
        if !(8..=16).contains(&number.len()) || number.starts_with("+0") {
            return Err(NotifyError::PhoneForm);
        }
        Ok(Self(number.into_boxed_str()))
    }

    /// The number, for the channel that sends there.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Ranges in which the one who is called earns, or which are no country: refused whatever is allowed.
const COSTLY: [&str; 21] = [
    "+1900", "+1976", "+3389", "+34803", "+34806", "+34807", "+3989", "+43900", "+43930", "+4187", "+4190",
    "+449", "+4470", "+4487", "+49137", "+49900", "+49190", "+808", "+87", "+88", "+979",
];

impl Countries {
    /// These countries, or ranges of them, and no other: `+49` is Germany, `+4915` German mobiles that
    /// begin so. Ranges known to cost extra are refused whatever is allowed; none of it is complete, so
    /// set budgets too.
    ///
    /// # Errors
    /// [`NotifyError::PhoneForm`] for what is not `+` and 1 to 15 digits.
    pub fn only(prefixes: &[&str]) -> Result<Self, NotifyError> {
        let allowed = prefixes.iter().copied().map(prefix).collect::<Result<_, _>>()?;
        Ok(Self { allowed, refused: COSTLY.iter().map(|&range| range.into()).collect() })
    }

    /// No country at all: nothing is sent to a telephone. The default.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Refuses a range inside what is allowed.
    ///
    /// # Errors
    /// As [`only`](Self::only).
    pub fn but_not(mut self, range: &str) -> Result<Self, NotifyError> {
        self.refused.push(prefix(range)?);
        Ok(self)
    }

    /// The longest allowed prefix of the number, to which its budget belongs.
    ///
    /// # Errors
    /// [`NotifyError::CountryNotAllowed`].
    pub fn of(&self, phone: &Phone) -> Result<&str, NotifyError> {
        if self.refused.iter().any(|range| phone.0.starts_with(&**range)) {
            return Err(NotifyError::CountryNotAllowed);
        }
        let fits = self.allowed.iter().filter(|country| phone.0.starts_with(&***country));
        fits.max_by_key(|country| country.len())
            .map(|country| &**country)
            .ok_or(NotifyError::CountryNotAllowed)
    }
}

fn prefix(text: &str) -> Result<Box<str>, NotifyError> {
    let digits = text.strip_prefix('+').ok_or(NotifyError::PhoneForm)?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    if digits.is_empty() || digits.len() > 15 || !plain {
        Err(NotifyError::PhoneForm)
    } else {
        Ok(text.into())
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone([redacted])")
    }
}
