use super::column::{Column, checked};
use crate::{FilterError, Operand};
use std::collections::BTreeSet;

/// What a table says of a record: the meaning of one fact in SQL.
///
/// A `NULL` in the table that is listed is unknown, and such a record is not listed. In a table that is
/// looked into, a row with a `NULL` that is compared is no match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition(pub(super) Test);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    Compared(Column, Comparison, Operand),
    Holds(Column),
    Same(Column, Column),
    Exists(&'static str, Box<Self>),
    Both(Box<Self>, Box<Self>),
    Either(Box<Self>, Box<Self>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Different,
    Below,
    AtLeast,
}

impl Condition {
    /// A table has a row that meets a condition.
    ///
    /// # Errors
    /// [`FilterError::MalformedName`], as [`Column::of`] gives it.
    pub fn exists(table: &'static str, condition: Self) -> Result<Self, FilterError> {
        Ok(Self(Test::Exists(checked(table)?, Box::new(condition.0))))
    }

    /// Both are met.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(Test::Both(Box::new(self.0), Box::new(other.0)))
    }

    /// One is met, or both are.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(Test::Either(Box::new(self.0), Box::new(other.0)))
    }
}

/// A column of the table listed, and how it is known to be readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Guard {
    NotNull(Column),
    IsBoolean(Column),
}

impl Test {
    /// What has to be so of the table listed for the test to have an answer.
    pub(super) fn guards(&self, listed: &'static str) -> Result<BTreeSet<Guard>, FilterError> {
        let mut guards = BTreeSet::new();
        self.visit(&[listed], &mut guards)?;
        Ok(guards)
    }

    fn visit(&self, tables: &[&'static str], guards: &mut BTreeSet<Guard>) -> Result<(), FilterError> {
        match self {
            Self::Compared(column, ..) => guard(Guard::NotNull(*column), *column, tables, guards),
            Self::Holds(column) => guard(Guard::IsBoolean(*column), *column, tables, guards),
            Self::Same(one, other) => [*one, *other]
                .into_iter()
                .try_for_each(|column| guard(Guard::NotNull(column), column, tables, guards)),
            Self::Exists(table, _) if tables.contains(table) => Err(FilterError::SameTable),
            Self::Exists(table, test) => test.visit(&[tables, &[*table]].concat(), guards),
            Self::Both(one, other) | Self::Either(one, other) => {
                one.visit(tables, guards)?;
                other.visit(tables, guards)
            }
        }
    }
}

fn guard(
    guard: Guard,
    column: Column,
    tables: &[&'static str],
    guards: &mut BTreeSet<Guard>,
) -> Result<(), FilterError> {
    if !tables.contains(&column.table) {
        return Err(FilterError::ForeignColumn);
    }
    if tables.first() == Some(&column.table) {
        guards.insert(guard);
    }
    Ok(())
}
