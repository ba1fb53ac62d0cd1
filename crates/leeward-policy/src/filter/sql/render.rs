use super::{
    clause::{Dialect, SqlClause},
    column::Column,
    condition::{Comparison, Condition, Guard, Test},
    value::{Operand, Value},
};
use crate::{Fact, Filter, FilterError};
use std::collections::{BTreeMap, BTreeSet};

/// So many terms stand side by side; more are nested, since `SQLite` reads a long row of them as a deep
/// expression, and refuses one of depth 1,000.
const SIDE_BY_SIDE: usize = 64;

pub(super) struct Render<'a> {
    of: &'a BTreeMap<Fact, Condition>,
    dialect: Dialect,
    named: &'a [(&'static str, Value)],
    first: usize,
    clause: SqlClause,
}

impl<'a> Render<'a> {
    pub(super) const fn new(
        of: &'a BTreeMap<Fact, Condition>,
        dialect: Dialect,
        named: &'a [(&'static str, Value)],
        first: usize,
    ) -> Self {
        Self {
            of,
            dialect,
            named,
            first: if first == 0 { 1 } else { first },
            clause: SqlClause { text: String::new(), parameters: Vec::new() },
        }
    }

    pub(super) fn finish(self) -> SqlClause {
        self.clause
    }

    pub(super) fn guarded(&mut self, guards: &BTreeSet<Guard>, filter: &Filter) -> Result<(), FilterError> {
        self.push("(");
        for guard in guards {
            self.guard(*guard);
            self.push(" AND ");
        }
        match filter {
            Filter::And(parts) => self.joined(parts, " AND ")?,
            other => self.filter(other)?,
        }
        self.push(")");
        Ok(())
    }

    fn guard(&mut self, guard: Guard) {
        match guard {
            Guard::IsBoolean(column) if self.dialect == Dialect::Sqlite => {
                self.column(column);
                self.push(" IN (0, 1)");
            }
            Guard::IsBoolean(column) | Guard::NotNull(column) => {
                self.column(column);
                self.push(" IS NOT NULL");
            }
        }
    }

    fn filter(&mut self, filter: &Filter) -> Result<(), FilterError> {
        match filter {
            Filter::All => self.push("TRUE"),
            Filter::Nothing => self.push("FALSE"),
            Filter::Is(fact) => {
                let fact = *fact;
                let condition = self.of.get(&fact).ok_or(FilterError::Unmapped { fact })?;
                return self.test(&condition.0);
            }
            Filter::Not(other) => {
                self.push("NOT (");
                self.filter(other)?;
                self.push(")");
            }
            Filter::And(parts) => return self.bracketed(parts, " AND "),
            Filter::Or(parts) => return self.bracketed(parts, " OR "),
        }
        Ok(())
    }

    fn bracketed(&mut self, parts: &[Filter], word: &str) -> Result<(), FilterError> {
        self.push("(");
        self.joined(parts, word)?;
        self.push(")");
        Ok(())
    }

    fn joined(&mut self, parts: &[Filter], word: &str) -> Result<(), FilterError> {
        if parts.is_empty() {
            self.push(if word == " AND " { "TRUE" } else { "FALSE" });
        }
        if let Some((one, other)) =
            parts.split_at_checked(parts.len() / 2).filter(|_| parts.len() > SIDE_BY_SIDE)
        {
            self.bracketed(one, word)?;
            self.push(word);
            return self.bracketed(other, word);
        }
        parts.iter().enumerate().try_for_each(|(at, part)| {
            self.push(if at == 0 { "" } else { word });
            self.filter(part)
        })
    }

    fn test(&mut self, test: &Test) -> Result<(), FilterError> {
        match test {
            Test::Compared(column, comparison, operand) => {
                return self.compared(*column, *comparison, operand);
            }
            Test::Holds(column) => {
                self.column(*column);
                self.push(if self.dialect == Dialect::Sqlite { " = 1" } else { " = TRUE" });
            }
            Test::Same(one, other) => {
                self.column(*one);
                self.push(" = ");
                self.column(*other);
            }
            Test::Exists(table, test) => {
                self.push("EXISTS (SELECT 1 FROM \"");
                self.push(table);
                self.push("\" WHERE ");
                self.test(test)?;
                self.push(")");
            }
            Test::Both(one, other) => return self.pair(one, " AND ", other),
            Test::Either(one, other) => return self.pair(one, " OR ", other),
        }
        Ok(())
    }

    fn pair(&mut self, one: &Test, word: &str, other: &Test) -> Result<(), FilterError> {
        self.push("(");
        self.test(one)?;
        self.push(word);
        self.test(other)?;
        self.push(")");
        Ok(())
    }

    fn compared(
        &mut self,
        column: Column,
        comparison: Comparison,
        operand: &Operand,
    ) -> Result<(), FilterError> {
        self.column(column);
        self.push(match comparison {
            Comparison::Equal => " = ",
            Comparison::Different => " <> ",
            Comparison::Below => " < ",
            Comparison::AtLeast => " >= ",
        });
        let value = match operand {
            Operand::Value(value) => value.clone(),
            Operand::Named(name) => self.value_named(name)?.clone(),
        };
        self.parameter(value)
    }

    fn value_named(&self, name: &'static str) -> Result<&'a Value, FilterError> {
        let mut found = self.named.iter().filter(|(known, _)| *known == name);
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Ok(value),
            _ => Err(FilterError::Unbound { name }),
        }
    }

    /// A value that is used twice is one parameter.
    fn parameter(&mut self, value: Value) -> Result<(), FilterError> {
        let parameters = &mut self.clause.parameters;
        let at = parameters.iter().position(|known| *known == value).unwrap_or(parameters.len());
        let number = self.first.saturating_add(at);
        if number > SqlClause::MAX_PARAMETERS {
            return Err(FilterError::TooManyParameters);
        }
        let text = match self.dialect {
            Dialect::Sqlite => format!("?{number}"),
            Dialect::Postgres => format!("${number}::{}", type_of(&value)),
        };
        if at == parameters.len() {
            parameters.push(value);
        }
        self.push(&text);
        Ok(())
    }

    /// With its table: `SQLite` takes a quoted name alone that it does not know for a text.
    fn column(&mut self, column: Column) {
        self.push("\"");
        self.push(column.table);
        self.push("\".\"");
        self.push(column.name);
        self.push("\"");
    }

    fn push(&mut self, text: &str) {
        self.clause.text.push_str(text);
    }
}

const fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Integer(_) => "bigint",
        Value::Text(_) => "text",
        Value::Bytes(_) => "bytea",
        Value::Boolean(_) => "boolean",
    }
}
