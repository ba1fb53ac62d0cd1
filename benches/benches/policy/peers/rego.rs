use super::{Scope, parts};
use crate::workload::Asked;
use leeward_policy::{Effect, Fact, Member, PolicySet, Purpose, Rule, Set};
use regorus::{Engine, Rc, Value, languages::rego::compiler::Compiler, rvm::vm::RegoVM};
use std::collections::BTreeMap;

/// The rules in Rego, those of each operation compiled for regorus's virtual machine.
pub(crate) struct Rego {
    machines: Vec<RegoVM>,
}

const ANSWER: &str = "data.leeward.answer";

impl Rego {
    pub(crate) fn of(policy: &PolicySet) -> Self {
        Self { machines: parts(policy, Scope::Operation).iter().map(|rules| machine(rules)).collect() }
    }

    pub(crate) fn input(asked: &Asked) -> Value {
        let held = |&fact: &Fact| (Value::from(fact.name()), Value::from(asked.facts.hold(fact)));
        let facts = Fact::ALL.iter().map(held).collect::<BTreeMap<_, _>>();
        Value::from(BTreeMap::from([
            (Value::from("facts"), Value::from(facts)),
            (Value::from("purpose"), Value::from(asked.purpose.name())),
        ]))
    }

    /// The names of the rules that permit, and of those that deny.
    pub(crate) fn decide(&mut self, asked: &Asked, input: Value) -> Value {
        let machine = &mut self.machines[usize::from(asked.operation.code())];
        machine.set_input(input);
        machine.execute().unwrap()
    }

    pub(crate) fn permits(&mut self, asked: &Asked) -> bool {
        Self::is_permit(&self.decide(asked, Self::input(asked)))
    }

    pub(crate) fn is_permit(answer: &Value) -> bool {
        let some = |what: &str| !answer[what].as_set().unwrap().is_empty();
        some("permit") && !some("deny")
    }
}

fn machine(rules: &[&Rule]) -> RegoVM {
    let rules = rules.iter().map(|rule| written(rule)).collect::<String>();
    let text = format!(
        "package leeward\nimport rego.v1\n\
         permit contains \"\" if input.purpose == \"\"\ndeny contains \"\" if input.purpose == \"\"\n\
         {rules}answer := {{\"permit\": permit, \"deny\": deny}}\n"
    );
    let mut engine = Engine::new();
    engine.add_policy("leeward.rego".to_owned(), text).unwrap();
    let compiled = engine.compile_with_entrypoint(&Rc::from(ANSWER)).unwrap();
    let mut machine = RegoVM::new();
    machine.load_program(Compiler::compile_from_policy(&compiled, &[ANSWER]).unwrap());
    machine
}

fn written(rule: &Rule) -> String {
    let what = if rule.effect() == Effect::Permit { "permit" } else { "deny" };
    let fact = |fact: Fact| format!("input.facts[\"{}\"]", fact.name());
    let purposes =
        rule.purposes().iter().map(|purpose| format!("\"{}\"", purpose.name())).collect::<Vec<_>>();
    let mut lines = rule.required().iter().map(fact).collect::<Vec<_>>();
    lines.extend(rule.forbidden().iter().map(|forbidden| format!("not {}", fact(forbidden))));
    if rule.purposes() != Set::<Purpose>::full() {
        lines.push(format!("input.purpose in {{{}}}", purposes.join(", ")));
    }
    // An alternative is a rule of its own with the same name: a set holds each once.
    let alternatives = rule.alternatives().iter().map(fact).collect::<Vec<_>>();
    let alternatives = if alternatives.is_empty() { vec!["true".to_owned()] } else { alternatives };
    let one = |alternative: &String| {
        let lines = [lines.join("\n  "), alternative.clone()].join("\n  ");
        format!("{what} contains \"{}\" if {{\n  {lines}\n}}\n", rule.id())
    };
    alternatives.iter().map(one).collect()
}
