use crate::NotifyError;
use leeward_store::{Page, Scan, Store, StoreError};

/// The first record that could not be read: it is told of at the end, and holds up nobody else's messages.
#[derive(Default)]
pub(super) struct Unreadable(Option<NotifyError>);

impl Unreadable {
    /// What was made of a record, or nothing for one that cannot be read.
    pub(super) fn pass<T>(&mut self, read: Result<T, NotifyError>) -> Result<Option<T>, NotifyError> {
        match read {
            Err(
                error @ (NotifyError::Corrupt { .. }
                | NotifyError::UnknownVersion { .. }
                | NotifyError::Store(StoreError::CannotOpen { .. })),
            ) => {
                self.0.get_or_insert(error);
                Ok(None)
            }
            other => other.map(Some),
        }
    }

    /// A page without what cannot be unsealed, which is looked for one by one.
    pub(super) async fn page(&mut self, store: &Store, scan: Scan) -> Result<Page, NotifyError> {
        match store.scan(&scan).await {
            Err(StoreError::CannotOpen { .. }) if scan.page_size() > 1 => {
                Ok(Page { items: Vec::new(), next: Some(scan.limit(1)) })
            }
            Err(error @ StoreError::CannotOpen { .. }) => {
                let StoreError::CannotOpen { key, .. } = &error else { return Err(error.into()) };
                let next = Some(scan.after(key.clone()));
                self.0.get_or_insert_with(|| error.into());
                Ok(Page { items: Vec::new(), next })
            }
            read => Ok(read?),
        }
    }

    pub(super) fn tell(self) -> Result<(), NotifyError> {
        self.0.map_or(Ok(()), Err)
    }
}
