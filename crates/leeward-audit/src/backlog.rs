use crate::AuditError;
use leeward_event::{Event, outbox::OUTBOX};
use leeward_store::{Item, Key, Scan, Store, Version, limits};

/// The most waiting events that are held in memory at once.
const MAX_BACKLOG: usize = 65_536;

/// Events that wait in the outbox, in the order in which they were committed.
pub(crate) struct Backlog {
    pub(crate) events: Vec<Waiting>,
    /// Whether others may wait behind these.
    pub(crate) more: bool,
}

/// One event in the outbox.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) key: Key,
    pub(crate) version: Version,
    pub(crate) event: Event,
}

impl Backlog {
    /// Reads the outbox.
    ///
    /// The pages of a long walk show different moments. So that no event is taken before one that was
    /// committed earlier, only those no later than what the first page shows are taken: all of them
    /// were there at that moment, and so the walk meets every one.
    pub(crate) async fn read(store: &Store) -> Result<Self, AuditError> {
        let mut page = store.scan(&Scan::all(OUTBOX.prefix(&[])?).limit(limits::MAX_PAGE)).await?;
        let mut latest = None;
        let mut more = false;
        let mut events = Vec::new();
        loop {
            for item in page.items {
                let waiting = Waiting::from_item(item)?;
                if latest.is_some_and(|latest| waiting.version > latest) {
                    more = true;
                } else {
                    events.push(waiting);
                }
            }
            latest = latest.or_else(|| events.iter().map(|waiting| waiting.version).max());
            match page.next {
                Some(next) if events.len() < MAX_BACKLOG => page = store.scan(&next).await?,
                next => {
                    more |= next.is_some();
                    break;
                }
            }
        }
        // Events of one commit follow their keys, which follow their places in the batch.
        events.sort_by(|a, b| (a.version, &a.key).cmp(&(b.version, &b.key)));
        Ok(Self { events, more })
    }
}

impl Waiting {
    fn from_item(item: Item) -> Result<Self, AuditError> {
        let event = Event::decode(item.entry.value.as_bytes())?;
        Ok(Self { key: item.key, version: item.entry.version, event })
    }
}
