//! How long entries are kept.

mod hold;
mod minimum_index;
mod shorten;

pub(crate) use hold::MAX_HOLDS;
pub use minimum_index::{MINIMUM_INDEX_FILE, MinimumIndex};
pub use shorten::{Keep, Kept};

use crate::{
    AuditError, AuditLog,
    record::{RETENTION, Retention},
};
use leeward_store::Version;

impl AuditLog {
    /// What the log keeps, and the version of the row that says so.
    pub(crate) async fn retention(&self) -> Result<(Retention, Option<Version>), AuditError> {
        let Some(row) = self.store.get(&RETENTION.key(&[])?).await? else { return Ok(Default::default()) };
        let retention = Retention::decode(row.value.as_bytes());
        let retention = retention.ok_or(AuditError::Corrupt { what: "no word of what it keeps" })?;
        Ok((retention, Some(row.version)))
    }
}
