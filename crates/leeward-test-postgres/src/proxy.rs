mod control;
mod pump;

use crate::{Database, pieces::Pieces};
use control::Control;
use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the client: questions.
    ToServer,
    /// From the server: answers.
    ToClient,
}

/// A TCP proxy between a client and a database, which does to connections what networks do. It passes
/// everything on until it is told otherwise.
#[derive(Debug)]
pub struct Proxy {
    url: Pieces,
    address: SocketAddr,
    control: Arc<Control>,
    acceptor: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Listens on a free port of 127.0.0.1 for connections to this database.
    #[must_use]
    pub fn before(database: &Database) -> Self {
        let server = database.pieces().address();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let control = Arc::new(Control::default());
        let acceptor = thread::spawn({
            let control = Arc::clone(&control);
            move || accept(&listener, &server, &control)
        });
        Self { url: database.pieces().clone(), address, control, acceptor: Some(acceptor) }
    }

    /// How to connect to the database through this proxy.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.with_host(&self.address.to_string()).url()
    }

    /// How to connect to another database of the same server through this proxy.
    #[must_use]
    pub fn url_of(&self, database: &Database) -> String {
        database.pieces().with_host(&self.address.to_string()).url()
    }

    /// Cuts every later connection once it has passed on this many bytes in this direction, to the byte.
    pub fn cut_after(&self, direction: Direction, bytes: u64) {
        self.control.plan(control::Plan::After(direction, bytes));
    }

    /// Cuts every later connection in a direction and after a number of bytes, below `most`, that this seed
    /// and the order of the connections decide.
    pub fn cut_at_random(&self, seed: u64, most: u64) {
        self.control.plan(control::Plan::random(seed, most));
    }

    /// Cuts no later connection any more.
    pub fn cut_none(&self) {
        self.control.plan(control::Plan::Never);
    }

    /// Cuts every connection that there is.
    pub fn cut_now(&self) {
        self.control.cut_all();
    }

    /// Holds everything back for this long before it is passed on, in either direction.
    pub fn delay(&self, by: Duration) {
        self.control.set(|state| state.delay = by);
    }

    /// Passes nothing on, and keeps the connections open, until [`resume`](Self::resume).
    pub fn stall(&self) {
        self.control.set(|state| state.stalled = true);
    }

    /// Passes on what was held back, and what comes.
    pub fn resume(&self) {
        self.control.set(|state| state.stalled = false);
    }

    /// Passes nothing on any more in the connections that there are, as if the machine at the other end were
    /// gone. Later ones are not concerned.
    pub fn hang_now(&self) {
        self.control.hang_all();
    }

    /// Closes new connections at once, until [`admit`](Self::admit). Those that there are go on.
    pub fn refuse(&self) {
        self.control.set(|state| state.refusing = true);
    }

    /// Takes new connections again.
    pub fn admit(&self) {
        self.control.set(|state| state.refusing = false);
    }

    /// How many connections it passed on to the server so far.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.control.count(|counts| counts.connections)
    }

    /// How many connections it cut so far.
    #[must_use]
    pub fn cuts(&self) -> u64 {
        self.control.count(|counts| counts.cuts)
    }

    /// How many bytes it passed on so far.
    #[must_use]
    pub fn bytes(&self, direction: Direction) -> u64 {
        self.control.count(|counts| match direction {
            Direction::ToServer => counts.to_server,
            Direction::ToClient => counts.to_client,
        })
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.control.end();
        // Wakes the acceptor, which then sees the end.
        let _ = TcpStream::connect(self.address);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

fn accept(listener: &TcpListener, server: &str, control: &Arc<Control>) {
    for client in listener.incoming().filter_map(Result::ok) {
        if control.is_ended() {
            return;
        }
        // A connection that is refused, or whose server is gone, is closed by dropping it.
        if let Some(connection) = control.begin(client, server) {
            pump::start(control, &connection);
        }
    }
}
