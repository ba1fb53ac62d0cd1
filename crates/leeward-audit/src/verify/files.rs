use super::{
    VerifyError,
    source::{Listed, Source, SourceError},
};

/// A source whose errors say which file they speak of.
#[derive(Clone, Copy)]
pub(super) struct Files<'a>(pub(super) &'a dyn Source);

impl Files<'_> {
    /// The bytes of a file of at most `limit`.
    pub(super) fn read(&self, file: &str, limit: usize) -> Result<Vec<u8>, VerifyError> {
        let bytes = self.0.read(file, limit).map_err(|error| named(file, error))?;
        // Nothing that a source says is believed, its length included.
        if bytes.len() > limit { Err(VerifyError::Length { file: file.to_owned() }) } else { Ok(bytes) }
    }

    /// As [`read`](Self::read); `None` when there is no such file.
    pub(super) fn find(&self, file: &str, limit: usize) -> Result<Option<Vec<u8>>, VerifyError> {
        match self.read(file, limit) {
            Err(VerifyError::Missing { .. }) => Ok(None),
            found => found.map(Some),
        }
    }

    /// What lies in a directory, if the source can tell.
    pub(super) fn list(&self, dir: &str, limit: usize) -> Result<Option<Vec<Listed>>, VerifyError> {
        let mut listed = self.0.list(dir, limit).map_err(|error| named(dir, error))?;
        if let Some(listed) = &mut listed {
            listed.sort();
        }
        Ok(listed)
    }
}

fn named(file: &str, error: SourceError) -> VerifyError {
    let file = file.to_owned();
    match error {
        SourceError::Missing => VerifyError::Missing { file },
        SourceError::Foreign => VerifyError::Foreign { file },
        SourceError::TooLong => VerifyError::Length { file },
        SourceError::Io(source) => VerifyError::Io { file, source },
    }
}
