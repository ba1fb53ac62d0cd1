use leeward_policy::{DecisionMatrix, Effect, Fact, Facts, Operation, PolicyError, PolicySet, Purpose, Set};

/// A policy file is refused with its place, or makes a sound policy: one that comes back from its own file, and
/// that permits nothing to anybody suspended, whatever the other facts.
pub fn policy_file(data: &[u8]) {
    let policy = match PolicySet::from_json(data) {
        Ok(policy) => policy,
        Err(PolicyError::Unreadable { line, .. }) => return assert!(line > 0 || data.is_empty()),
        Err(PolicyError::Unsound { flaws }) => return assert!(!flaws.is_empty()),
        Err(error) => return assert!(matches!(error, PolicyError::TooLong { .. })),
    };
    let again = PolicySet::from_json(policy.to_json().as_bytes()).expect("its own file");
    assert_eq!(again, policy);
    let permits = policy.rules().iter().any(|rule| rule.effect() == Effect::Permit);
    assert!(permits || DecisionMatrix::of(&policy).lines().is_empty());
    for facts in probes(data) {
        for &operation in Operation::ALL {
            for &purpose in Purpose::ALL {
                let evaluation = policy.evaluate(operation, purpose, facts);
                assert_eq!(evaluation.is_permitted(), policy.permits(operation, purpose, facts));
                assert!(!evaluation.is_permitted() || !facts.hold(Fact::Suspended));
            }
        }
    }
}

/// A few combinations of facts, drawn from the input.
fn probes(data: &[u8]) -> impl Iterator<Item = Facts> + '_ {
    let known = Set::<Fact>::full().bits();
    let drawn = data.chunks_exact(8).take(16).filter_map(move |chunk| {
        let bits = u64::from_le_bytes(chunk.try_into().ok()?) & known;
        Facts::from_set(Set::from_bits(bits)?)
    });
    let suspended =
        Set::of(&[Fact::Suspended, Fact::Assigned, Fact::AalTwo, Fact::Counsellor, Fact::Trained]);
    drawn.chain(Facts::from_set(suspended))
}
