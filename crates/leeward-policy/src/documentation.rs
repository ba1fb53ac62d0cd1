use crate::{OverrideReason, PolicyError, set::vocabulary};
use std::fmt;

/// What is written down at once when glass is broken: the fields that 42 CFR 2.51(c) asks for, and a
/// reason that a program can read. The date and time are the grant's.
#[derive(Clone, Debug)]
pub struct Emergency {
    /// Why, as HL7 names it.
    pub reason: OverrideReason,
    /// The nature of the emergency.
    pub nature: Statement,
    /// Who gets to know: the name of the recipient.
    pub recipient: Statement,
    /// Where the recipient works.
    pub affiliation: Statement,
    /// The name of the individual who discloses.
    pub discloser: Statement,
    /// Whether the person concerned is told.
    pub disclosure: Disclosure,
}

/// A few words for the record: they are about people, stand in a sealed row, and in no event and no
/// debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Statement(String);

vocabulary! {
    /// Whether the person concerned sees an access to their record.
    pub enum Disclosure {
        /// They do, as GDPR 15 and EHDS (EU 2025/327) 9 have it.
        ToPerson = 0, "to-person";
        /// They do not: it would endanger their own vital interests.
        EndangersPerson = 1, "endangers-person";
        /// They do not: it would endanger the vital interests of somebody else.
        EndangersOther = 2, "endangers-other";
        /// They do not, since the law forbids to tell.
        ForbiddenByLaw = 3, "forbidden-by-law";
    }
}

impl Statement {
    /// The longest, in bytes.
    pub const MAX_LEN: usize = 1_000;

    /// Some words.
    ///
    /// # Errors
    /// [`PolicyError::Statement`] when there are none, or more than [`MAX_LEN`](Self::MAX_LEN) bytes.
    pub fn new(words: &str) -> Result<Self, PolicyError> {
        let words = words.trim();
        if words.is_empty() || words.len() > Self::MAX_LEN {
            return Err(PolicyError::Statement);
        }
        Ok(Self(words.to_owned()))
    }

    /// The words, for whoever may read the record.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Statement(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_there_few_and_not_in_debug_output() {
        for none in ["", "  \n"] {
            assert!(matches!(Statement::new(none), Err(PolicyError::Statement)));
        }
        assert!(Statement::new(&"x".repeat(1_000)).is_ok());
        assert!(Statement::new(&"x".repeat(1_001)).is_err());
        assert_eq!(format!("{:?}", Statement::new("an overdose").unwrap()), "Statement(..)");
    }
}
