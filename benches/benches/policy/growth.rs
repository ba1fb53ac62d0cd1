use crate::{
    peers::{Cedar, Scope},
    turns::{Contestant, medians},
    workload::{Asked, requests},
};
use leeward_policy::{Effect, Fact, Operation, PolicySet, Rule};
use std::{hint::black_box, time::Instant};

/// How the cost of a decision grows with rules: with rules that speak of a tenth of the operations each, and with rules that
/// each speak of all.
pub(crate) fn measure(rounds: usize, sizes: &[usize]) {
    println!(
        "\n{:>6} {:>12} {:>14} {:>16} {:>18} {:>14}",
        "rules", "checked, ms", "ns, of a tenth", "ns, of each one", "ns, Cedar, a tenth", "times"
    );
    for &size in sizes {
        let (tenth, checked) = of_size(size, Operation::ALL.len() / 10);
        let (each, _) = of_size(size, Operation::ALL.len());
        let asked = requests(&PolicySet::default_policy(), 256);
        let cedar = Cedar::of(&tenth, Scope::Operation);
        let mut contestants = [
            Contestant::new("", 20, || decide(&tenth, &asked)),
            Contestant::new("", 20, || decide(&each, &asked)),
            Contestant::new("", 1, || asked.iter().filter(|asked| cedar.permits(asked)).count()),
        ];
        let taken = medians(&mut contestants, rounds, asked.len());
        println!(
            "{size:>6} {checked:>12.1} {:>14.0} {:>16.0} {:>18.0} {:>14.0}",
            taken[0],
            taken[1],
            taken[2],
            taken[2] / taken[0]
        );
    }
}

fn decide(policy: &PolicySet, asked: &[Asked]) {
    for asked in asked {
        let evaluation = policy.evaluate(asked.operation, asked.purpose, black_box(asked.facts));
        policy.determining(&evaluation).for_each(|rule| {
            black_box(rule);
        });
    }
}

/// The default rules, fewer of those that permit or more that deny, each of these on so many operations; and the
/// milliseconds that it took to find them sound.
fn of_size(size: usize, operations: usize) -> (PolicySet, f64) {
    let rules = PolicySet::default_policy().rules().to_vec();
    let (deny, permit): (Vec<_>, Vec<_>) = rules.into_iter().partition(|rule| rule.effect() == Effect::Deny);
    let kept = permit.into_iter().take(size.saturating_sub(deny.len()));
    let mut rules = deny.into_iter().chain(kept).collect::<Vec<_>>();
    let more = size.saturating_sub(rules.len());
    rules.extend(choices().take(more).enumerate().map(|(at, facts)| own(at, &facts, operations)));
    let start = Instant::now();
    let policy = PolicySet::new(1, rules).unwrap();
    (policy, start.elapsed().as_secs_f64() * 1e3)
}

/// A rule of a service's own, about its own facts.
fn own(at: usize, facts: &[Fact], operations: usize) -> Rule {
    let some = Operation::ALL.iter().cycle().skip(at * operations).take(operations).copied();
    Rule::deny(format!("own-{at}")).to(&some.collect::<Vec<_>>()).all(facts)
}

/// Five of the sixteen facts of a service, each five once: none of these rules says what another does.
fn choices() -> impl Iterator<Item = Vec<Fact>> {
    let own = Fact::ALL.iter().copied().skip_while(|fact| *fact != Fact::Service0).collect::<Vec<_>>();
    (0_u32..1 << 16).filter(|bits| bits.count_ones() == 5).map(move |bits| {
        own.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, fact)| *fact).collect()
    })
}
