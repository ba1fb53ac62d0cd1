use crate::{
    AuditError,
    record::{SET_ASIDE, set_aside_key},
};
use leeward_event::{Event, outbox::OUTBOX};
use leeward_store::{Item, Key, Page, Scan, Store, StoreError, Value, Version, limits};

/// The most waiting events that are held in memory at once.
const MAX_BACKLOG: usize = 65_536;

/// The largest row that is moved when it is set aside, in bytes. No event is nearly as large.
const MAX_MOVED: usize = 4_096;

/// What waits in the outbox, in the order in which it was committed.
pub(crate) struct Backlog {
    pub(crate) waiting: Vec<Waiting>,
    /// Whether others may wait behind these.
    pub(crate) more: bool,
}

/// One row of the outbox.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) key: Key,
    /// When it was committed; unknown of a row that does not open.
    pub(crate) version: Option<Version>,
    pub(crate) content: Content,
}

/// What lies in a row of the outbox.
#[derive(Debug)]
pub(crate) enum Content {
    Event(Event),
    /// Bytes that are no event, or one of a later form.
    Unknown(Value),
    /// The store cannot open it, or it is too large to be moved.
    Closed,
}

impl Backlog {
    /// Reads the outbox.
    ///
    /// The pages of a long walk show different moments. So that no event is taken before one that was
    /// committed earlier, only those no later than what the first page shows are taken: all of them
    /// were there at that moment, and so the walk meets every one.
    pub(crate) async fn read(store: &Store) -> Result<Self, AuditError> {
        let mut walk = Walk::new(store)?;
        let mut latest = None;
        let mut more = false;
        let mut waiting: Vec<Waiting> = Vec::new();
        while let Some(page) = walk.page().await? {
            for item in page {
                if latest.is_some_and(|latest| item.entry.version > latest) {
                    more = true;
                } else {
                    waiting.push(Waiting::from_item(item));
                }
            }
            latest = latest.or_else(|| waiting.iter().filter_map(|waiting| waiting.version).max());
            if waiting.len() >= MAX_BACKLOG {
                more |= walk.next.is_some();
                break;
            }
        }
        waiting.extend(walk.closed_for_the_first_time().await?);
        // Events of one commit follow their keys, which follow their places in the batch.
        waiting.sort_by(|a, b| (a.version, &a.key).cmp(&(b.version, &b.key)));
        Ok(Self { waiting, more })
    }
}

/// A walk over the outbox that goes around what does not open.
pub(crate) struct Walk<'a> {
    store: &'a Store,
    next: Option<Scan>,
    /// How many rows are asked for: fewer near one that does not open.
    limit: usize,
    closed: Vec<Key>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(store: &'a Store) -> Result<Self, AuditError> {
        let next = Some(Scan::all(OUTBOX.prefix(&[])?));
        Ok(Self { store, next, limit: limits::MAX_PAGE, closed: Vec::new() })
    }

    /// The next rows that open; `None` at the end.
    pub(crate) async fn page(&mut self) -> Result<Option<Vec<Item>>, AuditError> {
        while let Some(scan) = self.next.clone() {
            match self.store.scan(&scan.clone().limit(self.limit)).await {
                Ok(Page { items, next }) => {
                    self.next = next;
                    self.limit = self.limit.saturating_mul(2).min(limits::MAX_PAGE);
                    let (large, items): (Vec<_>, Vec<_>) =
                        items.into_iter().partition(|item| item.entry.value.len() > MAX_MOVED);
                    self.closed.extend(large.into_iter().map(|item| item.key));
                    return Ok(Some(items));
                }
                Err(StoreError::CannotOpen { key, .. }) if self.limit == 1 => {
                    self.next = Some(scan.after(key.clone()));
                    self.closed.push(key);
                }
                // One of these rows: what stands before it is read with a smaller page.
                Err(StoreError::CannotOpen { .. }) => self.limit /= 2,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }

    /// The rows that it went around and for which nothing stands in the log yet.
    async fn closed_for_the_first_time(self) -> Result<Vec<Waiting>, AuditError> {
        let mut found = Vec::new();
        for key in self.closed {
            match self.store.get(&set_aside_key(&key)?).await {
                Ok(None) => found.push(Waiting { key, version: None, content: Content::Closed }),
                // That it was set aside is told by the row, whether it opens or not.
                Ok(Some(_)) | Err(StoreError::CannotOpen { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(found)
    }
}

impl Waiting {
    fn from_item(Item { key, entry }: Item) -> Self {
        let content = match Event::decode(entry.value.as_bytes()) {
            Ok(event) => Content::Event(event),
            Err(_) => Content::Unknown(entry.value),
        };
        Self { key, version: Some(entry.version), content }
    }
}

/// Every row that was set aside, a page at a time.
pub(crate) fn set_aside() -> Result<Scan, StoreError> {
    Ok(Scan::all(SET_ASIDE.prefix(&[])?))
}
