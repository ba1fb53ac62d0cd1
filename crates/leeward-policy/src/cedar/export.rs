use super::schema::{PURPOSE, action, attribute, schema};
use crate::{Effect, Fact, Member, PolicySet, Purpose, Rule, RuleId, Set};
use std::fmt;

/// A [`PolicySet`] as Cedar text: a schema, and one policy for each rule, which strictly validate.
///
/// A fact is a `Bool` attribute of the context, with `_` for `-`; the purpose is a `String` there. Each policy has the
/// annotations `@id`, `@version` and, with the obligations as [`Obligation`](crate::Obligation) prints them,
/// `@obligations`: Cedar does not look at these, and whoever asks Cedar has to meet them.
///
/// Parse the policies one by one, each with its name as the policy's id: read all at once, Cedar numbers them, and
/// the same rule would have another id in the next version. `Display` prints the policies, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CedarText {
    schema: String,
    policies: Vec<(RuleId, String)>,
}

impl CedarText {
    /// The rules of a set.
    #[must_use]
    pub fn of(policy: &PolicySet) -> Self {
        let policies = policy.rules().iter().map(|rule| (rule.id().clone(), self::policy(rule)));
        Self { schema: schema(), policies: policies.collect() }
    }

    /// The schema, in Cedar's own syntax. It is the same for every set.
    #[must_use]
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// Each rule's name and its policy, in the order of the names.
    pub fn policies(&self) -> impl Iterator<Item = (&RuleId, &str)> {
        self.policies.iter().map(|(id, text)| (id, text.as_str()))
    }
}

impl fmt::Display for CedarText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.policies.iter().try_for_each(|(_, text)| writeln!(f, "{text}"))
    }
}

fn policy(rule: &Rule) -> String {
    let effect = match rule.effect() {
        Effect::Permit => "permit",
        Effect::Deny => "forbid",
    };
    let actions = rule.operations().iter().map(action).collect::<Vec<_>>().join(", ");
    let conditions = [
        when(joined(rule.required(), " && ")),
        unless(joined(rule.forbidden(), " || ")),
        when(joined(rule.alternatives(), " || ")),
        when(purposes(rule.purposes())),
    ];
    format!(
        "@id(\"{}\")\n@version(\"{}\")\n{}{effect} (principal, action in [{actions}], resource){};\n",
        rule.id(),
        rule.edition(),
        obligations(rule),
        conditions.concat()
    )
}

fn obligations(rule: &Rule) -> String {
    let told = rule.obligations().iter().map(|obligation| obligation.to_string()).collect::<Vec<_>>();
    if told.is_empty() { String::new() } else { format!("@obligations(\"{}\")\n", told.join("; ")) }
}

fn joined(facts: Set<Fact>, by: &str) -> Option<String> {
    let facts = facts.iter().map(|fact| format!("context.{}", attribute(fact))).collect::<Vec<_>>();
    (!facts.is_empty()).then(|| facts.join(by))
}

fn purposes(purposes: Set<Purpose>) -> Option<String> {
    let named = purposes.iter().map(|purpose| format!("\"{}\"", purpose.name())).collect::<Vec<_>>();
    (purposes != Set::full()).then(|| format!("[{}].contains(context.{PURPOSE})", named.join(", ")))
}

fn when(condition: Option<String>) -> String {
    condition.map_or_else(String::new, |condition| format!("\nwhen {{ {condition} }}"))
}

fn unless(condition: Option<String>) -> String {
    condition.map_or_else(String::new, |condition| format!("\nunless {{ {condition} }}"))
}
