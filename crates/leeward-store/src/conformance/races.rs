//! One winner for one key, no lost update, no write skew, constant totals.

use super::{
    Harness, Outcome,
    probe::{Contest, Probe, race},
    random::Random,
};
use crate::{Batch, Entry, Expect, Key, Scan, StoreError};

const TASKS: u8 = 8;
const ROUNDS: u64 = 20;

/// Of eight tasks that create one key, one wins, and what it wrote is there.
///
/// # Errors
/// What was seen instead.
pub fn one_winner_for_an_absent_key(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    for round in 0..ROUNDS {
        let key = probe.numbered("seat", round)?;
        one_winner(&probe, &key, Expect::Absent)?;
    }
    Ok(())
}

/// Of eight tasks that replace one version, one wins, and what it wrote is there.
///
/// # Errors
/// What was seen instead.
pub fn one_winner_for_one_version(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let key = probe.key(&[b"seat"])?;
    for _ in 0..ROUNDS {
        let version = probe.put(&key, b"free")?;
        one_winner(&probe, &key, Expect::Exactly(version))?;
    }
    Ok(())
}

/// Of eight tasks that delete one version, one wins, and nothing is left.
///
/// # Errors
/// What was seen instead.
pub fn one_winner_among_deletes(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let key = probe.key(&[b"code"])?;
    for _ in 0..ROUNDS {
        let expect = Expect::Exactly(probe.put(&key, b"unused")?);
        let spent = race(TASKS, |_| {
            let mut batch = Batch::new();
            batch.delete(key.clone(), expect);
            probe.attempt(batch)
        })?;
        let winners = spent.iter().filter(|spent| spent.is_ok()).count();
        ensure!(winners == 1, "{winners} of {TASKS} tasks deleted the same version");
        ensure!(probe.get(&key)?.is_none(), "a key that was deleted is there");
    }
    Ok(())
}

fn one_winner(probe: &Probe, key: &Key, expect: Expect) -> Outcome {
    let answers = race(TASKS, |task| {
        let mut batch = Batch::new();
        batch.put(key.clone(), expect, &[task]);
        Ok((task, probe.attempt(batch)?))
    })?;
    let mut winners = Vec::new();
    for (task, answer) in answers {
        match answer {
            Ok(_) => winners.push(task),
            Err(conflict) => ensure!(conflict.keys() == [key.clone()], "a conflict named {conflict:?}"),
        }
    }
    ensure!(winners.len() == 1, "tasks {winners:?} of {TASKS} all won {expect:?}");
    let value = probe.value(key)?;
    ensure!(value.as_ref() == Some(&winners), "task {winners:?} won and the key holds {value:?}");
    Ok(())
}

/// Two tasks that each check the key which the other writes do not both succeed.
///
/// # Errors
/// What was seen instead.
pub fn write_skew_is_refused(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let on_call = [probe.key(&[b"first"])?, probe.key(&[b"second"])?];
    for _ in 0..ROUNDS {
        let mut both = Batch::new();
        for key in &on_call {
            both.put(key.clone(), Expect::Any, b"on call");
        }
        let expect = Expect::Exactly(probe.commit(both)?);
        let left = race(2, |task| {
            let [first, second] = on_call.clone();
            let (mine, other) = if task == 0 { (first, second) } else { (second, first) };
            let mut batch = Batch::new();
            batch.check(other, expect).delete(mine, expect);
            probe.attempt(batch)
        })?;
        let winners = left.iter().filter(|left| left.is_ok()).count();
        ensure!(winners == 1, "{winners} of 2 tasks succeeded, each on a check of what the other removed");
    }
    Ok(())
}

/// Increments by eight tasks through [`Store::transact`](crate::Store::transact) are all counted.
///
/// # Errors
/// What was seen instead.
pub fn concurrent_updates_all_count(harness: &dyn Harness) -> Outcome {
    const EACH: u64 = 10;
    let probe = Probe::open(harness)?;
    let key = probe.key(&[b"counter"])?;
    race(TASKS, |_| (0..EACH).try_for_each(|_| transfer(&probe, None, &key, 1)))?;
    let (counted, expected) = (amount_in(probe.get(&key)?), u64::from(TASKS) * EACH);
    ensure!(counted == expected, "{expected} increments succeeded and {counted} were counted");
    Ok(())
}

/// While money moves between accounts, every page and every transaction sees the same total.
///
/// # Errors
/// What was seen instead.
pub fn transfers_keep_the_total(harness: &dyn Harness) -> Outcome {
    const WRITERS: u8 = 2;
    const READERS: u8 = 2;
    let probe = Probe::open(harness)?;
    let accounts = &open_accounts(&probe)?;
    let contest = Contest::new(40, 40);
    race(WRITERS + READERS, |task| {
        if task < READERS {
            return contest.read(|| watch_totals(&probe, accounts));
        }
        let mut random = Random::new(u64::from(task));
        contest.write(|| move_money(&probe, accounts, &mut random))
    })?;
    watch_totals(&probe, accounts)
}

const ACCOUNTS: u64 = 10;
const DEPOSIT: u64 = 100;

fn open_accounts(probe: &Probe) -> Outcome<Vec<Key>> {
    let accounts = (0..ACCOUNTS).map(|account| probe.numbered("account", account));
    let accounts = accounts.collect::<Outcome<Vec<_>>>()?;
    let mut batch = Batch::new();
    for account in &accounts {
        batch.put(account.clone(), Expect::Absent, &DEPOSIT.to_be_bytes());
    }
    probe.commit(batch)?;
    Ok(accounts)
}

fn move_money(probe: &Probe, accounts: &[Key], random: &mut Random) -> Outcome {
    let (from, to) = (random.below(ACCOUNTS), random.below(ACCOUNTS - 1));
    let mut others = accounts.to_vec();
    let from = others.remove(usize::try_from(from).unwrap_or(0));
    let to = usize::try_from(to).ok().and_then(|to| others.get(to));
    to.map_or(Ok(()), |to| transfer(probe, Some(&from), to, 1 + random.below(9)))
}

fn watch_totals(probe: &Probe, accounts: &[Key]) -> Outcome {
    let forward = Scan::all(probe.named("account")?);
    for scan in [forward.clone(), forward.backward()] {
        let page = probe.scan(&scan)?;
        let total: u64 = page.items.iter().map(|item| amount_in(Some(item.entry.clone()))).sum();
        ensure!(total == ACCOUNTS * DEPOSIT, "one page shows a total of {total}: {page:?}");
    }
    let total = match pollster::block_on(sum(probe, accounts)) {
        Err(StoreError::Contended { .. }) => return Ok(()),
        total => total?,
    };
    ensure!(total == ACCOUNTS * DEPOSIT, "one transaction reads a total of {total}");
    Ok(())
}

async fn sum(probe: &Probe, accounts: &[Key]) -> Result<u64, StoreError> {
    probe
        .store
        .transact(|tx| async move {
            let mut total = 0;
            for account in accounts {
                total += amount_in(tx.get(account).await?);
            }
            Ok(total)
        })
        .await
}

/// Moves `amount`, or what is there, until no other writer is in the way.
fn transfer(probe: &Probe, from: Option<&Key>, to: &Key, amount: u64) -> Outcome {
    loop {
        match pollster::block_on(try_transfer(probe, from, to, amount)) {
            Err(StoreError::Contended { .. }) => {}
            done => return Ok(done?),
        }
    }
}

async fn try_transfer(probe: &Probe, from: Option<&Key>, to: &Key, amount: u64) -> Result<(), StoreError> {
    probe
        .store
        .transact(|tx| async move {
            let mut moved = amount;
            if let Some(from) = from {
                let balance = amount_in(tx.get(from).await?);
                moved = amount.min(balance);
                tx.put(from, &(balance - moved).to_be_bytes())?;
            }
            let balance = amount_in(tx.get(to).await?);
            tx.put(to, &(balance + moved).to_be_bytes())
        })
        .await
}

fn amount_in(entry: Option<Entry>) -> u64 {
    entry.and_then(|entry| entry.value.as_bytes().try_into().ok()).map_or(0, u64::from_be_bytes)
}
