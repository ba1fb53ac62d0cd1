use leeward_store::StoreError;
use std::{
    error::Error,
    io::{self, ErrorKind},
    sync::Arc,
};

type Cause = Arc<dyn Error + Send + Sync>;

/// Why the database could not be opened, or did not do what was asked.
///
/// What comes out of a [`Store`](leeward_store::Store) is a [`StoreError`], with this as its source.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresError {
    /// The connection URL does not parse.
    #[error("the connection URL cannot be used: {what}")]
    BadUrl {
        /// What is wrong with it, without a word of it.
        what: &'static str,
    },
    /// A schema name that is too long, is PostgreSQL's own, or has letters that need care.
    #[error("the schema name cannot be used: take 1 to 63 of `A-Z a-z 0-9 _ -`, and no `pg_` in front")]
    BadSchemaName,
    /// There is no tokio runtime, or it lacks I/O or timers.
    #[error(
        "there is no tokio runtime with I/O and time: open the store inside one, or set \
         `Options::own_thread`"
    )]
    NoRuntime,
    /// The tokio runtime in which the store was opened is gone.
    #[error("the runtime that the store was opened in has ended: open it again")]
    Closed,
    /// Nobody answers, or the server is starting or stopping.
    #[error("the server cannot be reached: check that it runs, and the host and port of the URL")]
    Unreachable(#[source] Option<Cause>),
    /// The server has no connection left for us.
    #[error("the server has no connection to spare: raise its `max_connections`, or lower `Options::pool`")]
    TooManyConnections(#[source] Cause),
    /// The user name, the password, or the server's rules for who may connect.
    #[error("the server refused the login: check the user, the password and the server's `pg_hba.conf`")]
    AccessDenied(#[source] Cause),
    /// There is no database of that name.
    #[error("the server has no such database: create it, or correct the name in the URL")]
    NoDatabase(#[source] Cause),
    /// The server offers no TLS, and this connection requires it.
    #[error(
        "the server offers no TLS and the connection requires it: switch TLS on there, or say \
         `sslmode=disable` on a network that nobody else can reach"
    )]
    NoTls(#[source] Cause),
    /// TLS was offered, but the certificate is not one that we trust.
    #[error(
        "the server's certificate is not trusted for this host: check the name in the URL, and the root \
         certificates"
    )]
    Untrusted(#[source] Cause),
    /// The file with the root certificates cannot be read, or the platform has none.
    #[error("there are no root certificates to check the server by: name a PEM file of them")]
    NoRoots(#[source] Option<Cause>),
    /// The server is older than what this crate is made for.
    #[error("the server is PostgreSQL {found}, and {needed} is the oldest that will do: upgrade it")]
    TooOld {
        /// Its major version.
        found: u32,
        /// The oldest that will do.
        needed: u32,
    },
    /// A standby, or a server or role set to read only.
    #[error("the server only reads: connect to the primary, with `default_transaction_read_only` off")]
    ReadOnly,
    /// The schema holds what leeward did not make. It was left as it was.
    #[error("the schema is in use by another program: choose another with `Options::schema`")]
    Foreign,
    /// A later version of this crate made it. It was left as it was.
    #[error("the database has schema {found} and this program knows only {known}: use a newer program")]
    NewerSchema {
        /// What the database says.
        found: i32,
        /// The newest schema this code knows.
        known: i32,
    },
    /// The role lacks a right.
    #[error("the role lacks a right: let a role that may create schemas open the database once, and grant")]
    NotPermitted(#[source] Cause),
    /// A table or a function of leeward's is gone.
    #[error("leeward's tables or functions are gone from the schema: restore a backup, or open it anew")]
    Missing(#[source] Cause),
    /// The server forgot a prepared statement, which a pooler in transaction mode makes it do.
    #[error("the server forgets prepared statements: set `Options::behind_pooler`")]
    BehindPooler(#[source] Cause),
    /// The server's disk is full. Nothing of the batch was written.
    #[error("there is no room left on the server: free some space, and what is there is intact")]
    Full(#[source] Cause),
    /// The statement timeout passed, or another transaction held a key longer than that.
    #[error("the server did not finish in time: look for a transaction that is left open")]
    TimedOut(#[source] Option<Cause>),
    /// The server found its files damaged.
    #[error("the server reports damaged data: restore a backup")]
    Damaged(#[source] Cause),
    /// A transaction handed to [`commit_in`](crate::commit_in) is not fit for it. Nothing was changed.
    #[error("the transaction cannot take part: {what}")]
    UnfitTransaction {
        /// What is wrong, and what to do.
        what: &'static str,
    },
    /// The connection broke during a commit, and the server could not be asked what became of it.
    #[error("the server could not be asked within {seconds} seconds what became of the commit")]
    Unsettled {
        /// How long it was tried.
        seconds: u64,
        /// Why the last try failed.
        source: Box<Self>,
    },
    /// The server failed in some other way.
    #[error("the database server failed")]
    Engine(#[source] Cause),
}

impl From<tokio_postgres::Error> for PostgresError {
    fn from(error: tokio_postgres::Error) -> Self {
        let code = error.code().map(|code| code.code().to_owned());
        match code {
            Some(code) => Self::of_server(&code, Arc::new(error)),
            None => Self::of_client(error),
        }
    }
}

impl PostgresError {
    /// By the SQLSTATE of PostgreSQL's appendix A.
    fn of_server(code: &str, cause: Cause) -> Self {
        match code {
            "28P01" | "28000" => Self::AccessDenied(cause),
            "3D000" => Self::NoDatabase(cause),
            "42501" => Self::NotPermitted(cause),
            "25006" => Self::ReadOnly,
            "53100" => Self::Full(cause),
            "53300" => Self::TooManyConnections(cause),
            "57014" | "55P03" => Self::TimedOut(Some(cause)),
            "26000" | "42P05" => Self::BehindPooler(cause),
            "3F000" | "42P01" | "42883" => Self::Missing(cause),
            "XX001" | "XX002" => Self::Damaged(cause),
            code if code.starts_with("57P") || code.starts_with("08") => Self::Unreachable(Some(cause)),
            _ => Self::Engine(cause),
        }
    }

    /// The library names the kinds of its own failures only in words.
    fn of_client(error: tokio_postgres::Error) -> Self {
        let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
        // A handshake that a cut connection broke off says nothing of the certificate.
        let of_tls = io.map(|io| matches!(io.kind(), ErrorKind::InvalidData | ErrorKind::InvalidInput));
        let reads_only =
            io.is_some_and(|io| io.kind() == ErrorKind::PermissionDenied && io.raw_os_error().is_none());
        match (error.to_string().as_str(), of_tls) {
            ("error performing TLS handshake", Some(true)) => Self::Untrusted(Arc::new(error)),
            ("error performing TLS handshake", None) => Self::NoTls(Arc::new(error)),
            ("invalid configuration" | "authentication error", _) => Self::AccessDenied(Arc::new(error)),
            ("error connecting to server", _) if reads_only => Self::ReadOnly,
            _ => Self::Unreachable(Some(Arc::new(error))),
        }
    }
}

impl From<PostgresError> for StoreError {
    fn from(error: PostgresError) -> Self {
        Self::backend(error)
    }
}
