use crate::PASSPHRASE;
use argon2::{Algorithm, Argon2, Params, Version};
use leeward_credentials::{Governor, GovernorConfig, HashParams, Passphrase};
use std::{
    io::{BufRead, BufReader, Write},
    num::NonZeroUsize,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::runtime::{Builder, Runtime};

/// Two threads hash, for whoever bounds them.
pub(crate) const THREADS: NonZeroUsize = NonZeroUsize::new(2).unwrap();

/// One of those who are compared.
pub(crate) enum Contestant {
    /// The governor, asked by all callers at once.
    Governor(Governor, Runtime),
    /// Fresh memory for each, on tokio's blocking pool, which nothing bounds but its 512 threads.
    Naive(HashParams, Runtime),
    /// The reference implementation in C by way of argon2-cffi, on two threads.
    Cffi(Python),
}

/// A Python that hashes when it is told to.
pub(crate) struct Python {
    _child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
    params: HashParams,
}

const PROGRAM: &str = r#"
import sys, time
from concurrent.futures import ThreadPoolExecutor
from argon2.low_level import hash_secret_raw, Type
pool = ThreadPoolExecutor(2)
for line in sys.stdin:
    m, t, n = map(int, line.split())
    work = lambda _: hash_secret_raw(b"seven lamps above the quay", b"\7" * 16, t, m, 1, 32, Type.ID)
    begun = time.perf_counter()
    list(pool.map(work, range(n)))
    print(time.perf_counter() - begun, flush=True)
"#;

impl Contestant {
    pub(crate) fn governor(params: HashParams) -> Self {
        let config = GovernorConfig::default().workers(THREADS).queue(1000).params(params);
        let governor = Governor::start(config.patience(GovernorConfig::MAX_PATIENCE)).unwrap();
        Self::Governor(governor, runtime())
    }

    pub(crate) fn naive(params: HashParams) -> Self {
        Self::Naive(params, runtime())
    }

    pub(crate) fn cffi(params: HashParams) -> Option<Self> {
        let python = std::env::var_os("LEEWARD_BENCH_PYTHON")?;
        let mut command = Command::new(python);
        command.args(["-c", PROGRAM]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (asks, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Some(Self::Cffi(Python { _child: child, asks, answers, params }))
    }

    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Governor(..) => "governor, 2 threads",
            Self::Naive(..) => "argon2, fresh memory",
            Self::Cffi(_) => "argon2-cffi (C), 2 threads",
        }
    }

    /// How long it takes to verify for this many who ask at once.
    pub(crate) fn verify(&mut self, callers: usize) -> Duration {
        let begun = Instant::now();
        match self {
            Self::Governor(governor, runtime) => {
                let tasks: Vec<_> = (0..callers)
                    .map(|_| {
                        let governor = governor.clone();
                        runtime.spawn(async move {
                            let passphrase = Passphrase::new(PASSPHRASE).unwrap();
                            governor.check_nothing(&passphrase).await.unwrap();
                        })
                    })
                    .collect();
                tasks.into_iter().for_each(|task| runtime.block_on(task).unwrap());
            }
            Self::Naive(params, runtime) => {
                let params = *params;
                let tasks: Vec<_> =
                    (0..callers).map(|_| runtime.spawn_blocking(move || fresh(params))).collect();
                tasks.into_iter().for_each(|task| runtime.block_on(task).unwrap());
            }
            Self::Cffi(python) => return python.verify(callers),
        }
        begun.elapsed()
    }
}

impl Python {
    fn verify(&mut self, callers: usize) -> Duration {
        writeln!(self.asks, "{} {} {callers}", self.params.memory_kib(), self.params.passes()).unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        Duration::from_secs_f64(line.trim().parse().unwrap())
    }
}

fn fresh(params: HashParams) {
    let costs = Params::new(params.memory_kib(), params.passes(), params.lanes(), Some(32)).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, costs);
    argon2.hash_password_into(PASSPHRASE.as_bytes(), &[7; 16], &mut [0; 32]).unwrap();
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).build().unwrap()
}
