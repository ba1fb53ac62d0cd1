use crate::PostgresError;
use deadpool_postgres::{HookError, PoolError, TimeoutType};
use tokio_postgres::error::Severity;

/// Why a statement did not come to its end, and what may be done about it.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) error: PostgresError,
    pub(crate) sort: Sort,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// The server undid the transaction, and doing it again may succeed.
    Clash,
    /// The connection is lost, or none was to be had. What was under way may have happened.
    Broken,
    /// The server said no, and would say so again. Nothing happened.
    Final,
}

/// What the engine says of a server that does not write.
pub(crate) const READS_ONLY: &str = "the server only reads";

impl Fault {
    pub(crate) const fn broken(error: PostgresError) -> Self {
        Self { error, sort: Sort::Broken }
    }

    pub(crate) const fn last(error: PostgresError) -> Self {
        Self { error, sort: Sort::Final }
    }

    /// Something passing was in the way, and nothing happened.
    pub(crate) const fn clash() -> Self {
        Self { error: PostgresError::TimedOut(None), sort: Sort::Clash }
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.sort == Sort::Broken
    }

    pub(crate) fn is_last(&self) -> bool {
        self.sort == Sort::Final
    }

    /// Nobody answered a statement.
    pub(crate) const fn silent() -> Self {
        Self::broken(PostgresError::TimedOut(None))
    }

    /// Of a statement that was sent.
    ///
    /// After a plain `ERROR` its transaction is undone. A `FATAL` one may come after the commit, while the
    /// server waits for a standby, and a pooler's own errors say nothing of the server.
    pub(crate) fn of_statement(error: tokio_postgres::Error) -> Self {
        let undone = error.as_db_error().is_some_and(|answer| {
            // The other field is in the server's language.
            answer.parsed_severity().map_or_else(|| answer.severity() == "ERROR", |it| it == Severity::Error)
        });
        let code = error.code().map_or("", |code| code.code()).to_owned();
        let sort = match code.as_str() {
            _ if !undone => Sort::Broken,
            "40001" | "40P01" | "55P03" => Sort::Clash,
            // A primary that has become a standby.
            "25006" => Sort::Broken,
            code if code.starts_with("08") || code.starts_with("57P") || code.starts_with("58") => {
                Sort::Broken
            }
            _ => Sort::Final,
        };
        Self { error: error.into(), sort }
    }

    /// Of a connection that could not be made; nothing was sent.
    pub(crate) fn of_pool(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                Self::of_connecting(error)
            }
            PoolError::PostCreateHook(HookError::Message(what)) if what == READS_ONLY => {
                Self::broken(PostgresError::ReadOnly)
            }
            // All are at work.
            PoolError::Timeout(TimeoutType::Wait) => Self::silent(),
            _ => Self::broken(PostgresError::Unreachable(None)),
        }
    }

    pub(crate) fn of_connecting(error: tokio_postgres::Error) -> Self {
        let error = PostgresError::from(error);
        let passing = matches!(
            error,
            PostgresError::Unreachable(_)
                | PostgresError::TooManyConnections(_)
                | PostgresError::TimedOut(_)
                | PostgresError::ReadOnly
        );
        Self { error, sort: if passing { Sort::Broken } else { Sort::Final } }
    }
}
