use super::{Attribute, Cursor, Query, attribute::check_names};
use crate::{
    AuditError, AuditLog, Logged, Reader,
    record::{EntryRow, Places},
    tiles::TILE_WIDTH,
};
use leeward_event::{CoarseTime, Event};
use leeward_store::{Scan, Store, Timestamp};
use std::{collections::VecDeque, ops::Range};

const WIDTH: u64 = TILE_WIDTH as u64;

/// The most rows and entries that one page looks at.
const MAX_EFFORT: usize = 16_384;

/// How many rows of the index are read at once.
const ROWS_AT_ONCE: usize = 64;

/// Up to this many entries of a bundle are read one by one.
const FEW: usize = 8;

/// One page of what a query found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// The entries, in the order that was asked for.
    pub entries: Vec<Logged>,
    /// Where to go on; `None` at the end. A page looks at a bounded number of entries: there may be few
    /// on it, or none, and more to come.
    pub next: Option<Cursor>,
}

impl AuditLog {
    /// Finds entries, a page at a time, and records that `reader` looked, about the subject that was asked
    /// for, before anything is returned: one event for each call.
    ///
    /// What is found is checked: each entry has what was asked for, and its event is the one it commits
    /// to. That nothing is left out no single answer shows, since the index could hide entries:
    /// [`check_index`](Self::check_index) shows it for the whole log.
    ///
    /// # Errors
    /// [`AuditError::Cursor`] for a cursor of another query; [`AuditError::Removed`] when entries were
    /// removed meanwhile: ask again; [`AuditError::Contradiction`], [`AuditError::Corrupt`],
    /// [`AuditError::Random`]; [`AuditError::Store`], also when the read could not be recorded.
    pub async fn query(&self, query: &Query, reader: &Reader, now: Timestamp) -> Result<Found, AuditError> {
        let found = self.search(query).await;
        self.recorded(reader, query.subject, found, now).await
    }

    pub(crate) async fn search(&self, query: &Query) -> Result<Found, AuditError> {
        Search::begin(self, query).await?.run().await
    }
}

/// A query at work on one page.
struct Search<'a> {
    log: &'a AuditLog,
    query: &'a Query,
    wanted: Vec<Attribute>,
    /// What is left to look at: taken from its beginning, or backward from its end.
    left: Range<u64>,
    /// Entries below this one are in the index.
    indexed: u64,
    rows: Option<Rows>,
    effort: usize,
    found: Vec<Logged>,
}

impl<'a> Search<'a> {
    async fn begin(log: &'a AuditLog, query: &'a Query) -> Result<Self, AuditError> {
        let indexed = log.indexed().await?;
        let kept = log.retention().await?.0.minimum;
        let size = log.size().await?;
        let mut left = kept.min(size)..size;
        if let Some(until) = query.until {
            left.end = log.first_at(until, left.clone()).await?;
        }
        if let Some(from) = query.from {
            left.start = log.first_at(from, left.clone()).await?;
        }
        if let Some(cursor) = query.cursor {
            let position = cursor.position(query.fingerprint()).ok_or(AuditError::Cursor)?;
            match query.backward {
                true => left.end = left.end.min(position),
                false => left.start = left.start.max(position),
            }
        }
        let wanted = Attribute::wanted(query, &log.pseudonyms);
        Ok(Self { log, query, wanted, left, indexed, rows: None, effort: 0, found: Vec::new() })
    }

    async fn run(mut self) -> Result<Found, AuditError> {
        let indexed = self.wanted.iter().find(|wanted| wanted.is_indexed()).copied();
        while !self.left.is_empty() && !self.is_full() {
            let bundle = self.first() / WIDTH;
            match indexed.filter(|_| self.first() < self.indexed) {
                Some(rarest) => match self.next_in_index(rarest, bundle).await? {
                    Some((bundle, places)) => self.look(bundle, places).await?,
                    None => self.pass_index(),
                },
                None => self.look(bundle, Places::between(0, WIDTH)).await?,
            }
        }
        let position = if self.query.backward { self.left.end } else { self.left.start };
        let next = (!self.left.is_empty()).then(|| Cursor::new(position, self.query.fingerprint()));
        Ok(Found { entries: self.found, next })
    }

    fn is_full(&self) -> bool {
        self.found.len() >= self.query.limit || self.effort >= MAX_EFFORT
    }

    /// The next entry to look at.
    const fn first(&self) -> u64 {
        if self.query.backward { self.left.end.saturating_sub(1) } else { self.left.start }
    }

    /// Looks at these entries of a bundle, and passes the others.
    async fn look(&mut self, bundle: u64, places: Places) -> Result<(), AuditError> {
        let start = bundle.saturating_mul(WIDTH);
        let end = start.saturating_add(WIDTH).min(self.left.end);
        let from = self.left.start.saturating_sub(start);
        let places = places.and(Places::between(from, end.saturating_sub(start)));
        let mut rows = self.log.rows_at(start, places).await?;
        if self.query.backward {
            rows.reverse();
        }
        for (index, row) in rows {
            if self.is_full() {
                return Ok(());
            }
            self.look_at(index, &row).await?;
            self.pass(index..index.saturating_add(1));
        }
        self.pass(start..end);
        Ok(())
    }

    async fn look_at(&mut self, index: u64, row: &EntryRow) -> Result<(), AuditError> {
        self.effort = self.effort.saturating_add(1);
        let entry = row.log_entry()?;
        let public = Attribute::of_row(row, &entry);
        let secret = |wanted: &Attribute| matches!(wanted, Attribute::Correlation(..));
        if !self.wanted.iter().all(|wanted| secret(wanted) || public.contains(wanted)) {
            return Ok(());
        }
        let event = self.log.event_of(row, &entry, index).await?;
        if let Some((said, event)) = entry.event().zip(event.as_ref()) {
            check_names(said, event, &self.log.pseudonyms)?;
        }
        let procedure = event.as_ref().and_then(Event::belongs_with);
        if self.query.correlation.is_none_or(|wanted| procedure == Some(wanted)) {
            self.found.push(Logged { index, entry, event });
        }
        Ok(())
    }

    /// Notes that these entries need not be looked at any more.
    fn pass(&mut self, entries: Range<u64>) {
        match self.query.backward {
            true => self.left.end = self.left.end.min(entries.start).max(self.left.start),
            false => self.left.start = self.left.start.max(entries.end).min(self.left.end),
        }
    }

    /// Passes every entry that is in the index.
    fn pass_index(&mut self) {
        self.pass(0..self.indexed);
    }

    /// The next bundle that has all that is looked up, from this one on, and where.
    async fn next_in_index(
        &mut self,
        rarest: Attribute,
        bundle: u64,
    ) -> Result<Option<(u64, Places)>, AuditError> {
        if self.rows.is_none() {
            self.rows = Some(Rows::from(rarest, bundle, self.query.backward)?);
        }
        let Some(rows) = &mut self.rows else { return Ok(None) };
        self.effort = self.effort.saturating_add(1);
        // What lies behind is left of an index that went further: in order, so that nothing else follows.
        let next = rows.next(&self.log.store).await?.filter(|(next, _)| *next < self.indexed / WIDTH);
        let Some((bundle, mut places)) = next else { return Ok(None) };
        for other in self.wanted.iter().filter(|wanted| **wanted != rarest && wanted.is_indexed()) {
            self.effort = self.effort.saturating_add(1);
            let row = self.log.store.get(&other.row(bundle)?).await?;
            let row = row.map_or(Ok(Places::default()), |row| decode(row.value.as_bytes()));
            places = places.and(row?);
        }
        Ok(Some((bundle, places)))
    }
}

/// The rows of one thing that is looked up.
struct Rows {
    ready: VecDeque<(u64, Places)>,
    more: Option<Scan>,
}

impl Rows {
    /// Those of this bundle and the ones after it; backward, before it.
    fn from(rarest: Attribute, bundle: u64, backward: bool) -> Result<Self, AuditError> {
        let scan = Scan::all(rarest.rows()?).limit(ROWS_AT_ONCE);
        let scan = match bundle.checked_sub(1) {
            _ if backward => scan.backward().after(rarest.row(bundle.saturating_add(1))?),
            Some(before) => scan.after(rarest.row(before)?),
            None => scan,
        };
        Ok(Self { ready: VecDeque::new(), more: Some(scan) })
    }

    async fn next(&mut self, store: &Store) -> Result<Option<(u64, Places)>, AuditError> {
        while self.ready.is_empty() {
            let Some(scan) = self.more.take() else { return Ok(None) };
            let page = store.scan(&scan).await?;
            self.more = page.next;
            for item in page.items {
                let bundle = item.key.segments().pop().and_then(|bundle| bundle.try_into().ok());
                let bundle = bundle.ok_or(CORRUPT_INDEX)?;
                self.ready.push_back((u64::from_be_bytes(bundle), decode(item.entry.value.as_bytes())?));
            }
        }
        Ok(self.ready.pop_front())
    }
}

fn decode(row: &[u8]) -> Result<Places, AuditError> {
    Places::decode(row).ok_or(CORRUPT_INDEX)
}

const CORRUPT_INDEX: AuditError = AuditError::Corrupt { what: "an index that is none: rebuild it" };

impl AuditLog {
    /// These entries of the bundle that begins at `start`, and their numbers.
    async fn rows_at(&self, start: u64, places: Places) -> Result<Vec<(u64, EntryRow)>, AuditError> {
        let indices: Vec<u64> = places.iter().map(|place| start.saturating_add(place)).collect();
        let (Some(first), Some(last)) = (indices.first(), indices.last()) else { return Ok(Vec::new()) };
        if indices.len() > FEW {
            let rows = self.rows(*first..last.saturating_add(1)).await?;
            let rows = (*first..).zip(rows);
            return Ok(rows.filter(|(index, _)| places.contains(index.saturating_sub(start))).collect());
        }
        let mut rows = Vec::with_capacity(indices.len());
        for index in indices {
            rows.push((index, self.row(index).await?));
        }
        Ok(rows)
    }

    /// The first of these entries that was logged in this minute or later; the end, when none was.
    pub(crate) async fn first_at(&self, minute: CoarseTime, among: Range<u64>) -> Result<u64, AuditError> {
        let Range { mut start, mut end } = among;
        while start < end {
            let middle = start.midpoint(end);
            let entry = self.row(middle).await?.log_entry()?;
            if entry.at() < minute { start = middle.saturating_add(1) } else { end = middle }
        }
        Ok(start)
    }
}
