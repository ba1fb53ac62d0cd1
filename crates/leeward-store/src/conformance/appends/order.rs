use super::{
    Anomaly, Cycle, Ending, History, Id, List, Read, Reason, Shape, graph::Graph, history::Transaction,
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Finds what is wrong, or says which transactions were applied and wrote something.
pub(super) fn decide(history: &History, left: &[Read]) -> Result<HashSet<Id>, Anomaly> {
    if let Some(id) = history.reused {
        return Err(Anomaly::Reused { id });
    }
    nobody_saw_itself(history)?;
    let orders = orders(history, left)?;
    let places = places(history, &orders)?;
    nothing_vanished(&orders, left)?;
    whole_or_nothing(history, &places)?;
    let applied = places.iter().map(|(id, _)| *id).collect();
    let serial = Serial::new(history, &orders, &applied);
    serial.find_cycle(false)?;
    serial.find_cycle(true)?;
    Ok(applied)
}

/// What a transaction finds was there before it.
fn nobody_saw_itself(history: &History) -> Result<(), Anomaly> {
    for (&id, transaction) in &history.transactions {
        if let Some(read) = transaction.reads.iter().find(|read| read.found.contains(&id)) {
            return Err(Anomaly::SawItself { id, list: read.list });
        }
    }
    Ok(())
}

type Orders<'a> = BTreeMap<List, &'a [Id]>;
type Places = HashSet<(Id, List)>;

/// The longest content that anybody saw of each list, of which all others are the beginning.
fn orders<'a>(history: &'a History, left: &'a [Read]) -> Result<Orders<'a>, Anomaly> {
    let mut orders = Orders::new();
    for read in reads(history, left) {
        let longest = orders.entry(read.list).or_default();
        if longest.len() < read.found.len() {
            *longest = &read.found;
        }
    }
    for read in reads(history, left) {
        let longest = orders.get(&read.list).copied().unwrap_or_default();
        if !longest.starts_with(&read.found) {
            // Something that should not be there at all says more than the order does.
            read.found.iter().chain(longest).try_for_each(|id| was_asked_for(history, *id, read.list))?;
            let other = Read { list: read.list, found: longest.to_vec() };
            return Err(Anomaly::Diverged { one: read.clone(), other });
        }
    }
    Ok(orders)
}

/// What was read, by those who could be sure of it, and what was left.
fn reads<'a>(history: &'a History, left: &'a [Read]) -> impl Iterator<Item = &'a Read> {
    let sure = history.transactions.values().filter(|transaction| transaction.ending == Ending::Applied);
    sure.flat_map(|transaction| &transaction.reads).chain(left)
}

fn was_asked_for(history: &History, id: Id, list: List) -> Result<(), Anomaly> {
    let transaction = history.transactions.get(&id);
    match transaction.filter(|transaction| transaction.appends.contains(&list)) {
        None => Err(Anomaly::Unasked { id, list }),
        Some(Transaction { ending: Ending::Conflict | Ending::Refused, .. }) => {
            Err(Anomaly::RefusedAndThere { id, list })
        }
        Some(_) => Ok(()),
    }
}

/// Where each transaction is, which is where it was to be, and once.
fn places(history: &History, orders: &Orders<'_>) -> Result<Places, Anomaly> {
    let mut places = Places::new();
    for (list, order) in orders {
        for id in *order {
            was_asked_for(history, *id, *list)?;
            if !places.insert((*id, *list)) {
                return Err(Anomaly::Twice { id: *id, list: *list });
            }
        }
    }
    Ok(places)
}

/// What anybody saw is there in the end.
fn nothing_vanished(orders: &Orders<'_>, left: &[Read]) -> Result<(), Anomaly> {
    let left: HashMap<List, usize> = left.iter().map(|read| (read.list, read.found.len())).collect();
    for (list, order) in orders {
        if let Some(id) = order.get(left.get(list).copied().unwrap_or(0)) {
            return Err(Anomaly::Lost { id: *id, list: *list });
        }
    }
    Ok(())
}

fn whole_or_nothing(history: &History, places: &Places) -> Result<(), Anomaly> {
    for (&id, transaction) in &history.transactions {
        let there = |list: &&List| places.contains(&(id, **list));
        let missing = transaction.appends.iter().find(|list| !there(list));
        match (transaction.appends.iter().find(there), missing) {
            (Some(&there), Some(&missing)) => return Err(Anomaly::Torn { id, there, missing }),
            (None, Some(&list)) if transaction.ending == Ending::Applied => {
                return Err(Anomaly::Lost { id, list });
            }
            _ => {}
        }
    }
    Ok(())
}

/// The transactions that took place, and what follows from the lists and the clock about their order.
struct Serial<'a> {
    history: &'a History,
    orders: &'a Orders<'a>,
    ids: Vec<Id>,
    numbers: HashMap<Id, usize>,
    /// The moments at which something had ended, in order.
    ends: Vec<u64>,
}

impl<'a> Serial<'a> {
    fn new(history: &'a History, orders: &'a Orders<'a>, applied: &HashSet<Id>) -> Self {
        let took_place = |id: &Id, transaction: &Transaction| {
            transaction.ending == Ending::Applied || applied.contains(id)
        };
        let took_place = history.transactions.iter().filter(|(id, transaction)| took_place(id, transaction));
        let ids: Vec<Id> = took_place.map(|(id, _)| *id).collect();
        let numbers = ids.iter().enumerate().map(|(number, id)| (*id, number)).collect();
        let ended = ids.iter().filter_map(|id| history.transactions.get(id)?.ended);
        let mut ends: Vec<u64> = ended.collect();
        ends.sort_unstable();
        ends.dedup();
        Self { history, orders, ids, numbers, ends }
    }

    fn find_cycle(&self, by_the_clock: bool) -> Result<(), Anomaly> {
        let mut graph = Graph::new(self.ids.len().saturating_add(self.ends.len()));
        self.add_writes(&mut graph);
        self.add_reads(&mut graph);
        if by_the_clock {
            self.add_moments(&mut graph);
        }
        let Some(cycle) = graph.cycle() else { return Ok(()) };
        // From one transaction over moments to the next, the first step has the reason.
        let named = |(node, reason): (usize, Reason)| Some((*self.ids.get(node)?, reason));
        let cycle = Cycle(cycle.into_iter().filter_map(named).collect());
        let shape: Shape = cycle.shape(|id| self.reads_only(id));
        Err(Anomaly::NoOrder { shape, cycle })
    }

    fn reads_only(&self, id: Id) -> bool {
        self.history.transactions.get(&id).is_none_or(|transaction| transaction.appends.is_empty())
    }

    fn add(&self, graph: &mut Graph, before: Option<&Id>, after: Option<&Id>, reason: Reason) {
        let number = |id: Option<&Id>| id.and_then(|id| self.numbers.get(id)).copied();
        if let (Some(before), Some(after)) = (number(before), number(after)) {
            graph.add(before, after, reason);
        }
    }

    fn add_writes(&self, graph: &mut Graph) {
        for order in self.orders.values() {
            for (before, after) in order.iter().zip(order.iter().skip(1)) {
                self.add(graph, Some(before), Some(after), Reason::Wrote);
            }
        }
    }

    fn add_reads(&self, graph: &mut Graph) {
        for id in &self.ids {
            let Some(transaction) = self.history.transactions.get(id) else { continue };
            let sure = transaction.ending == Ending::Applied;
            for read in transaction.reads.iter().filter(|_| sure) {
                let next = self.orders.get(&read.list).and_then(|order| order.get(read.found.len()));
                self.add(graph, read.found.last(), Some(id), Reason::WasRead);
                self.add(graph, Some(id), next, Reason::Missed);
            }
        }
    }

    /// A chain of moments, so that not every pair needs an edge.
    fn add_moments(&self, graph: &mut Graph) {
        let moment = |number: usize| self.ids.len().saturating_add(number);
        for number in 1..self.ends.len() {
            graph.add(moment(number.saturating_sub(1)), moment(number), Reason::Ended);
        }
        for (number, id) in self.ids.iter().enumerate() {
            let Some(transaction) = self.history.transactions.get(id) else { continue };
            if let Some(end) = transaction.ended.and_then(|end| self.ends.binary_search(&end).ok()) {
                graph.add(number, moment(end), Reason::Ended);
            }
            let before = self.ends.partition_point(|end| *end < transaction.began);
            if let Some(last) = before.checked_sub(1) {
                graph.add(moment(last), number, Reason::Ended);
            }
        }
    }
}
