use crate::{
    peers::{Cedar, Matcher, Rego, Scope},
    turns::{Contestant, medians, verdict},
    workload::{Asked, now, requests},
};
use leeward_policy::{Facts, PolicySet, Thresholds};
use std::hint::black_box;

/// At least as many times slower should be Cedar whose request is built each time, and casbin compiled.
const CEDAR: f64 = 300.0;
const CASBIN: f64 = 100.0;

/// One decision each, of as many plausible requests to the default policy.
pub(crate) fn measure(rounds: usize, count: usize) {
    let policy = PolicySet::default_policy();
    let asked = requests(&policy, count);
    let (whole, parts) = (Cedar::of(&policy, Scope::Whole), Cedar::of(&policy, Scope::Operation));
    let (matcher, matchers) = (Matcher::of(&policy, Scope::Whole), Matcher::of(&policy, Scope::Operation));
    let (mut rego, mut prepared) = (Rego::of(&policy), Rego::of(&policy));
    let contexts = asked.iter().map(|asked| whole.request(asked)).collect::<Vec<_>>();
    let inputs = asked.iter().map(Rego::input).collect::<Vec<_>>();
    let permitted = agree(&policy, &asked, |asked| {
        let answers =
            [whole.permits(asked), parts.permits(asked), matcher.permits(asked), matchers.permits(asked)];
        assert_eq!(answers, [rego.permits(asked); 4]);
        answers[0]
    });
    println!(
        "\n{} rules, {count} requests, {permitted} of them permitted; {rounds} rounds; all agree",
        policy.rules().len()
    );

    let mut contestants = [
        Contestant::new("leeward, all determining rules", 100, || decide(&policy, &asked)),
        Contestant::new("leeward, the same, with facts derived", 100, || derive(&policy, &asked)),
        Contestant::new("leeward, full why-not", 100, || explain(&policy, &asked)),
        Contestant::new("leeward, whether permitted and no more", 100, || {
            permitted_by(&asked, |asked| {
                policy.permits(asked.operation, asked.purpose, black_box(asked.facts))
            })
        }),
        Contestant::new("casbin, a matcher for each operation", 1, || {
            permitted_by(&asked, |asked| matchers.permits(asked))
        }),
        Contestant::new("casbin, one matcher", 1, || permitted_by(&asked, |asked| matcher.permits(asked))),
        Contestant::new("Cedar, rules of the operation, prebuilt", 1, || {
            let each = asked.iter().zip(&contexts);
            each.for_each(|(asked, request)| drop(black_box(parts.decide(asked, request))));
        }),
        Contestant::new("Cedar, rules of the operation, built", 1, || {
            permitted_by(&asked, |asked| parts.permits(asked))
        }),
        Contestant::new("Cedar, all rules, prebuilt", 1, || {
            let each = asked.iter().zip(&contexts);
            each.for_each(|(asked, request)| drop(black_box(whole.decide(asked, request))));
        }),
        Contestant::new("Cedar, all rules, built", 1, || permitted_by(&asked, |asked| whole.permits(asked))),
        Contestant::new("regorus, rules of the operation, prebuilt", 1, || {
            let each = asked.iter().zip(&inputs);
            each.map(|(asked, input)| prepared.decide(asked, input.clone())).filter(Rego::is_permit).count()
        }),
        Contestant::new("regorus, rules of the operation, built", 1, || {
            asked.iter().filter(|asked| rego.permits(asked)).count()
        }),
    ];
    show(&mut contestants, rounds, count);
}

/// How many are permitted, by us and by the others.
fn agree(policy: &PolicySet, asked: &[Asked], mut others: impl FnMut(&Asked) -> bool) -> usize {
    let permitted = asked.iter().filter(|asked| {
        let ours = policy.permits(asked.operation, asked.purpose, asked.facts);
        assert_eq!(others(asked), ours, "{:?} {:?} {:?}", asked.operation, asked.purpose, asked.facts);
        ours
    });
    permitted.count()
}

fn show(contestants: &mut [Contestant<'_>], rounds: usize, count: usize) {
    let taken = medians(contestants, rounds, count);
    println!("{:44} {:>10} {:>9}", "", "ns", "times");
    for (contestant, ns) in contestants.iter().zip(&taken) {
        println!("{:44} {ns:>10.0} {:>9.1}", contestant.name, ns / taken[0]);
    }
    let times = |name: &str| {
        let at = contestants.iter().position(|contestant| contestant.name == name).unwrap();
        taken[at] / taken[0]
    };
    for (name, target) in [
        ("Cedar, rules of the operation, built", CEDAR),
        ("Cedar, all rules, built", CEDAR),
        ("casbin, a matcher for each operation", CASBIN),
        ("casbin, one matcher", CASBIN),
    ] {
        println!("target, {name}: {target} times: {}", verdict(times(name) >= target));
    }
}

fn permitted_by(asked: &[Asked], permits: impl Fn(&Asked) -> bool) -> usize {
    asked.iter().filter(|asked| permits(asked)).count()
}

fn decide(policy: &PolicySet, asked: &[Asked]) {
    for asked in asked {
        let evaluation = policy.evaluate(asked.operation, asked.purpose, black_box(asked.facts));
        policy.determining(&evaluation).for_each(|rule| {
            black_box(rule);
        });
        black_box(evaluation);
    }
}

fn derive(policy: &PolicySet, asked: &[Asked]) {
    for asked in asked {
        let facts = Facts::of(black_box(&asked.question), &asked.standing, now(), Thresholds::USUAL);
        let evaluation = policy.evaluate(asked.operation, asked.purpose, facts);
        policy.determining(&evaluation).for_each(|rule| {
            black_box(rule);
        });
        black_box(evaluation);
    }
}

fn explain(policy: &PolicySet, asked: &[Asked]) {
    for asked in asked {
        black_box(policy.explain(asked.operation, asked.purpose, black_box(asked.facts)));
    }
}
