use crate::{
    Database, Setup,
    admin::Admin,
    home::{Home, PASSWORD},
    pieces::Pieces,
    processes, random,
    watchdog::Watchdog,
};
use rustix::process::Signal;
use std::{
    io,
    net::TcpListener,
    path::Path,
    process::{Child, ExitStatus},
    sync::{Mutex, MutexGuard, PoisonError},
    thread::sleep,
    time::{Duration, Instant},
};

/// The role of the tests: it owns its databases and may do nothing else.
const ROLE: &str = "leeward";

/// Recovery after a kill under load takes its time.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// How long the memory of a killed server may outlive it: whoever reads a process's state at that moment,
/// as another test that looks for its own server's processes, holds it.
const MEMORY_TIMEOUT: Duration = Duration::from_secs(10);
const MEMORY_IN_USE: &str = "pre-existing shared memory block";

/// A PostgreSQL server of this process, gone with this value and with this process.
#[derive(Debug)]
pub struct Server {
    home: Home,
    port: u16,
    running: Mutex<Running>,
}

#[derive(Debug)]
struct Running {
    postgres: Option<Child>,
    watchdog: Watchdog,
}

impl Server {
    /// A server of one's own; `None` if PostgreSQL is not installed or `DATABASE_URL` names a server, which
    /// was then said.
    #[must_use]
    pub fn start() -> Option<Self> {
        Setup::new().start()
    }

    pub(crate) fn run(mut home: Home) -> io::Result<Self> {
        let watchdog = Watchdog::start(home.data(), home.folder())?;
        home.hand_over();
        let running = Mutex::new(Running { postgres: None, watchdog });
        let mut server = Self { home, port: free_port()?, running };
        let mut tries = 0;
        while let Err(error) = server.restart() {
            tries += 1;
            if tries == 5 || !error.to_string().contains("in use") {
                return Err(error);
            }
            server.port = free_port()?;
        }
        let rights = format!("CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'");
        server.admin().run(&rights)?;
        Ok(server)
    }

    /// An empty database, owned by the role of the tests.
    #[must_use]
    pub fn database(&self) -> Database {
        Database::create(&self.admin(), &self.pieces(), Some(ROLE))
    }

    /// How the role of the tests connects; [`Database::url`] names a database as well.
    #[must_use]
    pub fn url(&self) -> String {
        self.pieces().url()
    }

    /// The port on 127.0.0.1, the same for the server's whole life.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The process id of the server; `None` when it is stopped.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.running().postgres.as_ref().map(Child::id)
    }

    /// Where its files lie, for a test that looks into them.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.home.data()
    }

    /// What the server wrote to its log.
    #[must_use]
    pub fn log(&self) -> String {
        self.home.log()
    }

    /// Runs a statement as the superuser, and gives what it answers: rows on lines, columns between `|`.
    ///
    /// # Errors
    /// What `psql` says.
    pub fn sql(&self, statement: &str) -> io::Result<String> {
        self.admin().run(statement)
    }

    /// Kills all of its processes at once by `SIGKILL`, and waits until they are gone.
    pub fn kill(&self) {
        let mut running = self.running();
        if let Some(postgres) = &mut running.postgres {
            processes::kill(postgres.id());
        }
        running.ended();
    }

    /// Stops it in order, disconnecting everyone.
    pub fn stop_fast(&self) {
        let mut running = self.running();
        if let Some(postgres) = &mut running.postgres {
            processes::thaw(postgres.id());
            processes::signal(postgres.id(), Signal::INT);
        }
        running.ended();
    }

    /// Starts it again on the same port, after it was killed, stopped, or ended by itself; stops it before if
    /// it runs. Waits until it takes connections.
    ///
    /// # Errors
    /// If it ends before that, with the end of its log.
    pub fn restart(&self) -> io::Result<()> {
        self.stop_fast();
        let until = Instant::now() + MEMORY_TIMEOUT;
        loop {
            match self.start_once() {
                Err(error) if error.to_string().contains(MEMORY_IN_USE) && Instant::now() < until => {
                    sleep(Duration::from_millis(20));
                }
                started => return started,
            }
        }
    }

    fn start_once(&self) -> io::Result<()> {
        let (mut running, before) = (self.running(), self.log().len());
        let mut postgres = self.home.spawn(self.port)?;
        let pid = postgres.id();
        running.watchdog.watch(Some(pid))?;
        let until = Instant::now() + START_TIMEOUT;
        while !self.home.is_ready(pid) {
            let ended = postgres.try_wait()?;
            if ended.is_some() || Instant::now() > until {
                processes::kill(pid);
                running.postgres = Some(postgres);
                running.ended();
                return Err(self.not_started(ended, before));
            }
            sleep(Duration::from_millis(5));
        }
        running.postgres = Some(postgres);
        Ok(())
    }

    /// Stops all its processes where they are, as a machine that hangs: connections stay open.
    pub fn freeze(&self) {
        self.pid().into_iter().for_each(processes::freeze);
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        self.pid().into_iter().for_each(processes::thaw);
    }

    fn admin(&self) -> Admin {
        let socket = self.home.folder().display();
        let connection = format!("host={socket} port={} user=postgres dbname=postgres", self.port);
        Admin { psql: self.home.psql(), connection }
    }

    fn pieces(&self) -> Pieces {
        let url = format!("postgres://{ROLE}:{PASSWORD}@127.0.0.1:{}/postgres", self.port);
        Pieces::parse(&url).unwrap()
    }

    /// With what it wrote to its log since that was `before` bytes long.
    fn not_started(&self, status: Option<ExitStatus>, before: usize) -> io::Error {
        let status = status.map_or_else(|| "it took too long".to_owned(), |status| status.to_string());
        io::Error::other(format!(
            "{status}\n{}",
            last_lines(self.log().get(before..).unwrap_or_default(), 20)
        ))
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    /// Waits for the server, which was told to end.
    fn ended(&mut self) {
        if let Some(mut postgres) = self.postgres.take() {
            let _ = postgres.wait();
        }
        let _ = self.watchdog.watch(None);
    }
}

impl Drop for Server {
    #[expect(clippy::print_stderr, reason = "shown with the test that failed")]
    fn drop(&mut self) {
        self.thaw();
        if std::thread::panicking() {
            eprintln!("the end of PostgreSQL's log:\n{}", last_lines(&self.log(), 20));
        }
        let mut running = self.running();
        running.watchdog.release();
        if let Some(mut postgres) = running.postgres.take() {
            let _ = postgres.wait();
        }
        running.watchdog.wait();
    }
}

/// A port below those that the system gives to clients: while the server is down, a client that tries to
/// reach it could otherwise be given that very port, and connect to itself.
fn free_port() -> io::Result<u16> {
    for _ in 0..100 {
        let port = u16::try_from(10_000 + random::number() % 20_000).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    Err(io::Error::other("no free port"))
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<_> = text.lines().collect();
    lines.get(lines.len().saturating_sub(count)..).unwrap_or_default().join("\n")
}
