use crate::{admin::Admin, pieces::Pieces, random};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// An empty database, dropped with this value.
#[derive(Debug)]
pub struct Database {
    admin: Admin,
    name: String,
    url: Pieces,
}

impl Database {
    pub(crate) fn create(admin: &Admin, url: &Pieces, owner: Option<&str>) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{:016x}_{}", random::number(), COUNT.fetch_add(1, Relaxed));
        let owner = owner.map(|owner| format!(" OWNER {owner}")).unwrap_or_default();
        admin.run(&format!("CREATE DATABASE {name}{owner}")).unwrap();
        Self { admin: admin.clone(), url: url.with_database(&name), name }
    }

    /// How to connect to it: `postgres://user:password@host:port/name`.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.url()
    }

    /// Its name on the server.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs statements in it by `psql`, as its owner, and gives what they answer: rows on lines, columns
    /// between `|`.
    #[expect(clippy::must_use_candidate, reason = "most statements are run for what they do")]
    pub fn sql(&self, statements: &str) -> String {
        let owner = Admin { connection: self.url(), ..self.admin.clone() };
        owner.run(statements).unwrap()
    }

    pub(crate) const fn pieces(&self) -> &Pieces {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A server that was killed meanwhile takes the database with it.
        let _ = self.admin.run(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}
