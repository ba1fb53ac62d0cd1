use super::{Id, List, Read};
use crate::{
    Batch, Entry, Expect, Item, Key, Prefix, Scan, Store, StoreError, Value, Version,
    conformance::{Finding, Outcome, probe::Probe},
    limits,
};
use std::collections::BTreeMap;

/// How many lists a generation has.
pub(super) const SLOTS: u32 = 6;

/// What a list holds, and where: it lies at one of two keys, and a move deletes it at one and makes it
/// anew at the other.
#[derive(Clone, Default)]
pub(super) struct Found {
    pub(super) ids: Vec<Id>,
    place: Option<(Home, Version)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    One,
    Other,
}

/// What a transaction does with a list that it has read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Check,
    Append,
    Move,
}

/// Where one list may lie.
pub(super) type Keys = [(Home, Key); 2];

/// The lists as they lie in a store.
pub(super) struct Lists {
    probe: Probe,
}

impl Lists {
    pub(super) fn new(store: &Store) -> Self {
        Self { probe: Probe::over(store.clone()) }
    }

    pub(super) const fn store(&self) -> &Store {
        &self.probe.store
    }

    pub(super) fn keys(&self, list: List) -> Outcome<Keys> {
        Ok([(Home::One, self.key(list, Home::One)?), (Home::Other, self.key(list, Home::Other)?)])
    }

    fn key(&self, list: List, home: Home) -> Outcome<Key> {
        let [generation, slot] = [list.generation, list.slot].map(u32::to_be_bytes);
        self.probe.key(&[NAME, &generation, &slot, home.name()])
    }

    /// The generation that was begun last.
    pub(super) async fn last_generation(&self) -> Outcome<Result<u32, StoreError>> {
        let last = Scan::all(self.probe.prefix(&[NAME])?).backward().limit(1);
        let page = match self.store().scan(&last).await {
            Ok(page) => page,
            Err(error) => return Ok(Err(error)),
        };
        let list = page.items.first().map(|item| place(&item.key)).transpose()?;
        Ok(Ok(list.map_or(0, |(list, _)| list.generation)))
    }

    /// One list, at one moment.
    pub(super) async fn read(&self, list: List) -> Outcome<Result<Found, StoreError>> {
        let [generation, slot] = [list.generation, list.slot].map(u32::to_be_bytes);
        let found = self.snapshot(self.probe.prefix(&[NAME, &generation, &slot])?).await?;
        Ok(found.map(|mut found| found.remove(&list).unwrap_or_default()))
    }

    /// All lists of a generation, at one moment.
    pub(super) async fn read_all(&self, generation: u32) -> Outcome<Result<Vec<Read>, StoreError>> {
        let prefix = self.probe.prefix(&[NAME, &generation.to_be_bytes()])?;
        let found = self.snapshot(prefix).await?;
        let lists = (0..SLOTS).map(|slot| List { generation, slot });
        Ok(found.map(|mut found| {
            let read = |list| Read { list, found: found.remove(&list).unwrap_or_default().ids };
            lists.map(read).collect()
        }))
    }

    async fn snapshot(&self, prefix: Prefix) -> Outcome<Result<BTreeMap<List, Found>, StoreError>> {
        let page = match self.store().scan(&Scan::all(prefix)).await {
            Ok(page) => page,
            Err(error) => return Ok(Err(error)),
        };
        ensure!(page.next.is_none(), "{} small entries did not fit on a page", page.items.len());
        Ok(Ok(gather(page.items)?))
    }

    /// Adds to the batch what is done with a list in which `found` was read.
    pub(super) fn act(&self, batch: &mut Batch, list: List, found: &Found, deed: Deed, id: Id) -> Outcome {
        let target = found.place.map_or(Home::One, |(home, _)| home.after(deed));
        for (home, key) in self.keys(list)? {
            let expect = match found.place {
                Some((there, version)) if there == home => Expect::Exactly(version),
                _ => Expect::Absent,
            };
            match (deed, expect) {
                (Deed::Append | Deed::Move, _) if home == target => batch.put(key, expect, found.with(id)),
                (Deed::Move, Expect::Exactly(_)) => batch.delete(key, expect),
                _ => batch.check(key, expect),
            };
        }
        Ok(())
    }
}

/// Every list there is. Nobody writes meanwhile.
///
/// # Errors
/// A list that lies at two places at once, or holds something else; a read that failed.
pub async fn lists_of(store: &Store) -> Outcome<Vec<Read>> {
    let lists = Lists::new(store);
    let mut items = Vec::new();
    let mut next = Some(Scan::all(lists.probe.prefix(&[NAME])?).limit(limits::MAX_PAGE));
    while let Some(scan) = next {
        let page = store.scan(&scan).await?;
        items.extend(page.items);
        next = page.next;
    }
    Ok(gather(items)?.into_iter().map(|(list, found)| Read { list, found: found.ids }).collect())
}

impl Found {
    /// Adds what lies at one of the homes.
    pub(super) fn add(&mut self, list: List, home: Home, entry: &Entry) -> Outcome {
        self.ids = decode(&entry.value)?;
        let alone = self.place.replace((home, entry.version)).is_none();
        ensure!(alone, "list {list} lies at two places at one moment: a move was torn");
        Ok(())
    }

    /// The bytes of the list with one more at its end.
    pub(super) fn with(&self, id: Id) -> Vec<u8> {
        let bytes = |id: &Id| [id.client.to_be_bytes(), id.number.to_be_bytes()].concat();
        self.ids.iter().chain([&id]).flat_map(bytes).collect()
    }

    pub(super) const fn place(&self) -> Option<(Home, Version)> {
        self.place
    }
}

impl Home {
    const fn name(self) -> &'static [u8] {
        match self {
            Self::One => b"one",
            Self::Other => b"other",
        }
    }

    /// Where a list lies that lay here.
    pub(super) const fn after(self, deed: Deed) -> Self {
        match (self, deed) {
            (Self::One, Deed::Move) | (Self::Other, Deed::Check | Deed::Append) => Self::Other,
            _ => Self::One,
        }
    }
}

const NAME: &[u8] = b"appends";

fn gather(items: Vec<Item>) -> Outcome<BTreeMap<List, Found>> {
    let mut lists: BTreeMap<List, Found> = BTreeMap::new();
    for Item { key, entry } in items {
        let (list, home) = place(&key)?;
        lists.entry(list).or_default().add(list, home, &entry)?;
    }
    Ok(lists)
}

fn place(key: &Key) -> Outcome<(List, Home)> {
    let foreign = || Finding::Violation(format!("{key:?} was never written"));
    let segments = key.segments();
    let [_, _, generation, slot, home] = segments.as_slice() else { return Err(foreign()) };
    let number = |bytes: &[u8]| bytes.try_into().map(u32::from_be_bytes).map_err(|_| foreign());
    let home = [Home::One, Home::Other].into_iter().find(|known| known.name() == home).ok_or_else(foreign)?;
    Ok((List { generation: number(generation)?, slot: number(slot)? }, home))
}

fn decode(value: &Value) -> Outcome<Vec<Id>> {
    let (chunks, rest) = value.as_bytes().as_chunks::<8>();
    ensure!(rest.is_empty(), "a list of {} bytes was never written", value.len());
    let id = |chunk: &[u8; 8]| {
        let both = u64::from_be_bytes(*chunk);
        let [client, number] = [both >> 32, both & u64::from(u32::MAX)].map(u32::try_from);
        client.ok().zip(number.ok()).map(|(client, number)| Id { client, number })
    };
    Ok(chunks.iter().filter_map(id).collect())
}
