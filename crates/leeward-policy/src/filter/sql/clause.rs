use crate::Value;

/// Which database reads the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// `SQLite` 3.23 or later; parameters are `?1`, `?2`...
    Sqlite,
    /// PostgreSQL; parameters are `$1`, `$2`...
    Postgres,
}

/// A condition for `WHERE`, in brackets, and the values it is used with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlClause {
    pub(super) text: String,
    pub(super) parameters: Vec<Value>,
}

impl SqlClause {
    /// How many values there can be, which is what `SQLite` takes.
    pub const MAX_PARAMETERS: usize = 32_766;

    /// The text. It holds names that a program was written with, and numbers of parameters.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The values, that of the first parameter first.
    #[must_use]
    pub fn parameters(&self) -> &[Value] {
        &self.parameters
    }
}
