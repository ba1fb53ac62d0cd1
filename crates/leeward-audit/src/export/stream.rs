use super::{Details, Exporter, Format};
use crate::{AuditError, AuditLog, Checkpoint, Reader};
use leeward_store::Timestamp;
use std::ops::Range;

/// The lines of a log, read from the store one by one.
#[derive(Debug)]
pub struct Lines<'a> {
    log: &'a AuditLog,
    exporter: Exporter,
    indices: Range<u64>,
}

impl AuditLog {
    /// An exporter for the log as it was signed last.
    ///
    /// # Errors
    /// [`AuditError::OutOfRange`] when nothing is signed: [`publish`](Self::publish) first;
    /// [`AuditError::Contradiction`]; [`AuditError::Store`]; [`AuditError::Corrupt`].
    pub async fn exporter(&self, format: Format) -> Result<Exporter, AuditError> {
        let (signed, _) = self.last_signed().await?;
        let signed = signed.ok_or(AuditError::OutOfRange { index: 0, size: 0 })?;
        Ok(Exporter::new(format, signed.checkpoint).with_pseudonyms(self.pseudonyms.clone()))
    }

    /// Exports every entry that the exporter's checkpoint covers, with its event, and records that
    /// `reader` does: once, before the first line.
    ///
    /// # Errors
    /// [`AuditError::Store`] and [`AuditError::Random`] when it could not be recorded.
    pub async fn export(
        &self,
        exporter: Exporter,
        reader: &Reader,
        now: Timestamp,
    ) -> Result<Lines<'_>, AuditError> {
        let size = exporter.checkpoint.size();
        self.recorded(reader, None, Ok(Lines { log: self, exporter, indices: 0..size }), now).await
    }
}

impl Lines<'_> {
    /// Exports these entries only.
    #[must_use]
    pub fn within(mut self, indices: Range<u64>) -> Self {
        self.indices = indices.start..indices.end.min(self.exporter.checkpoint.size());
        self
    }

    /// The checkpoint that every line carries.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        self.exporter.checkpoint()
    }

    /// The next line, with whatever ends it; `None` after the last.
    ///
    /// # Errors
    /// Those of [`AuditLog::read`]. The next call goes on behind the entry.
    pub async fn next(&mut self) -> Result<Option<String>, AuditError> {
        let Some(index) = self.indices.next() else { return Ok(None) };
        let logged = self.log.logged(index).await?;
        self.exporter.line(index, &logged.entry, Details::of(&logged)).map(Some)
    }
}
