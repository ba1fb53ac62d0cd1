use super::{
    Ending, Event, Id, List, Read,
    lists::{Deed, Found, Home, Keys, Lists, SLOTS},
};
use crate::{
    Batch, Store, StoreError, Tx,
    conformance::{Outcome, random::Random},
    turn::yield_once,
};
use std::{fmt, thread};

/// How long a list is when clients go on to the next generation.
const LONG: usize = 24;

/// One client: does one transaction after the other, chosen by its seed.
///
/// It reads lists one by one and all together, appends to one to four of them by
/// [`commit`](crate::Store::commit) and by [`transact`](crate::Store::transact), checks others that it
/// has read, and moves some, which deletes them at one key and makes them anew at another.
pub struct Client<'a> {
    lists: Lists,
    number: u32,
    transactions: u32,
    random: Random,
    generation: Option<u32>,
    clock: &'a (dyn Fn() -> u64 + Sync),
}

/// What a step does with which lists.
struct Plan {
    deeds: Vec<(List, Deed)>,
    kind: Kind,
    /// How often others are let in between its reads, where it is not the store that waits.
    dawdles: u64,
}

enum Kind {
    /// One page with all lists.
    Scan,
    /// One list, key by key.
    Get,
    Transact,
    Commit,
}

impl<'a> Client<'a> {
    /// A client with a number that no other client of the history has, those of other processes
    /// included. `clock` never goes back, and what it tells can be compared between all clients; where
    /// it tells two the same, no order is concluded.
    #[must_use]
    pub fn new(store: &Store, number: u32, seed: u64, clock: &'a (dyn Fn() -> u64 + Sync)) -> Self {
        let random = Random::new(seed.wrapping_mul(1_000_003).wrapping_add(number.into()));
        Self { lists: Lists::new(store), number, transactions: 0, random, generation: None, clock }
    }

    /// Does one transaction, tells of it before and after, and says how it ended. A failure of the
    /// store is an ending: whoever expects one waits a little before the next step.
    ///
    /// # Errors
    /// What the store should never have shown or said.
    pub async fn step(&mut self, tell: &mut (dyn FnMut(Event) + Send)) -> Outcome<Ending> {
        let Some(generation) = self.generation().await? else { return Ok(Ending::Refused) };
        let plan = Plan::choose(&mut self.random, generation);
        let id = Id { client: self.number, number: self.transactions };
        self.transactions = self.transactions.wrapping_add(1);
        tell(Event::Began { id, at: (self.clock)(), appends: plan.appends() });
        let (ending, reads) = match plan.kind {
            Kind::Scan => ended(self.lists.read_all(generation).await?)?,
            Kind::Get => self.get(&plan).await?,
            Kind::Transact => {
                let keys = plan.deeds.iter().map(|(list, _)| self.lists.keys(*list));
                let keys = keys.collect::<Outcome<Vec<_>>>()?;
                let (ending, reads) = ended(self.transact(&plan, &keys, id).await)?;
                (ending, reads.transpose()?.unwrap_or_default())
            }
            Kind::Commit => self.commit(&plan, id).await?,
        };
        if reads.iter().any(|read| read.found.len() >= LONG) {
            self.generation = generation.checked_add(1);
        }
        tell(Event::Ended { id, at: (self.clock)(), ending, reads });
        Ok(ending)
    }

    async fn generation(&mut self) -> Outcome<Option<u32>> {
        if self.generation.is_none() {
            self.generation = self.lists.last_generation().await?.ok();
        }
        Ok(self.generation)
    }

    /// What lies at one of the keys was the list at that moment; where nothing does, it may have moved
    /// meanwhile, and nothing was learnt.
    async fn get(&self, plan: &Plan) -> Outcome<(Ending, Vec<Read>)> {
        for (list, _) in &plan.deeds {
            for (home, key) in self.lists.keys(*list)? {
                let (ending, entry) = ended(self.lists.store().get(&key).await)?;
                if ending != Ending::Applied {
                    return Ok((ending, Vec::new()));
                }
                if let Some(entry) = entry {
                    let mut found = Found::default();
                    found.add(*list, home, &entry)?;
                    return Ok((ending, vec![Read { list: *list, found: found.ids }]));
                }
            }
        }
        Ok((Ending::Applied, Vec::new()))
    }

    /// Reads each list at a moment of its own, and lets the commit say whether they still hold.
    async fn commit(&self, plan: &Plan, id: Id) -> Outcome<(Ending, Vec<Read>)> {
        let (mut batch, mut reads) = (Batch::new(), Vec::new());
        for (list, deed) in &plan.deeds {
            let found = match self.lists.read(*list).await? {
                Ok(found) => found,
                Err(_) => return Ok((Ending::Refused, Vec::new())),
            };
            self.lists.act(&mut batch, *list, &found, *deed, id)?;
            reads.push(Read { list: *list, found: found.ids });
            plan.dawdle().await;
        }
        let (ending, ()) = ended(self.lists.store().commit(batch).await.map(drop))?;
        Ok((ending, reads))
    }

    /// What was seen that never should be comes inside `Ok`, so that it held at one moment.
    async fn transact(
        &self,
        plan: &Plan,
        keys: &[Keys],
        id: Id,
    ) -> Result<Option<Outcome<Vec<Read>>>, StoreError> {
        self.lists
            .store()
            .transact(|tx| async move {
                let mut reads = Vec::new();
                for ((list, deed), keys) in plan.deeds.iter().zip(keys) {
                    let found = match read_in(&tx, *list, keys).await? {
                        Ok(found) => found,
                        Err(finding) => return Ok(Some(Err(finding))),
                    };
                    write_in(&tx, keys, &found, *deed, id)?;
                    reads.push(Read { list: *list, found: found.ids });
                    plan.dawdle().await;
                }
                Ok(Some(Ok(reads)))
            })
            .await
    }
}

async fn read_in(tx: &Tx, list: List, keys: &Keys) -> Result<Outcome<Found>, StoreError> {
    let mut found = Found::default();
    for (home, key) in keys {
        let Some(entry) = tx.get(key).await? else { continue };
        if let Err(finding) = found.add(list, *home, &entry) {
            return Ok(Err(finding));
        }
    }
    Ok(Ok(found))
}

fn write_in(tx: &Tx, keys: &Keys, found: &Found, deed: Deed, id: Id) -> Result<(), StoreError> {
    if deed == Deed::Check {
        return Ok(());
    }
    let lies = found.place().map(|(home, _)| home);
    let target = lies.map_or(Home::One, |lies| lies.after(deed));
    for (home, key) in keys {
        if *home == target {
            tx.put(key, found.with(id))?;
        } else if lies == Some(*home) {
            tx.delete(key)?;
        }
    }
    Ok(())
}

impl Plan {
    fn choose(random: &mut Random, generation: u32) -> Self {
        let (kind, writes) = match random.below(9) {
            0 => (Kind::Scan, 0),
            1 => (Kind::Get, 0),
            2 => (Kind::Transact, 0),
            3..=5 => (Kind::Transact, 1 + random.below(4)),
            _ => (Kind::Commit, 1 + random.below(4)),
        };
        // Where all crowd around two lists, what each checks is what another appends to.
        let mut slots: Vec<u32> = if random.below(3) == 0 { vec![0, 1] } else { (0..SLOTS).collect() };
        let mut deeds = Vec::new();
        for place in 0..(writes + random.below(3)).max(1).min(slots.len() as u64) {
            let chosen = usize::try_from(random.below(slots.len() as u64)).unwrap_or(0);
            let list = List { generation, slot: slots.swap_remove(chosen) };
            let deed = match (place < writes, random.below(6)) {
                (false, _) => Deed::Check,
                (true, 0) => Deed::Move,
                (true, _) => Deed::Append,
            };
            deeds.push((list, deed));
        }
        Self { deeds, kind, dawdles: random.below(2) * random.below(10) }
    }

    async fn dawdle(&self) {
        for _ in 0..self.dawdles {
            // For other threads, and for other tasks.
            thread::yield_now();
            yield_once().await;
        }
    }

    fn appends(&self) -> Vec<List> {
        self.deeds.iter().filter(|(_, deed)| *deed != Deed::Check).map(|(list, _)| *list).collect()
    }
}

/// What an answer says about the outcome; an error if a load like this can never get it.
fn ended<T: Default>(answer: Result<T, StoreError>) -> Outcome<(Ending, T)> {
    let ending = match answer {
        Ok(done) => return Ok((Ending::Applied, done)),
        Err(StoreError::Conflict(_) | StoreError::Contended { .. }) => Ending::Conflict,
        Err(StoreError::OutcomeUnknown(_)) => Ending::Unknown,
        Err(StoreError::Backend(_)) => Ending::Refused,
        Err(error) => return Err(error.into()),
    };
    Ok((ending, T::default()))
}

impl fmt::Debug for Client<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("number", &self.number).finish_non_exhaustive()
    }
}
