use super::condition::{Comparison, Condition, Test};
use crate::{FilterError, Operand};

/// A column of a table, named in a program's own text.
///
/// A text that was made while a program runs is none:
/// ```compile_fail,E0597
/// let typed = String::from("id");
/// let column = leeward_policy::Column::of("conversation", &typed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    pub(super) table: &'static str,
    pub(super) name: &'static str,
}

impl Column {
    /// A column of a table.
    ///
    /// # Errors
    /// [`FilterError::MalformedName`] for a name that is not 1 to 63 of `a-z`, `0-9` and `_`, or begins with
    /// a digit.
    pub fn of(table: &'static str, name: &'static str) -> Result<Self, FilterError> {
        Ok(Self { table: checked(table)?, name: checked(name)? })
    }

    /// It holds this value.
    #[must_use]
    pub fn equals(self, operand: impl Into<Operand>) -> Condition {
        self.compared(Comparison::Equal, operand.into())
    }

    /// It holds another value than this.
    #[must_use]
    pub fn differs(self, operand: impl Into<Operand>) -> Condition {
        self.compared(Comparison::Different, operand.into())
    }

    /// It holds less.
    #[must_use]
    pub fn below(self, operand: impl Into<Operand>) -> Condition {
        self.compared(Comparison::Below, operand.into())
    }

    /// It holds this or more.
    #[must_use]
    pub fn at_least(self, operand: impl Into<Operand>) -> Condition {
        self.compared(Comparison::AtLeast, operand.into())
    }

    /// It is true: a `boolean`, or in SQLite 1 (and not 0; anything else is unknown).
    #[must_use]
    pub const fn holds(self) -> Condition {
        Condition(Test::Holds(self))
    }

    /// It holds what another column does.
    #[must_use]
    pub const fn same_as(self, other: Self) -> Condition {
        Condition(Test::Same(self, other))
    }

    const fn compared(self, comparison: Comparison, operand: Operand) -> Condition {
        Condition(Test::Compared(self, comparison, operand))
    }
}

/// Lower case alone, so that quoted and unquoted names are one in both databases.
pub(super) fn checked(name: &'static str) -> Result<&'static str, FilterError> {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    let begins = name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
    if begins && name.len() <= 63 && name.bytes().all(plain) {
        Ok(name)
    } else {
        Err(FilterError::MalformedName)
    }
}
