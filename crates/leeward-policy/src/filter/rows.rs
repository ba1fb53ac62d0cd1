use crate::{Fact, Filter, FilterError, Set};
use std::{collections::BTreeMap, fmt};

/// How facts are read off a record that is in memory.
///
/// ```
/// use leeward_policy::{Fact, Filter, RowPredicates};
/// struct Row { team: u8, conflict: Option<bool> }
/// let predicates = RowPredicates::new()
///     .with(Fact::SameTeam, |row: &Row| Some(row.team == 7))
///     .with(Fact::ConflictOfInterest, |row: &Row| row.conflict);
/// let no_conflict = Filter::Not(Box::new(Filter::Is(Fact::ConflictOfInterest)));
/// let filter = predicates.compile(Filter::And(vec![Filter::Is(Fact::SameTeam), no_conflict]))?;
/// assert!(filter.keeps(&Row { team: 7, conflict: Some(false) }));
/// assert!(!filter.keeps(&Row { team: 7, conflict: None })); // what is unknown is not listed
/// # Ok::<(), leeward_policy::FilterError>(())
/// ```
pub struct RowPredicates<R> {
    of: BTreeMap<Fact, Box<Predicate<R>>>,
}

type Predicate<R> = dyn Fn(&R) -> Option<bool> + Send + Sync;

/// A [`Filter`] over records in memory.
pub struct RowFilter<'a, R> {
    filter: Filter,
    asked: Vec<(Fact, &'a Predicate<R>)>,
}

impl<R> RowPredicates<R> {
    /// None as yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { of: BTreeMap::new() }
    }

    /// Reads a fact so, in place of any way said before. `None` is for what a record does not tell.
    #[must_use]
    pub fn with(mut self, fact: Fact, read: impl Fn(&R) -> Option<bool> + Send + Sync + 'static) -> Self {
        self.of.insert(fact, Box::new(read));
        self
    }

    /// A filter that reads so.
    ///
    /// # Errors
    /// [`FilterError::Unmapped`] when it asks for a fact that cannot be read.
    pub fn compile(&self, filter: Filter) -> Result<RowFilter<'_, R>, FilterError> {
        let read = |fact| {
            let read = self.of.get(&fact).ok_or(FilterError::Unmapped { fact })?;
            Ok((fact, read.as_ref()))
        };
        let asked = filter.facts().iter().map(read).collect::<Result<_, _>>()?;
        Ok(RowFilter { filter, asked })
    }
}

impl<R> Default for RowPredicates<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R> RowFilter<'_, R> {
    /// Whether a record is let through. One that does not tell a fact asked for is not.
    #[must_use]
    pub fn keeps(&self, row: &R) -> bool {
        self.facts(row).is_some_and(|facts| self.filter.matches(facts))
    }

    fn facts(&self, row: &R) -> Option<Set<Fact>> {
        let mut asked = self.asked.iter();
        asked.try_fold(Set::EMPTY, |facts, (fact, read)| Some(facts.with_if(*fact, read(row)?)))
    }
}

impl<R> fmt::Debug for RowPredicates<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.of.keys()).finish()
    }
}

impl<R> fmt::Debug for RowFilter<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RowFilter").field(&self.filter).finish()
    }
}
