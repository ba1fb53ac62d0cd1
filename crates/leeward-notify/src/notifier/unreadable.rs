use crate::NotifyError;

/// The first record that could not be read: it is told of at the end, and holds up nobody else's messages.
#[derive(Default)]
pub(super) struct Unreadable(Option<NotifyError>);

impl Unreadable {
    /// What was made of a record, or nothing for one that cannot be read.
    pub(super) fn pass<T>(&mut self, read: Result<T, NotifyError>) -> Result<Option<T>, NotifyError> {
        match read {
            Err(error @ (NotifyError::Corrupt { .. } | NotifyError::UnknownVersion { .. })) => {
                self.0.get_or_insert(error);
                Ok(None)
            }
            other => other.map(Some),
        }
    }

    pub(super) fn tell(self) -> Result<(), NotifyError> {
        self.0.map_or(Ok(()), Err)
    }
}
