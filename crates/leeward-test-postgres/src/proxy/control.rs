use super::Direction;
use crate::random::Seeded;
use std::{
    collections::HashMap,
    net::{Shutdown, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

/// When the connections that come are cut.
#[derive(Debug, Default)]
pub(super) enum Plan {
    #[default]
    Never,
    After(Direction, u64),
    Random(Seeded, u64),
}

impl Plan {
    pub(super) const fn random(seed: u64, most: u64) -> Self {
        Self::Random(Seeded(seed), most)
    }

    fn next(&mut self) -> Option<(Direction, u64)> {
        match self {
            Self::Never => None,
            Self::After(direction, bytes) => Some((*direction, *bytes)),
            Self::Random(seeded, most) => {
                let direction = if seeded.below(2) == 0 { Direction::ToServer } else { Direction::ToClient };
                Some((direction, seeded.below(*most)))
            }
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) delay: Duration,
    pub(super) stalled: bool,
    /// The last of the connections that hang for ever.
    hung: u64,
    pub(super) refusing: bool,
    ended: bool,
    plan: Plan,
    counts: Counts,
    open: HashMap<u64, Arc<Connection>>,
}

#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) connections: u64,
    pub(super) cuts: u64,
    pub(super) to_server: u64,
    pub(super) to_client: u64,
}

/// A client, its server, and how many bytes may still pass in one of the directions.
#[derive(Debug)]
pub(super) struct Connection {
    number: u64,
    pub(super) client: TcpStream,
    pub(super) server: TcpStream,
    cut: Option<Direction>,
    left: Mutex<u64>,
}

impl Connection {
    fn close(&self) {
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.server.shutdown(Shutdown::Both);
    }
}

/// What the proxy is told, and what it counted.
#[derive(Debug, Default)]
pub(super) struct Control {
    state: Mutex<State>,
    changed: Condvar,
}

impl Control {
    pub(super) fn set(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.changed.notify_all();
    }

    pub(super) fn plan(&self, plan: Plan) {
        self.set(|state| state.plan = plan);
    }

    pub(super) fn count(&self, which: impl FnOnce(&Counts) -> u64) -> u64 {
        which(&self.state().counts)
    }

    pub(super) fn end(&self) {
        self.set(|state| state.ended = true);
        self.cut_all();
    }

    pub(super) fn is_ended(&self) -> bool {
        self.state().ended
    }

    pub(super) fn cut_all(&self) {
        let mut state = self.state();
        for connection in std::mem::take(&mut state.open).into_values() {
            state.counts.cuts += 1;
            connection.close();
        }
        drop(state);
        self.changed.notify_all();
    }

    pub(super) fn hang_all(&self) {
        self.set(|state| state.hung = state.counts.connections);
    }

    /// A connection to the server for this client, unless none is to be had.
    pub(super) fn begin(&self, client: TcpStream, server: &str) -> Option<Arc<Connection>> {
        if self.state().refusing {
            return None;
        }
        let server = TcpStream::connect(server).ok()?;
        client.set_nodelay(true).ok()?;
        server.set_nodelay(true).ok()?;
        let mut state = self.state();
        state.counts.connections += 1;
        let (number, plan) = (state.counts.connections, state.plan.next());
        let left = Mutex::new(plan.map_or(u64::MAX, |(_, bytes)| bytes));
        let cut = plan.map(|(direction, _)| direction);
        let connection = Arc::new(Connection { number, client, server, cut, left });
        state.open.insert(number, Arc::clone(&connection));
        Some(connection)
    }

    /// Waits while nothing may pass; false when the connection is no more.
    pub(super) fn may_pass(&self, connection: &Connection) -> bool {
        let delay = self.state().delay;
        if !delay.is_zero() {
            thread::sleep(delay);
        }
        let state = self.state();
        let held = |state: &mut State| {
            let hangs = state.stalled || connection.number <= state.hung;
            hangs && state.open.contains_key(&connection.number)
        };
        let state = self.changed.wait_while(state, held).unwrap_or_else(PoisonError::into_inner);
        state.open.contains_key(&connection.number)
    }

    /// How many of these bytes may pass; those are counted.
    pub(super) fn admit(&self, connection: &Connection, direction: Direction, bytes: usize) -> usize {
        let passed = match connection.cut == Some(direction) {
            false => bytes,
            true => {
                let mut left = connection.left.lock().unwrap_or_else(PoisonError::into_inner);
                let passed = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes);
                *left -= passed as u64;
                passed
            }
        };
        let counts = &mut self.state().counts;
        match direction {
            Direction::ToServer => counts.to_server += passed as u64,
            Direction::ToClient => counts.to_client += passed as u64,
        }
        passed
    }

    pub(super) fn cut(&self, connection: &Connection) {
        let mut state = self.state();
        if state.open.remove(&connection.number).is_some() {
            state.counts.cuts += 1;
        }
        drop(state);
        self.close(connection);
    }

    /// Ends both ways: one of the two went.
    pub(super) fn close(&self, connection: &Connection) {
        self.state().open.remove(&connection.number);
        connection.close();
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Plan;

    #[test]
    fn the_same_seed_cuts_the_same_connections_at_the_same_places() {
        let cuts = |seed| {
            let mut plan = Plan::random(seed, 1000);
            (0..100).map(|_| plan.next().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(cuts(7), cuts(7));
        assert_ne!(cuts(7), cuts(8));
        assert!(cuts(7).iter().all(|(_, bytes)| *bytes < 1000));
    }
}
