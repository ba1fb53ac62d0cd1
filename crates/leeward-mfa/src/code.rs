//! One-time codes as people type them.

use zeroize::Zeroizing;

/// What is longer is no code.
const MAX_LEN: usize = 64;

/// The code points of the digit zero in scripts whose digits follow each other (Unicode, `Nd`).
const ZEROS: [u32; 12] = [
    0x0030, // ASCII
    0x0660, // Arabic
    0x06F0, // Arabic, as in Persian and Urdu
    0x07C0, // N'Ko
    0x0966, // Devanagari
    0x09E6, // Bengali
    0x0A66, // Gurmukhi
    0x0BE6, // Tamil
    0x0E50, // Thai
    0x0F20, // Tibetan
    0x1040, // Myanmar
    0xFF10, // full-width
];

/// The ASCII digits of a code as it was typed or pasted: without spaces, hyphens and marks of writing
/// direction, and with the digits of other scripts as ASCII. None if anything else is in it.
pub(crate) fn digits(typed: &str) -> Option<Zeroizing<String>> {
    let mut digits = Zeroizing::new(String::with_capacity(MAX_LEN));
    if typed.len() > MAX_LEN {
        return None;
    }
    for typed in typed.chars().filter(|typed| !is_padding(*typed)) {
        digits.push(digit(typed)?);
    }
    Some(digits)
}

fn is_padding(typed: char) -> bool {
    typed.is_whitespace() || matches!(typed, '-' | '\u{200E}' | '\u{200F}' | '\u{061C}')
}

fn digit(typed: char) -> Option<char> {
    let value = ZEROS.iter().find_map(|zero| u32::from(typed).checked_sub(*zero).filter(|value| *value < 10));
    value.and_then(|value| char::from_digit(value, 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_other_scripts_and_spaces_are_accepted() {
        for typed in [
            "123456",
            "123 456",
            " 123\u{a0}456\n",
            "123-456",
            "１２３４５６",
            "١٢٣٤٥٦",
            "۱۲۳۴۵۶",
            "\u{200F}१२३४५६",
        ] {
            assert_eq!(**digits(typed).unwrap(), *"123456", "{typed:?}");
        }
        assert_eq!(**digits("٠٩０９").unwrap(), *"0909");
    }

    #[test]
    fn anything_else_is_no_code() {
        for typed in ["12345a", "+12345", "1234.56", "¹²³⁴⁵⁶", "一二三", &"1".repeat(65)] {
            assert!(digits(typed).is_none(), "{typed:?}");
        }
    }
}
