use cedar_policy::{CedarSchemaError, ParseErrors};

/// Why rules in Cedar were refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CedarError {
    /// The text is longer than any policy.
    #[error("the Cedar text is longer than {max} bytes")]
    TooLong {
        /// The most bytes that are read.
        max: usize,
    },
    /// The text is nested more deeply, or one policy is joined of more parts, than is evaluated.
    #[error("line {line}: a policy is nested or chained beyond what is evaluated: part it")]
    TooDeep {
        /// The line, from 1.
        line: usize,
    },
    /// There are more policies than are read.
    #[error("there are more than {max} Cedar policies")]
    TooMany {
        /// The most policies that are read.
        max: usize,
    },
    /// The schema is no schema of Cedar.
    #[error("the Cedar schema cannot be read")]
    Schema(#[source] Box<CedarSchemaError>),
    /// The text is no Cedar.
    #[error("the Cedar policies cannot be read")]
    Unreadable(#[source] Box<ParseErrors>),
    /// A policy has no `@id`, or one that is not 1 to 64 of `a-z`, `0-9` and `-`.
    #[error("Cedar policy {place}: give it an @id of 1 to 64 of a-z, 0-9 and `-`")]
    Nameless {
        /// Which policy, from 1, in the order of the text.
        place: usize,
    },
    /// Two policies have one `@id`.
    #[error("Cedar policy {place}: its @id is that of an earlier one")]
    DuplicateId {
        /// Which policy, from 1, in the order of the text.
        place: usize,
    },
    /// A template: there is nothing to fill its slots.
    #[error("templates are not linked: write the principal and the resource out")]
    Template,
    /// The policies do not fit the schema.
    #[error("the Cedar policies do not fit the schema: {problem}")]
    Unsound {
        /// The first thing that does not, in the words of the validator.
        problem: String,
    },
}
