use std::{fmt, str::FromStr};

/// Where the next page of a query begins: opaque, and good for that query only.
///
/// It names an entry, and entries never move, so that it stays good while the log grows. It is written
/// as 34 hexadecimal digits, and is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    position: u64,
    query: [u8; 8],
}

/// A text that is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a cursor is the 34 hexadecimal digits that came with a page")]
pub struct ParseCursorError;

const FORM: u8 = 1;

impl Cursor {
    /// One at this position: forward, the next entry to look at; backward, the one after it.
    pub(super) const fn new(position: u64, query: [u8; 8]) -> Self {
        Self { position, query }
    }

    /// The position, if it is a cursor of this query.
    pub(super) fn position(self, query: [u8; 8]) -> Option<u64> {
        (self.query == query).then_some(self.position)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query = u64::from_be_bytes(self.query);
        write!(f, "{FORM:02x}{:016x}{query:016x}", self.position)
    }
}

impl FromStr for Cursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, ParseCursorError> {
        let number = |range| text.get(range).and_then(|part| u64::from_str_radix(part, 16).ok());
        let parsed = number(2..18).zip(number(18..34));
        let (position, query) = parsed.ok_or(ParseCursorError)?;
        let cursor = Self { position, query: query.to_be_bytes() };
        // Whatever was lenient above, only one spelling comes back the same.
        if cursor.to_string() == text { Ok(cursor) } else { Err(ParseCursorError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_has_one_spelling() {
        let cursor = Cursor::new(258, [0xAB; 8]);
        let text = cursor.to_string();
        assert_eq!(text, "010000000000000102abababababababab");
        assert_eq!(text.parse(), Ok(cursor));
        let others = [
            "",
            "01",
            &text.replacen("01", "1", 1),
            &text.to_uppercase(),
            &format!("{text}0"),
            &text.replacen("01", "02", 1),
        ];
        for other in others {
            assert_eq!(other.parse::<Cursor>(), Err(ParseCursorError), "{other}");
        }
    }
}
