use super::{Scope, parts};
use crate::workload::Asked;
use casbin::{CoreApi, DefaultModel, Enforcer, NullAdapter};
use leeward_policy::{Effect, Member, Operation, PolicySet, Purpose, Rule, Set};
use pollster::block_on;

/// The rules as an expression that is compiled once. Facts are handed over as bits of two numbers (its numbers have 32
/// bits), so that it has no names to look up.
pub(crate) struct Matcher {
    enforcers: Vec<Enforcer>,
}

impl Matcher {
    pub(crate) fn of(policy: &PolicySet, scope: Scope) -> Self {
        let of_operation = |(operation, rules): (&Operation, Vec<&Rule>)| decision(*operation, &rules);
        let decisions = Operation::ALL.iter().zip(parts(policy, Scope::Operation)).map(of_operation);
        let enforcers = match scope {
            Scope::Operation => decisions.map(|decision| enforcer(&decision)).collect(),
            Scope::Whole => {
                let named = |(operation, decision): (&Operation, String)| {
                    format!("(r.op == {} && {decision})", operation.code())
                };
                vec![enforcer(&any(&Operation::ALL.iter().zip(decisions).map(named).collect::<Vec<_>>()))]
            }
        };
        Self { enforcers }
    }

    pub(crate) fn permits(&self, asked: &Asked) -> bool {
        let at = if self.enforcers.len() == 1 { 0 } else { usize::from(asked.operation.code()) };
        let [low, high] = numbers(asked.facts.as_set().bits());
        let purpose = 1_i32 << asked.purpose.code();
        let values = vec![i32::from(asked.operation.code()), purpose, low, high];
        self.enforcers[at].enforce(values).unwrap()
    }
}

fn enforcer(matcher: &str) -> Enforcer {
    let model = format!(
        "[request_definition]\nr = op, purpose, low, high\n\n[policy_definition]\np = op\n\n\
         [policy_effect]\ne = some(where (p.eft == allow))\n\n[matchers]\nm = {matcher}\n"
    );
    block_on(async {
        let model = DefaultModel::from_str(&model).await.unwrap();
        Enforcer::new(model, NullAdapter).await.unwrap()
    })
}

/// Whether the rules of one operation permit.
fn decision(operation: Operation, rules: &[&Rule]) -> String {
    let conditions = |effect| {
        let of = rules.iter().filter(|rule| rule.effect() == effect && rule.operations().contains(operation));
        of.map(|rule| condition(rule)).collect::<Vec<_>>()
    };
    format!("(!{} && {})", any(&conditions(Effect::Deny)), any(&conditions(Effect::Permit)))
}

fn condition(rule: &Rule) -> String {
    let mut parts = Vec::new();
    if rule.purposes() != Set::<Purpose>::full() {
        parts.push(format!("(r.purpose & {}) != 0", rule.purposes().bits()));
    }
    let facts = [rule.required(), rule.forbidden(), rule.alternatives()].map(|facts| numbers(facts.bits()));
    for (at, name) in ["low", "high"].into_iter().enumerate() {
        let [all, none, _] = facts.map(|numbers| numbers[at]);
        if all != 0 {
            parts.push(format!("(r.{name} & {all}) == {all}"));
        }
        if none != 0 {
            parts.push(format!("(r.{name} & {none}) == 0"));
        }
    }
    let some = ["low", "high"].iter().zip(facts[2]).filter(|(_, bits)| *bits != 0);
    let some = some.map(|(name, bits)| format!("(r.{name} & {bits}) != 0")).collect::<Vec<_>>();
    if !some.is_empty() {
        parts.push(any(&some));
    }
    if parts.is_empty() { "true".to_owned() } else { format!("({})", parts.join(" && ")) }
}

fn any(conditions: &[String]) -> String {
    if conditions.is_empty() { "false".to_owned() } else { format!("({})", conditions.join(" || ")) }
}

/// 31 bits in each, so that none is the sign; no rule looks at the last two.
fn numbers(bits: u64) -> [i32; 2] {
    [bits & 0x7fff_ffff, bits >> 31 & 0x7fff_ffff].map(|bits| i32::try_from(bits).unwrap())
}
