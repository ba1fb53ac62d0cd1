/// A value that goes to the database beside the text, never in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `bigint`, `INTEGER`.
    Integer(i64),
    /// `text`, `TEXT`.
    Text(String),
    /// `bytea`, `BLOB`: an identifier, for one.
    Bytes(Vec<u8>),
    /// `boolean`; in SQLite an `INTEGER`, 0 or 1.
    Boolean(bool),
}

/// What a column is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// This value.
    Value(Value),
    /// The value that is given by this name with each question: who asks, the time, the purpose.
    Named(&'static str),
}

impl From<Value> for Operand {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}
