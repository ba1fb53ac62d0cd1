use crate::{
    PostgresError,
    engine::Engine,
    fault::{Fault, Sort},
    param::Param,
    rows,
};
use leeward_store::StoreError;
use tokio_postgres::{Row, types::Type};

/// A row on the server in which each transaction of a committer leaves a record of itself, so that what
/// became of the last one can be looked up when its answer was lost.
pub(crate) struct Slot {
    id: i64,
    turn: i64,
}

/// What came of a transaction that had a slot.
pub(crate) enum Came {
    /// The server answered.
    Answer(Row),
    /// The answer was lost, and this is the record of it: it was committed.
    Record(Record),
}

/// What a transaction wrote into its slot.
pub(crate) struct Record {
    /// Its first version, or how many entries it purged.
    pub(crate) base: i64,
    /// A bit for each batch that met a conflict.
    pub(crate) refused: i64,
}

/// Why a transaction cannot be acknowledged.
pub(crate) enum Failure {
    /// Nothing of it happened, and nothing will.
    Undone(Fault),
    /// It may have happened, or happen yet.
    Unknown(PostgresError),
}

/// What the functions on the server say first.
mod standing {
    pub(super) const DONE: i32 = 0;
    pub(super) const UNFIT: i32 = 1;
    pub(super) const NO_SLOT: i32 = 2;
}

impl Engine {
    /// Calls a function whose first parameters are a slot and its turn, and whose first column is how
    /// that stands.
    pub(crate) async fn in_slot(&self, sql: &str, rest: &[Param<'_>]) -> Result<Came, Failure> {
        let mut slot = self.slot().await?;
        let turn = slot.turn.saturating_add(1);
        let mut params: Vec<Param<'_>> = vec![(&slot.id, Type::INT8), (&turn, Type::INT8)];
        params.extend(rest.iter().cloned());
        let conn = match self.connection().await {
            Ok(conn) => conn,
            Err(fault) => {
                self.keep(slot);
                return Err(Failure::Undone(fault));
            }
        };
        match self.run(conn, sql, &params).await {
            Ok(answer) => {
                let row = answer.into_iter().next().ok_or_else(Failure::torn)?;
                match rows::column(&row, 0).map_err(|_| Failure::torn())? {
                    standing::DONE => slot.turn = turn,
                    standing::UNFIT => {
                        self.keep(slot);
                        return Err(Failure::Undone(unfit()));
                    }
                    standing::NO_SLOT => return Err(Failure::Undone(Fault::clash())),
                    _ => {}
                }
                self.keep(slot);
                Ok(Came::Answer(row))
            }
            Err(fault) if fault.sort == Sort::Broken => self.settle(&slot, turn, fault).await,
            Err(fault) => {
                self.keep(slot);
                Err(Failure::Undone(fault))
            }
        }
    }

    async fn slot(&self) -> Result<Slot, Failure> {
        if let Some(slot) = self.spare_slot() {
            return Ok(slot);
        }
        let row = self.ask(&self.sql.open_slot, &[]).await.map_err(Failure::Undone)?;
        let id = row
            .first()
            .ok_or_else(Failure::torn)
            .and_then(|row| rows::column(row, 0).map_err(|_| Failure::torn()))?;
        Ok(Slot { id, turn: 0 })
    }

    /// Fences the slot, which waits for whoever is about to commit in it, and reads what it says. What
    /// arrives later finds the fence. The slot is never used again.
    async fn settle(&self, slot: &Slot, turn: i64, lost: Fault) -> Result<Came, Failure> {
        let mut tries = self.tries();
        loop {
            let told = self.ask(&self.sql.settle, &[(&slot.id, Type::INT8)]).await;
            match told {
                Ok(told) => return self.verdict(told.first(), turn, lost),
                // A server that refuses now may have a reason that passes, and nobody else can be asked.
                Err(_) if tries.again().await => {}
                Err(fault) => return Err(Failure::Unknown(self.unsettled(fault.error))),
            }
        }
    }

    fn verdict(&self, slot: Option<&Row>, turn: i64, lost: Fault) -> Result<Came, Failure> {
        // It was collected as old, which says nothing.
        let Some(slot) = slot else { return Err(Failure::Unknown(self.unsettled(lost.error))) };
        let column = |place| rows::column::<i64>(slot, place).map_err(|_| Failure::torn());
        if column(0)? == turn {
            return Ok(Came::Record(Record { base: column(1)?, refused: column(2)? }));
        }
        Err(Failure::Undone(lost))
    }

    fn unsettled(&self, last: PostgresError) -> PostgresError {
        let seconds = self.settings.settle_timeout.as_secs();
        PostgresError::Unsettled { seconds, source: Box::new(last) }
    }
}

impl Failure {
    /// The function did not return what it was written to: nobody can say what it did.
    pub(crate) const fn torn() -> Self {
        Self::Unknown(PostgresError::Foreign)
    }

    /// As the store's callers are told.
    pub(crate) fn to_error(&self) -> StoreError {
        match self {
            Self::Undone(fault) => fault.error.clone().into(),
            Self::Unknown(error) => StoreError::OutcomeUnknown(error.clone().into()),
        }
    }
}

fn unfit() -> Fault {
    Fault::last(PostgresError::UnfitTransaction {
        what: "this pooler or server changes the isolation level: let it be READ COMMITTED",
    })
}
