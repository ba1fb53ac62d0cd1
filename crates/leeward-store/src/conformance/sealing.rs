//! A handle that seals nothing writes no secret.

use super::{
    Finding, Harness, Outcome,
    probe::{PERSON, PUBLIC, Probe, SEALED},
};
use crate::{Action, Batch, Expect, Scan, StoreError, limits};

/// Through a handle that seals nothing, a put in a sealed space is refused, alone or in company, and
/// nothing is written.
///
/// # Errors
/// What was seen instead.
pub fn secrets_need_a_handle_that_seals(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    if probe.store.is_sealed() {
        return Err(Finding::NotApplicable("the handle seals"));
    }
    let public = PUBLIC.key(&[b"row"])?;
    for secret in [SEALED.key(&[b"row"])?, PERSON.key(&[b"someone", b"row"])?] {
        let mut alone = Batch::new();
        alone.put(secret.clone(), Expect::Any, b"in confidence");
        let mut mixed = Batch::new();
        mixed.delete(SEALED.key(&[b"other"])?, Expect::Any).put(public.clone(), Expect::Any, b"open");
        mixed.put(secret.clone(), Expect::Any, b"in confidence");
        for batch in [alone, mixed] {
            let answer = probe.commit(batch);
            let refused =
                matches!(answer, Err(StoreError::Unsealed { space }) if space == secret.space().name());
            ensure!(refused, "a secret in the clear came to {answer:?}");
        }
        ensure!(probe.get(&secret)?.is_none(), "a secret was written in the clear");
        ensure!(probe.get(&public)?.is_none(), "a batch was refused and written in part");
    }
    Ok(())
}

/// Through a handle that seals, one batch writes public and sealed entries, and both come back.
///
/// # Errors
/// What was seen instead.
pub fn both_kinds_share_a_batch(harness: &dyn Harness) -> Outcome {
    let probe = sealing(harness)?;
    let keys = [
        PUBLIC.key(&[b"row"])?,
        SEALED.key(&[b"row"])?,
        PERSON.key(&[b"first", b"row"])?,
        PERSON.key(&[b"second", b"row"])?,
    ];
    let mut batch = Batch::new();
    for key in &keys {
        batch.put(key.clone(), Expect::Absent, key.as_bytes());
    }
    let version = probe.commit(batch)?;
    for key in &keys {
        let entry = probe.get(key)?.map(|entry| (entry.version, entry.value.as_bytes() == key.as_bytes()));
        ensure!(entry == Some((version, true)), "{key:?} came back as {entry:?}");
        let page = probe.scan(&Scan::all(key.space().prefix(&[])?))?;
        let found = page.items.iter().any(|item| item.entry.value.as_bytes() == key.as_bytes());
        ensure!(found, "{key:?} was not found by a scan");
    }
    Ok(())
}

/// What a sealing decorator prepares for a caller's own transaction does not hold the value in the clear.
/// An engine that encrypts by itself is not asked.
///
/// # Errors
/// What was seen instead.
pub fn what_is_prepared_is_sealed(harness: &dyn Harness) -> Outcome {
    const SECRET: &[u8] = b"in confidence, and at some length";
    let probe = sealing(harness)?;
    if harness.is_engine() {
        return Err(Finding::NotApplicable("it is an engine"));
    }
    let mut batch = Batch::new();
    let keys = [SEALED.key(&[b"row"])?, PERSON.key(&[b"someone", b"row"])?];
    for key in &keys {
        batch.put(key.clone(), Expect::Any, SECRET);
    }
    let prepared = pollster::block_on(probe.store.prepare(batch))?.into_batch();
    for key in &keys {
        let put = prepared.ops().iter().find(|op| op.key == *key).map(|op| &op.action);
        let Some(Action::Put { value, .. }) = put else {
            return Err(Finding::Violation(format!("{key:?} was prepared as {put:?}")));
        };
        let clear = value.as_bytes().windows(SECRET.len()).any(|window| window == SECRET);
        ensure!(!clear, "{key:?} was prepared in the clear");
    }
    Ok(())
}

/// The largest batch may name as many subjects, none of them known before, and is whole.
///
/// # Errors
/// What was seen instead.
pub fn one_batch_serves_many_subjects(harness: &dyn Harness) -> Outcome {
    let probe = sealing(harness)?;
    let mut batch = Batch::new();
    for subject in (0..limits::MAX_OPS).zip(0_u64..).map(|(_, subject)| subject.to_be_bytes()) {
        batch.put(PERSON.key(&[&subject, b"row"])?, Expect::Absent, &subject);
    }
    probe.commit(batch)?;
    let items = probe.walk(Scan::all(PERSON.prefix(&[])?).limit(limits::MAX_PAGE))?;
    ensure!(items.len() == limits::MAX_OPS, "1,000 subjects were written and {} read", items.len());
    for item in items {
        let subject = item.key.subject();
        ensure!(
            subject.as_deref() == Some(item.entry.value.as_bytes()),
            "{:?} holds what belongs to another subject",
            item.key
        );
    }
    Ok(())
}

fn sealing(harness: &dyn Harness) -> Outcome<Probe> {
    let probe = Probe::open(harness)?;
    let sealed = probe.store.is_sealed();
    if sealed { Ok(probe) } else { Err(Finding::NotApplicable("the handle seals nothing")) }
}
