use crate::{PostgresError, engine::Engine, param::Bytes, rows};
use futures_channel::oneshot;
use leeward_store::{Entry, Key, StoreError};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio_postgres::{Row, types::Type};

/// The most keys that one statement asks for.
const MOST: usize = 64;

/// The reads of one key that wait for a connection. Those that wait together are asked together.
pub(crate) struct Gets {
    state: Mutex<State>,
    readers: usize,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Get>,
    serving: usize,
    closed: bool,
}

struct Get {
    key: Key,
    answer: oneshot::Sender<Result<Option<Entry>, StoreError>>,
}

pub(crate) async fn get(engine: &Arc<Engine>, key: &Key) -> Result<Option<Entry>, StoreError> {
    let asked = engine.gets.join(key.clone())?;
    hire(engine);
    asked.await.unwrap_or_else(|_| Err(PostgresError::Closed.into()))
}

type Answer = oneshot::Receiver<Result<Option<Entry>, StoreError>>;

impl Gets {
    pub(crate) fn new(readers: usize) -> Self {
        Self { state: Mutex::default(), readers }
    }

    fn join(&self, key: Key) -> Result<Answer, PostgresError> {
        let (answer, receiver) = oneshot::channel();
        let mut state = self.state();
        if state.closed {
            return Err(PostgresError::Closed);
        }
        state.waiting.push_back(Get { key, answer });
        Ok(receiver)
    }

    fn hire(&self) -> bool {
        let mut state = self.state();
        let wanted = state.serving < self.readers && !state.waiting.is_empty();
        if wanted {
            state.serving = state.serving.saturating_add(1);
        }
        wanted
    }

    /// Those that somebody still waits for. `None` sends the reader home.
    fn take(&self) -> Option<Vec<Get>> {
        let mut state = self.state();
        state.waiting.retain(|get| !get.answer.is_canceled());
        let most = state.waiting.len().min(MOST);
        if most == 0 {
            state.serving = state.serving.saturating_sub(1);
            return None;
        }
        Some(state.waiting.drain(..most).collect())
    }

    fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        // Who asked learns of it by losing the other end.
        drop(waiting);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No method can panic half-way through a change, so a poisoned lock guards a whole state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task that reads what waits until nothing does.
struct Reader {
    engine: Arc<Engine>,
    finished: bool,
}

fn hire(engine: &Arc<Engine>) {
    if engine.gets.hire() {
        let reader = Reader { engine: Arc::clone(engine), finished: false };
        drop(engine.home.spawn(reader.serve()));
    }
}

impl Reader {
    async fn serve(mut self) {
        while let Some(gets) = self.engine.gets.take() {
            hire(&self.engine);
            match gets.as_slice() {
                [get] => {
                    let found = one(&self.engine, &get.key).await;
                    answer(gets, vec![found]);
                }
                _ => {
                    let found = many(&self.engine, &gets).await;
                    answer(gets, found);
                }
            }
        }
        self.finished = true;
    }
}

impl Drop for Reader {
    /// If its runtime has ended, nobody will serve who waits.
    fn drop(&mut self) {
        if !self.finished {
            self.engine.gets.close();
        }
    }
}

fn answer(gets: Vec<Get>, found: Vec<Result<Option<Entry>, StoreError>>) {
    for (get, found) in gets.into_iter().zip(found) {
        // Nobody listens any more if the caller's future was dropped.
        drop(get.answer.send(found));
    }
}

async fn one(engine: &Engine, key: &Key) -> Result<Option<Entry>, StoreError> {
    let found = engine.read(&engine.sql.get, &[(&Bytes(key.as_bytes()), Type::BYTEA)]).await?;
    found.first().map(|row| rows::entry(row, 0)).transpose()
}

async fn many(engine: &Engine, gets: &[Get]) -> Vec<Result<Option<Entry>, StoreError>> {
    let keys: Vec<_> = gets.iter().map(|get| Bytes(get.key.as_bytes())).collect();
    let found = match engine.read(&engine.sql.get_many, &[(&keys, Type::BYTEA_ARRAY)]).await {
        Ok(found) => found,
        Err(error) => return gets.iter().map(|_| Err(error.clone().into())).collect(),
    };
    let by_key: HashMap<&[u8], &Row> =
        found.iter().filter_map(|row| Some((row.try_get(4).ok()?, row))).collect();
    let entry = |get: &Get| by_key.get(get.key.as_bytes()).map(|row| rows::entry(row, 0)).transpose();
    gets.iter().map(entry).collect()
}
