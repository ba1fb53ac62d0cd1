use crate::{Fact, set::Member};

/// Why there is no filter, or none in the form asked for. Nothing is listed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// A fact about the record was given as one about the requester, as if it held of every record.
    #[error("`{}` is a fact about each record: leave it to the filter", fact.name())]
    NotOfRequester {
        /// The fact.
        fact: Fact,
    },
    /// The filter asks for a fact that the mapping has no condition for.
    #[error("the mapping has no condition for `{}`: add one", fact.name())]
    Unmapped {
        /// The fact.
        fact: Fact,
    },
    /// A condition takes a value by a name that none was given for, or several were.
    #[error("a condition takes a value named `{name}`: give one, and no more")]
    Unbound {
        /// The name.
        name: &'static str,
    },
    /// A name is none that both databases read alike.
    #[error("a name in SQL is 1 to 63 of a-z, 0-9 and `_`, and does not begin with a digit")]
    MalformedName,
    /// A condition speaks of a table that it neither lists nor looks into.
    #[error("a condition names a column outside the table listed and those it looks into")]
    ForeignColumn,
    /// A condition looks into a table that it is in already, whose columns would be confused.
    #[error("a condition looks into a table that is in use around it: list it through a view")]
    SameTable,
    /// There are more values than a database takes.
    #[error("the filter takes more than {max} values", max = crate::SqlClause::MAX_PARAMETERS)]
    TooManyParameters,
}
