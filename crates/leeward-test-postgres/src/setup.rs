use crate::{Server, home::Home, programs::Programs, shared, telling};
use std::path::{Path, PathBuf};

/// How a server is to be.
#[derive(Debug, Default, Clone)]
pub struct Setup {
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) files: Vec<(String, Vec<u8>)>,
    pub(crate) place: Option<PathBuf>,
}

impl Setup {
    /// Durable, for 400 connections, reached on 127.0.0.1 with a password.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a setting of `postgresql.conf`; it comes after this crate's own.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Puts a file into the data directory, where settings can name it. One that is there, such as
    /// `pg_hba.conf`, is replaced.
    #[must_use]
    pub fn file(mut self, name: &str, contents: impl Into<Vec<u8>>) -> Self {
        self.files.push((name.to_owned(), contents.into()));
        self
    }

    /// Makes the data directory in this folder, say of a small disk. It needs 60 MB.
    #[must_use]
    pub fn data_in(mut self, folder: impl AsRef<Path>) -> Self {
        self.place = Some(folder.as_ref().to_owned());
        self
    }

    /// Starts it; `None` if PostgreSQL is not installed or `DATABASE_URL` names a server, which was then said.
    ///
    /// # Panics
    /// If it does not start, with the end of its log.
    #[must_use]
    pub fn start(self) -> Option<Server> {
        if shared::given().is_some() {
            telling::not_ours_to_stop();
            return None;
        }
        let programs = Programs::find();
        if programs.is_none() {
            telling::no_server();
        }
        programs.map(|programs| self.start_with(programs))
    }

    pub(crate) fn start_with(&self, programs: Programs) -> Server {
        let home =
            Home::make(programs, self).unwrap_or_else(|error| panic!("PostgreSQL was not set up: {error}"));
        Server::run(home).unwrap_or_else(|error| panic!("PostgreSQL did not start: {error}"))
    }
}
