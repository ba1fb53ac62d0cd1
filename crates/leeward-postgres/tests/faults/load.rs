use leeward_postgres::Options;
use leeward_store::{
    Backend, Batch, Entry, Inner, Key, Page, Scan, Store, StoreError, Timestamp, Version,
    conformance::appends::{Ending, History, Tally, lists_of, run_clients},
};
use pollster::block_on;
use std::{
    env,
    fmt::Display,
    io::{self, Write},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

const CLIENTS: u32 = 8;

/// How far the load has come.
#[derive(Default)]
pub(crate) struct Progress {
    applied: AtomicU64,
    ended: AtomicBool,
    ticks: AtomicU64,
}

impl Progress {
    /// Waits until so many more transactions were acknowledged.
    pub(crate) fn wait_for(&self, more: u64) {
        let (until, deadline) = (self.applied() + more, Instant::now() + Duration::from_secs(90));
        while self.applied() < until && !self.ended.load(Ordering::SeqCst) {
            assert!(Instant::now() < deadline, "{} acknowledged, and {until} do not come", self.applied());
            thread::sleep(Duration::from_micros(200));
        }
    }

    pub(crate) fn applied(&self) -> u64 {
        self.applied.load(Ordering::SeqCst)
    }

    fn note(&self, ending: Ending) -> bool {
        if ending == Ending::Applied {
            self.applied.fetch_add(1, Ordering::SeqCst);
        }
        if matches!(ending, Ending::Refused | Ending::Unknown) {
            thread::sleep(Duration::from_millis(2));
        }
        !self.ended.load(Ordering::SeqCst)
    }
}

/// Ends the load, also when the trouble panics.
struct End<'a>(&'a Progress);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.ended.store(true, Ordering::SeqCst);
    }
}

/// Notes what a store below says when it fails, to show it with the test.
struct Listening {
    inner: Inner,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Listening {
    async fn hear<T>(&self, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let began = Instant::now();
        call.await.inspect_err(|error| {
            if !error.is_conflict() {
                self.heard.lock().unwrap().push(format!("after {:?}: {error:?}", began.elapsed()));
            }
        })
    }
}

impl Backend for Listening {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.hear(self.inner.get(key)).await
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        self.hear(self.inner.scan(scan)).await
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        self.hear(self.inner.commit(batch)).await
    }

    async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.hear(self.inner.purge(now, limit)).await
    }

    async fn prepare(&self, batch: Batch) -> Result<Batch, StoreError> {
        self.inner.prepare(batch).await
    }
}

/// Eight clients use the store while `trouble` lasts. Then everything is as it was, `left` is another
/// handle, and what it finds must agree with what they were told.
pub(crate) fn survives(store: &Store, left: &Store, trouble: impl FnOnce(&Progress)) -> Tally {
    let (progress, history) = (Progress::default(), Mutex::new(History::new()));
    let heard = Arc::default();
    let store = &store.decorate(|inner| Listening { inner, heard: Arc::clone(&heard) });
    thread::scope(|scope| {
        scope.spawn(|| {
            let clock = || progress.ticks.fetch_add(1, Ordering::SeqCst);
            let tell = |event| history.lock().unwrap().note(event);
            let _ended = End(&progress);
            run_clients(store, 0..CLIENTS, seed(), &clock, &tell, &|ending| progress.note(ending)).unwrap();
        });
        let _ended = End(&progress);
        trouble(&progress);
    });
    let history = history.into_inner().unwrap();
    println!("{:#?}", heard.lock().unwrap());
    history.check(&block_on(lists_of(left)).unwrap()).unwrap_or_else(|anomaly| panic!("{anomaly}"))
}

/// The server was always back before anyone gave up: nobody sees more than a wait.
pub(crate) fn assert_waited_for(tally: &Tally) {
    assert_eq!((tally.unknown, tally.refused), (0, 0), "{tally}");
}

pub(crate) fn options() -> Options {
    Options::new().own_thread(true)
}

pub(crate) fn open(url: &str) -> Store {
    block_on(options().open(url)).unwrap()
}

/// Past the test runner, which would show it only if the test failed.
pub(crate) fn say(line: impl Display) {
    drop(writeln!(io::stderr(), "PostgreSQL, {line}"));
}

/// As many, or `LEEWARD_FAULTS` times as many.
pub(crate) fn rounds(count: u64) -> u64 {
    count * env::var("LEEWARD_FAULTS").map_or(1, |times| times.parse::<u64>().unwrap())
}

/// Of the choices: another one with `LEEWARD_FAULT_SEED`.
pub(crate) fn seed() -> u64 {
    env::var("LEEWARD_FAULT_SEED").map_or(1, |seed| seed.parse().unwrap())
}

/// `SplitMix64`, as in the conformance suite.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(stream: u64) -> Self {
        Self(seed().wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(stream))
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }
}
