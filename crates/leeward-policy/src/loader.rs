use crate::{
    Effect, Fact, Field, Member, Obligation, Obligations, Operation, PolicyError, PolicySet, Purpose, Role,
    Rule, RuleId, Set, Thresholds, obligation::level,
};
use leeward_event::assurance::Aal;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, SeqAccess, Visitor},
};
use std::{collections::HashSet, fmt, io::Read, marker::PhantomData};

/// A policy, as a file has it.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    #[serde(default = "usual")]
    thresholds: Limits,
    rules: Rows,
}

/// Rules, each of its own name: that one is there twice is told where it is.
#[derive(Serialize)]
struct Rows(Vec<Row>);

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    fresh_within_minutes: u32,
    recent_within_days: u32,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    #[serde(default = "first")]
    version: u16,
    effect: Verdict,
    operations: Words<Operation>,
    purposes: Words<Purpose>,
    #[serde(default, skip_serializing_if = "Words::is_empty")]
    all: Words<Fact>,
    #[serde(default, skip_serializing_if = "Words::is_empty")]
    none: Words<Fact>,
    #[serde(default, skip_serializing_if = "Words::is_empty")]
    any: Words<Fact>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    obligations: Vec<Duty>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Permit,
    Deny,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Duty {
    Audit,
    StepUp { aal: Level, within_minutes: u16 },
    SecondApproval,
    Mask(Words<Field>),
    Notify(Word<Role>),
    Review { within_hours: u16 },
    DiscloseToPerson,
    Service(u8),
}

/// An assurance level: 1, 2 or 3.
#[derive(Deserialize, Serialize)]
#[serde(try_from = "u8", into = "u8")]
#[derive(Clone, Copy)]
struct Level(Aal);

impl TryFrom<u8> for Level {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        let known = [Aal::One, Aal::Two, Aal::Three].into_iter().find(|&aal| level(aal) == number);
        known.map(Level).ok_or("an assurance level is 1, 2 or 3")
    }
}

impl From<Level> for u8 {
    fn from(aal: Level) -> Self {
        level(aal.0)
    }
}

/// One word of a vocabulary.
struct Word<T>(T);

/// Several words of a vocabulary, or `"any"` for all of them.
struct Words<T>(Set<T>);

const fn usual() -> Limits {
    let Thresholds { fresh_within_minutes, recent_within_days } = Thresholds::USUAL;
    Limits { fresh_within_minutes, recent_within_days }
}

const fn first() -> u16 {
    1
}

impl PolicySet {
    /// The longest file that is read, in bytes.
    pub const MAX_JSON: u64 = 4 * 1024 * 1024;

    /// Reads a set of rules from JSON, if it is sound.
    ///
    /// ```
    /// # use leeward_policy::{PolicyError, PolicySet};
    /// let text = br#"{
    ///     "version": 1,
    ///     "rules": [{
    ///         "id": "auditor-reads-log",
    ///         "effect": "permit",
    ///         "operations": ["read audit-log"],
    ///         "purposes": ["HCOMPL"],
    ///         "all": ["auditor", "aal2"],
    ///         "none": ["suspended"],
    ///         "obligations": ["audit", {"notify": "privacy-officer"}, {"review": {"within_hours": 72}}]
    ///     }]
    /// }"#;
    /// let policy = PolicySet::from_json(&text[..])?;
    /// assert_eq!(policy.rules().len(), 1);
    ///
    /// let typo = String::from_utf8_lossy(text).replace("audit-log", "adit-log");
    /// let error = PolicySet::from_json(typo.as_bytes()).unwrap_err();
    /// assert_eq!(error.to_string(), "line 6, column 38: `read adit-log` is no operation");
    /// # Ok::<(), PolicyError>(())
    /// ```
    ///
    /// # Errors
    /// [`PolicyError::TooLong`] for more than [`MAX_JSON`](Self::MAX_JSON) bytes, of which no more are
    /// read; [`PolicyError::Unreadable`] with the place, for what is no policy: malformed text, a word that
    /// does not exist, a field that does not, two rules of one name; [`PolicyError::Unsound`] with every flaw found;
    /// [`PolicyError::Reading`].
    pub fn from_json(reader: impl Read) -> Result<Self, PolicyError> {
        let mut text = Vec::new();
        reader.take(Self::MAX_JSON.saturating_add(1)).read_to_end(&mut text).map_err(PolicyError::Reading)?;
        if text.len() as u64 > Self::MAX_JSON {
            return Err(PolicyError::TooLong { max: Self::MAX_JSON });
        }
        let file = serde_json::from_slice::<File>(&text).map_err(|error| unreadable(&error))?;
        let Limits { fresh_within_minutes, recent_within_days } = file.thresholds;
        Self::builder(file.version)
            .thresholds(Thresholds { fresh_within_minutes, recent_within_days })
            .rules(file.rules.0.into_iter().map(Row::rule))
            .build()
    }

    /// The set as JSON that [`from_json`](Self::from_json) reads, for a file to begin from.
    #[must_use]
    pub fn to_json(&self) -> String {
        let Thresholds { fresh_within_minutes, recent_within_days } = self.thresholds();
        let thresholds = Limits { fresh_within_minutes, recent_within_days };
        let rules = Rows(self.rules().iter().map(Row::of).collect());
        // Such a value has no key that is not text, which is what could fail.
        serde_json::to_string_pretty(&File { version: self.version(), thresholds, rules }).unwrap_or_default()
    }
}

/// The place and the problem, without what the library appends to it.
fn unreadable(error: &serde_json::Error) -> PolicyError {
    let (line, column) = (error.line(), error.column());
    let whole = error.to_string();
    let problem = whole.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&whole);
    let problem = problem.chars().take(200).flat_map(char::escape_debug).collect::<String>();
    PolicyError::Unreadable { line, column, problem: problem.replace("\\'", "'").replace("\\\"", "\"") }
}

impl Row {
    fn rule(self) -> Rule {
        let effect = match self.effect {
            Verdict::Permit => Effect::Permit,
            Verdict::Deny => Effect::Deny,
        };
        let duties = self.obligations.into_iter().map(Duty::obligation);
        let obligations = duties.fold(Obligations::none(), Obligations::with);
        Rule {
            id: RuleId::from(self.id),
            version: self.version,
            effect,
            operations: self.operations.0,
            purposes: self.purposes.0,
            all: self.all.0,
            none: self.none.0,
            any: self.any.0,
            obligations,
        }
    }

    fn of(rule: &Rule) -> Self {
        Self {
            id: rule.id().to_string(),
            version: rule.edition(),
            effect: match rule.effect() {
                Effect::Permit => Verdict::Permit,
                Effect::Deny => Verdict::Deny,
            },
            operations: Words(rule.operations()),
            purposes: Words(rule.purposes()),
            all: Words(rule.required()),
            none: Words(rule.forbidden()),
            any: Words(rule.alternatives()),
            obligations: rule.obligations().iter().map(Duty::of).collect(),
        }
    }
}

impl Duty {
    fn obligation(self) -> Obligation {
        match self {
            Self::Audit => Obligation::Audit,
            Self::StepUp { aal, within_minutes } => Obligation::StepUp { aal: aal.0, within_minutes },
            Self::SecondApproval => Obligation::SecondApproval,
            Self::Mask(fields) => Obligation::Mask(fields.0),
            Self::Notify(role) => Obligation::Notify(role.0),
            Self::Review { within_hours } => Obligation::Review { within_hours },
            Self::DiscloseToPerson => Obligation::DiscloseToPerson,
            Self::Service(number) => Obligation::Service(number),
        }
    }

    const fn of(obligation: Obligation) -> Self {
        match obligation {
            Obligation::Audit => Self::Audit,
            Obligation::StepUp { aal, within_minutes } => Self::StepUp { aal: Level(aal), within_minutes },
            Obligation::SecondApproval => Self::SecondApproval,
            Obligation::Mask(fields) => Self::Mask(Words(fields)),
            Obligation::Notify(role) => Self::Notify(Word(role)),
            Obligation::Review { within_hours } => Self::Review { within_hours },
            Obligation::DiscloseToPerson => Self::DiscloseToPerson,
            Obligation::Service(number) => Self::Service(number),
        }
    }
}

/// What a vocabulary's words are called in an error.
trait Kind: Member {
    const KIND: &'static str;
}

impl Kind for Operation {
    const KIND: &'static str = "operation";
}

impl Kind for Purpose {
    const KIND: &'static str = "purpose";
}

impl Kind for Fact {
    const KIND: &'static str = "fact";
}

impl Kind for Field {
    const KIND: &'static str = "field";
}

impl Kind for Role {
    const KIND: &'static str = "role";
}

fn word<T: Kind, E: de::Error>(name: &str) -> Result<T, E> {
    T::from_name(name).ok_or_else(|| E::custom(format_args!("`{}` is no {}", short(name), T::KIND)))
}

fn short(name: &str) -> String {
    name.chars().take(64).collect()
}

impl<T: Member> Words<T> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Member> Default for Words<T> {
    fn default() -> Self {
        Self(Set::EMPTY)
    }
}

impl<T: Member> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

impl<T: Member> Serialize for Words<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 == Set::full() {
            return serializer.serialize_str("any");
        }
        serializer.collect_seq(self.0.iter().map(Member::name))
    }
}

struct RowsVisitor;

impl<'de> Visitor<'de> for RowsVisitor {
    type Value = Rows;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rules")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Self::Value, A::Error> {
        let (mut all, mut ids) = (Vec::<Row>::new(), HashSet::new());
        while let Some(row) = rows.next_element::<Row>()? {
            if !ids.insert(row.id.clone()) {
                return Err(de::Error::custom(format_args!("two rules are named `{}`", short(&row.id))));
            }
            all.push(row);
        }
        Ok(Rows(all))
    }
}

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RowsVisitor)
    }
}

struct WordVisitor<T>(PhantomData<T>);

impl<T: Kind> Visitor<'_> for WordVisitor<T> {
    type Value = Word<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name of a {}", T::KIND)
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
        word(name).map(Word)
    }
}

impl<'de, T: Kind> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(WordVisitor(PhantomData))
    }
}

struct WordsVisitor<T>(PhantomData<T>);

impl<'de, T: Kind> Visitor<'de> for WordsVisitor<T> {
    type Value = Words<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`any` or a list of names, each of a {}", T::KIND)
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
        if name == "any" {
            Ok(Words(Set::full()))
        } else {
            Err(E::invalid_value(de::Unexpected::Str(&short(name)), &self))
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Self::Value, A::Error> {
        let mut all = Set::<T>::EMPTY;
        while let Some(Word(member)) = names.next_element()? {
            if all.contains(member) {
                return Err(de::Error::custom(format_args!("`{}` is named twice", member.name())));
            }
            all = all.with(member);
        }
        Ok(Words(all))
    }
}

impl<'de, T: Kind> Deserialize<'de> for Words<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordsVisitor(PhantomData))
    }
}
