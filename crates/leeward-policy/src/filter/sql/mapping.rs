use super::{clause::Dialect, column::checked, render::Render};
use crate::{Condition, Fact, Filter, FilterError, SqlClause, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What facts about a record mean in the tables of a service, so that a database filters a list.
///
/// ```
/// use leeward_policy::{Column, Condition, Dialect, Fact, Filter, Operand, SqlMapping, Value};
/// let conversation = |name| Column::of("conversation", name);
/// let assignment = |name| Column::of("assignment", name);
/// let mine = assignment("staff")?.equals(Operand::Named("staff"));
/// let here = assignment("conversation")?.same_as(conversation("id")?);
/// let mapping = SqlMapping::of("conversation")?
///     .with(Fact::Assigned, Condition::exists("assignment", here.and(mine))?)?
///     .with(Fact::Closed, conversation("closed")?.holds())?;
///
/// let filter = Filter::And(vec![Filter::Is(Fact::Assigned), Filter::Not(Box::new(Filter::Is(Fact::Closed)))]);
/// let staff = ("staff", Value::Bytes(vec![0xA1; 16]));
/// let clause = mapping.clause(&filter, Dialect::Sqlite, &[staff], 1)?;
/// assert_eq!(
///     clause.text(),
///     r#"("conversation"."id" IS NOT NULL AND "conversation"."closed" IN (0, 1) AND EXISTS (SELECT 1 FROM "assignment" WHERE ("assignment"."conversation" = "conversation"."id" AND "assignment"."staff" = ?1)) AND NOT ("conversation"."closed" = 1))"#
/// );
/// let recent = mapping.clause(&Filter::Is(Fact::Recent), Dialect::Sqlite, &[], 1);
/// assert!(recent.is_err()); // and not a list of everything
/// # Ok::<(), leeward_policy::FilterError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SqlMapping {
    listed: &'static str,
    of: BTreeMap<Fact, Condition>,
}

impl SqlMapping {
    /// A mapping for the table that is listed, by the name that the query has for it.
    ///
    /// # Errors
    /// [`FilterError::MalformedName`], as [`Column::of`](crate::Column::of) gives it.
    pub fn of(table: &'static str) -> Result<Self, FilterError> {
        Ok(Self { listed: checked(table)?, of: BTreeMap::new() })
    }

    /// A fact holds where this condition is met, in place of any said before. It means here what [`Fact`] says:
    /// [`Fact::Restricted`], for one, holds of what is very restricted too.
    ///
    /// # Errors
    /// [`FilterError::ForeignColumn`] and [`FilterError::SameTable`] for a condition that does not belong to
    /// the table listed.
    pub fn with(mut self, fact: Fact, condition: Condition) -> Result<Self, FilterError> {
        condition.0.guards(self.listed)?;
        self.of.insert(fact, condition);
        Ok(self)
    }

    /// The filter as a condition for `WHERE`. `named` are the values that conditions take by name; parameters
    /// are numbered from `first`, so that the query may have others before.
    ///
    /// # Errors
    /// [`FilterError::Unmapped`] when the filter asks for a fact without a condition,
    /// [`FilterError::Unbound`] when a value is missing or there twice, and [`FilterError::TooManyParameters`].
    pub fn clause(
        &self,
        filter: &Filter,
        dialect: Dialect,
        named: &[(&'static str, Value)],
        first: usize,
    ) -> Result<SqlClause, FilterError> {
        let mut render = Render::new(&self.of, dialect, named, first);
        let mut guards = BTreeSet::new();
        for fact in filter.facts().iter() {
            guards.extend(self.of.get(&fact).ok_or(FilterError::Unmapped { fact })?.0.guards(self.listed)?);
        }
        render.guarded(&guards, filter)?;
        Ok(render.finish())
    }
}
