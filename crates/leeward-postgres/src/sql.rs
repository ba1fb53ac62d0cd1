use crate::{PostgresError, locks};
use leeward_store::limits;

/// The newest schema this code knows.
pub(crate) const SCHEMA: i32 = 1;

/// Who made the schema, as it says itself.
pub(crate) const MAKER: &str = "leeward-postgres";

/// Every statement, for one schema.
#[derive(Debug)]
pub(crate) struct Sql {
    /// The schema's name as it is.
    pub(crate) name: String,
    /// The schema's name, quoted.
    pub(crate) schema: String,
    /// The first number of its advisory locks.
    pub(crate) class: i32,
    pub(crate) get: String,
    pub(crate) get_many: String,
    pub(crate) scan_up: String,
    pub(crate) scan_down: String,
    pub(crate) check: String,
    pub(crate) commit: String,
    pub(crate) commit_one: String,
    /// In a session of somebody else.
    pub(crate) commit_in: String,
    pub(crate) expired: String,
    pub(crate) purge: String,
    pub(crate) open_slot: String,
    pub(crate) settle: String,
    pub(crate) collect_slots: String,
}

impl Sql {
    pub(crate) fn new(name: &str) -> Result<Self, PostgresError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if name.is_empty() || name.len() > 63 || name.starts_with("pg_") || !name.bytes().all(plain) {
            return Err(PostgresError::BadSchemaName);
        }
        let s = format!("\"{name}\"");
        Ok(Self {
            get: format!("SELECT version, expires_s, expires_ns, value FROM {s}.entry WHERE key = $1"),
            get_many: format!(
                "SELECT version, expires_s, expires_ns, value, key FROM {s}.entry WHERE key = ANY ($1)"
            ),
            scan_up: scan(&s, "ASC"),
            scan_down: scan(&s, "DESC"),
            check: check(&s),
            commit: commit(&s, "commit_v1", 15),
            commit_one: commit(&s, "commit_one_v1", 8),
            commit_in: commit(&s, "commit_in_v1", 15),
            expired: format!(
                "SELECT key FROM {s}.entry WHERE expires_s IS NOT NULL AND (expires_s, expires_ns) <= ($1, $2) \
                 ORDER BY expires_s, expires_ns LIMIT $3"
            ),
            purge: format!("SELECT standing, removed FROM {s}.purge_v1 ($1, $2, $3, $4, $5, $6)"),
            open_slot: format!("INSERT INTO {s}.slot DEFAULT VALUES RETURNING id"),
            settle: format!("UPDATE {s}.slot SET fenced = true WHERE id = $1 RETURNING turn, base, refused"),
            collect_slots: format!(
                "DELETE FROM {s}.slot WHERE id IN (SELECT id FROM {s}.slot \
                 WHERE used_at < now() - interval '7 days' LIMIT 1000 FOR UPDATE SKIP LOCKED)"
            ),
            class: locks::class_of(name),
            name: name.to_owned(),
            schema: s,
        })
    }

    /// What makes the tables and functions in a schema that is there and empty.
    pub(crate) fn create(&self) -> String {
        let commit = include_str!("commit.sql");
        let ours = commit.replace("@name@", "commit_v1").replace("@settings@", "");
        let theirs = commit.replace("@name@", "commit_in_v1").replace("@settings@", SETTINGS);
        [include_str!("schema.sql"), &ours, &theirs, include_str!("commit_one.sql")]
            .concat()
            .replace("@schema@", &self.schema)
            .replace("@class@", &self.class.to_string())
            .replace("@version@", &SCHEMA.to_string())
    }
}

/// What the function that commits needs of a session that is not ours.
const SETTINGS: &str = "SET search_path = pg_catalog, pg_temp \
                        SET plan_cache_mode = force_generic_plan SET enable_seqscan = off";

fn commit(schema: &str, function: &str, params: usize) -> String {
    let params: Vec<String> = (1..=params).map(|number| format!("${number}")).collect();
    format!("SELECT standing, first_version, unmet FROM {schema}.{function} ({})", params.join(", "))
}

/// A page: it reads no value further than the first that passes the bytes of a page, and none of the entry
/// that only says that there are more. `octet_length` does not fetch what it measures.
fn scan(schema: &str, direction: &str) -> String {
    let bytes = limits::MAX_PAGE_BYTES;
    format!(
        "SELECT version, expires_s, expires_ns, CASE WHEN place <= $3 THEN value ELSE '' END, key FROM \
         (SELECT *, row_number() OVER w AS place, sum(octet_length(value)) OVER w - octet_length(value) AS before \
         FROM (SELECT * FROM {schema}.entry WHERE key >= $1 AND key < $2 ORDER BY key {direction} LIMIT $3 + 1) e \
         WINDOW w AS (ORDER BY key {direction} ROWS UNBOUNDED PRECEDING)) page \
         WHERE before <= {bytes} ORDER BY key {direction}"
    )
}

/// Which of the keys do not have the version expected, 0 for none; and a version that is not below any
/// that was given out.
fn check(schema: &str) -> String {
    format!(
        "SELECT (SELECT CASE WHEN is_called THEN last_value + 63 ELSE last_value - 1 END FROM {schema}.version), \
         ARRAY (SELECT c.place FROM unnest($1::bytea[], $2::bigint[]) WITH ORDINALITY AS c (key, version, place) \
         LEFT JOIN {schema}.entry e ON e.key = c.key WHERE coalesce(e.version, 0) <> c.version ORDER BY c.place)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_the_server_would_not_keep_or_that_end_a_quote_are_refused() {
        assert_eq!(Sql::new("App-1_x").unwrap().schema, "\"App-1_x\"");
        for name in ["", "pg_leeward", "a\0b", "a\"b", "a'b", "$leeward$", "é", &"x".repeat(64)] {
            assert!(matches!(Sql::new(name), Err(PostgresError::BadSchemaName)), "{name}");
        }
    }
}
