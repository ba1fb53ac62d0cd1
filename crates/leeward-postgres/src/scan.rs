use crate::{engine::Engine, param::Bytes, rows};
use leeward_store::{Page, Scan, StoreError};
use tokio_postgres::types::Type;

/// One page, by one statement, which sees one moment.
pub(crate) async fn page(engine: &Engine, scan: &Scan) -> Result<Page, StoreError> {
    let (low, high) = scan.range();
    if low >= high {
        return Ok(Page::default());
    }
    let sql = if scan.is_backward() { &engine.sql.scan_down } else { &engine.sql.scan_up };
    let most = i64::try_from(scan.page_size()).unwrap_or(i64::MAX);
    let (low, high) = (Bytes(&low), Bytes(&high));
    let found = engine.read(sql, &[(&low, Type::BYTEA), (&high, Type::BYTEA), (&most, Type::INT8)]).await?;
    scan.page(found.iter().map(|row| Ok((rows::column(row, 4)?, rows::entry(row, 0)?))))
}
