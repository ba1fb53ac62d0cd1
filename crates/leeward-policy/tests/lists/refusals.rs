use crate::mapping::{mapping, named, predicates, text};
use leeward_policy::{
    Column, Condition, Dialect, Fact, Filter, FilterError, Operand, SqlClause, SqlMapping, Value,
};

fn clause(filter: &Filter) -> Result<SqlClause, FilterError> {
    mapping().clause(filter, Dialect::Postgres, &named(), 1)
}

fn hidden_in_every_place(fact: Fact) -> Vec<Filter> {
    let of = || Filter::Is(fact);
    let other = || Filter::Is(Fact::Assigned);
    let not = |filter| Filter::Not(Box::new(filter));
    vec![
        of(),
        not(of()),
        Filter::And(vec![other(), of()]),
        Filter::Or(vec![other(), of()]),
        not(Filter::And(vec![Filter::Nothing, not(of())])),
        Filter::Or(vec![Filter::All, of()]),
    ]
}

#[test]
fn a_fact_without_a_condition_is_an_error_wherever_it_stands() {
    for fact in [Fact::Service3, Fact::Counsellor] {
        for filter in hidden_in_every_place(fact) {
            assert_eq!(clause(&filter), Err(FilterError::Unmapped { fact }), "{filter}");
            assert_eq!(predicates().compile(filter).unwrap_err(), FilterError::Unmapped { fact });
        }
    }
}

#[test]
fn a_value_that_was_not_given_or_was_given_twice_is_an_error() {
    let filter = Filter::Is(Fact::Assigned);
    let twice = [("staff", text("mine")), ("staff", text("another's"))];
    for named in [&[][..], &twice] {
        let refused = mapping().clause(&filter, Dialect::Sqlite, named, 1);
        assert_eq!(refused, Err(FilterError::Unbound { name: "staff" }));
    }
}

#[test]
fn no_value_stands_in_the_text() {
    let hostile = "x' OR '1'='1\"; DROP TABLE record; --";
    let mut named = named();
    named.iter_mut().for_each(|(_, value)| *value = text(hostile));
    for &fact in &crate::world::MAPPED {
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            let clause = mapping().clause(&Filter::Is(fact), dialect, &named, 1).unwrap();
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" \"._(),?$:=<>".contains(&byte);
            assert!(clause.text().bytes().all(plain), "{}", clause.text());
        }
    }
}

#[test]
fn names_are_those_that_both_databases_read_alike() {
    for name in ["", "Record", "re cord", "1st", "a\"b", "a.b", "ä", &"x".repeat(64)] {
        let name: &'static str = Box::leak(name.to_owned().into_boxed_str());
        assert_eq!(Column::of("record", name), Err(FilterError::MalformedName), "{name:?}");
        assert_eq!(Column::of(name, "id"), Err(FilterError::MalformedName), "{name:?}");
        assert!(SqlMapping::of(name).is_err());
        assert!(Condition::exists(name, Column::of("a", "b").unwrap().holds()).is_err());
    }
    assert!(Column::of("_record_2", "order").is_ok());
}

#[test]
fn a_condition_belongs_to_the_table_listed() {
    let mapping = || SqlMapping::of("record").unwrap();
    let inner = Column::of("assignment", "record").unwrap();
    let refused = mapping().with(Fact::Assigned, inner.holds()).unwrap_err();
    assert_eq!(refused, FilterError::ForeignColumn);
    let own = Column::of("record", "id").unwrap().holds();
    let twice = Condition::exists("record", own.clone()).unwrap();
    assert_eq!(mapping().with(Fact::Assigned, twice).unwrap_err(), FilterError::SameTable);
    let nested = Condition::exists("a", Condition::exists("a", own).unwrap()).unwrap();
    assert_eq!(mapping().with(Fact::Assigned, nested).unwrap_err(), FilterError::SameTable);
}

#[test]
fn there_are_no_more_parameters_than_a_database_takes() {
    let last = SqlClause::MAX_PARAMETERS;
    let filter = Filter::Is(Fact::SameTeam);
    let at = |first| mapping().clause(&filter, Dialect::Sqlite, &named(), first);
    assert!(at(last).is_ok());
    assert_eq!(at(last + 1), Err(FilterError::TooManyParameters));
    assert_eq!(at(usize::MAX), Err(FilterError::TooManyParameters));
}

#[test]
fn a_value_used_twice_is_one_parameter() {
    let both = Filter::Or(vec![Filter::Is(Fact::Assigned), Filter::Is(Fact::OwnRecord)]);
    assert_eq!(clause(&both).unwrap().parameters().len(), 1);
    let value = Operand::Value(Value::Boolean(true));
    let flag = Column::of("record", "flag").unwrap().equals(value);
    let mapping = SqlMapping::of("record").unwrap().with(Fact::Closed, flag).unwrap();
    let filter = Filter::Is(Fact::Closed);
    let clause = mapping.clause(&filter, Dialect::Postgres, &[], 1).unwrap();
    assert_eq!(clause.text(), r#"("record"."flag" IS NOT NULL AND "record"."flag" = $1::boolean)"#);
}
